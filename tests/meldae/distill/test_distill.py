"""A student of a tiny teacher: what it is taught, that it resumes, and that it is a run like any other."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import tiny_dataset
from typer.testing import CliRunner

from meldae.cli import app
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.distill import DistillConfig, distill
from meldae.distill.data import TaughtDataset
from meldae.distill.lessons import Lessons, ask
from meldae.distill.loop import DistillLoop
from meldae.distill.settings import apply_all
from meldae.inference import load_model, predict, score_frames
from meldae.open_run import open_run
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, TrainingConfig
from meldae.store import FrameStore, Progress, clips_of
from meldae.training import train
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset

TEACHER = RunConfig(
    model=MeldaeConfig(
        input=InputConfig(mode="flow", size=32, lag_ms=66.7),
        backbone=BackboneConfig(
            kind="nano", pretrained=False, stem="conv", patch_size=2, embed_dim=8, num_heads=2
        ),
        region_grid=(4, 4),
        lstm_dim=4,
        n_tokens=2,
        enhancer_heads=2,
        head_dim=8,
    ),
    training=TrainingConfig(epochs=1, batch_size=4, window=20, lr_backbone=3e-3, lr_new=3e-3),
)
STUDENT = TEACHER.model_copy(
    update={
        "model": replace(TEACHER.model, temporal="bigru", enhancer="none", lstm_dim=3),
        "training": TEACHER.training.model_copy(update={"epochs": 2, "emotions": "3"}),
    }
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=4, with_crops=True)


@pytest.fixture(scope="module")
def teacher(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return train(dataset, TEACHER, tmp_path_factory.mktemp("teachers"), accelerator="cpu")


@pytest.fixture(scope="module")
def student(
    dataset: Dataset, teacher: RunFolder, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    how = DistillConfig(feature_weight=0.5)
    folder = tmp_path_factory.mktemp("students")
    return distill(dataset, teacher, STUDENT, how, folder, accelerator="cpu")


def test_a_student_is_a_run_that_names_its_teacher(
    student: RunFolder, teacher: RunFolder, dataset: Dataset
) -> None:
    told = student.read("config.json")["distillation"]
    assert told["teacher"] == teacher.run_id
    assert len(told["teacher_sha256"]) == 64
    assert told["feature_weight"] == 0.5
    assert student.result["parameters"] < teacher.result["parameters"]
    found = predict(student, dataset, "test")
    assert len(found) == len(clips_of(dataset, "test"))
    assert open_run(student.path).config.model.temporal == "bigru"
    last = json.loads((student.path / "metrics.jsonl").read_text().splitlines()[-1])
    assert last["loss_taught"] > 0
    # Emotions are learnt from the labels; the teacher, which names none, is not asked.
    assert last["loss_emotion"] > 0
    assert last["loss_total"] > last["loss_taught"]


def test_lessons_are_what_the_teacher_says(
    dataset: Dataset, teacher: RunFolder, tmp_path: Path
) -> None:
    clips = clips_of(dataset, "train")
    lessons = Lessons(dataset, clips, teacher, tmp_path, features=True)
    assert lessons.width == 3 + 8 + 8
    model, training = load_model(teacher), teacher.config.training
    store = FrameStore(dataset, teacher.config.model.input)
    clip = clips[0]
    frames = store.frames(clip.clip_id)
    rows = lessons.rows(clip.clip_id, np.arange(clip.n_frames))
    ((logits, _, state),) = score_frames(model, [frames], training.window, training.overlap)
    assert np.allclose(rows[:, 0], logits, atol=2e-3)
    if len(frames) <= 1.5 * training.window:
        assert np.allclose(rows[:, 2], state, atol=2e-3)
    # Kept features lead to the kept logits.
    with torch.inference_mode():
        again = model.locator(torch.from_numpy(rows[None, :, 3:]))[0].numpy()
    whole = ask(model, frames[: training.window], training.window, 0.5, features=True)
    assert whole.shape == (training.window, 19)
    if len(frames) <= 1.5 * training.window:
        assert np.allclose(again, rows[:, 0], atol=2e-2)
    # Computed once: a teacher that cannot be loaded any more is not asked.
    data = TaughtDataset(dataset, clips, store, lessons, 0)
    window = data.plan_epoch(np.random.default_rng(0), 12, 0.5)[0]
    batch = data.collate([window]).to(torch.device("cpu"))
    name = clips[window.clip].clip_id
    index = store.source_index(name)[window.index]
    assert np.array_equal(batch.lessons[0].numpy(), lessons.rows(name, index))


def test_the_teacher_is_asked_once(dataset: Dataset, teacher: RunFolder, tmp_path: Path) -> None:
    clips, told = clips_of(dataset, "train"), []

    def tell(what: str, done: int, total: int) -> None:
        told.append((what, done, total))

    for _ in range(2):
        Lessons(dataset, clips, teacher, tmp_path, progress=tell)
    assert [one for one in told if one[0] == "asking the teacher"] == [
        ("asking the teacher", number, len(clips)) for number in range(1, len(clips) + 1)
    ]


def test_a_killed_student_goes_on_to_the_same_weights(
    dataset: Dataset,
    teacher: RunFolder,
    student: RunFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    how, epochs = DistillConfig(feature_weight=0.5), []
    whole = DistillLoop.one_epoch

    def once(self: DistillLoop, *given: object) -> None:
        if len(epochs) == 1:
            raise KeyboardInterrupt
        epochs.append(1)
        whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(DistillLoop, "one_epoch", once)
    with pytest.raises(KeyboardInterrupt):
        distill(dataset, teacher, STUDENT, how, tmp_path, accelerator="cpu")
    monkeypatch.undo()
    run = distill(dataset, teacher, STUDENT, how, tmp_path, accelerator="cpu")
    assert run.run_id == student.run_id
    assert run.weights_path.read_bytes() == student.weights_path.read_bytes()
    quiet: Progress = lambda *_: pytest.fail("a finished run is reused")  # noqa: E731
    distill(dataset, teacher, STUDENT, how, tmp_path, quiet, accelerator="cpu")


def test_another_teaching_is_another_run(
    dataset: Dataset, teacher: RunFolder, student: RunFolder, tmp_path: Path
) -> None:
    alone = DistillConfig(truth_weight=0.0, frame_weight=50.0)
    run = distill(dataset, teacher, STUDENT, alone, tmp_path, accelerator="cpu")
    assert run.run_id != student.run_id
    losses = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
    assert all(row["loss_total"] == pytest.approx(row["loss_taught"]) for row in losses)


def test_settings_of_both_kinds() -> None:
    config, how = apply_all(RunConfig(), ["distillation.clip_weight=0.5", "model.lstm_dim=9"])
    assert (how.clip_weight, config.model.lstm_dim) == (0.5, 9)
    with pytest.raises(ConfigError, match=r"distillation.temprature: no such key"):
        apply_all(RunConfig(), ["distillation.temprature=2"])
    with pytest.raises(ConfigError, match="temperature"):
        apply_all(RunConfig(), ["distillation.temperature=0"])


def test_the_command_and_its_mistakes(dataset: Dataset, teacher: RunFolder, tmp_path: Path) -> None:
    call = CliRunner().invoke
    small = [f"--set={key}" for key in (
        "model.input.size=32", "model.backbone.patch_size=2", "model.backbone.embed_dim=8",
        "model.lstm_dim=3", "model.head_dim=4", "training.window=20",
    )]  # fmt: skip
    base = ["distill", str(dataset.root), "--teacher", str(teacher.path), "--out", str(tmp_path)]
    done = call(app, [*base, *small, "--epochs", "1", "--seed", "5", "--device", "cpu", "--json"])
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["teacher"] == teacher.run_id
    assert open_run(Path(document["run"])).config.seed == 5
    for extra, code, says in (
        (["--teacher", str(tmp_path / "none")], 3, "meldae train"),
        (["--preset", "studnet"], 2, "did you mean 'student'?"),
        (["--set", "distillation.heat=1"], 2, "distillation.heat"),
        (["--set", "training.inject=0.5"], 2, "training.inject"),
        (["--device", "tpu"], 2, "--device tpu"),
    ):
        done = call(app, [*base, *extra])
        assert done.exit_code == code
        assert says in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
