"""An exported run says what the run says, in every shape, and commands open it like a run."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import tiny_dataset
from typer.testing import CliRunner

pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")

import onnx

from meldae.checkpoint import write_tensors
from meldae.cli import app
from meldae.config import BackboneConfig, InputConfig, MeldaeConfig
from meldae.decode import Decoding
from meldae.export import OnnxRun, export_run
from meldae.export import packages as packages_module
from meldae.export.graph import example, to_graph
from meldae.export.session import OnnxModel, start_session
from meldae.inference import load_model, predict, score_frames
from meldae.model import Meldae
from meldae.open_run import open_run
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, TrainingConfig
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import ConfigError, MissingDependencyError, ModelFileError
from wdmd_tools.manifest import Dataset

FLOW = MeldaeConfig(
    input=InputConfig(mode="flow", size=32, fps=30.0),
    backbone=BackboneConfig(
        kind="nano", pretrained=False, stem="conv", patch_size=2, embed_dim=8, depth=1,
        num_heads=2, tube=3,
    ),
    region_grid=(2, 2),
    temporal="bigru",
    lstm_dim=4,
    n_tokens=2,
    enhancer_heads=2,
    head_dim=8,
)  # fmt: skip
TRAINING = TrainingConfig(window=20, batch_size=2)


def make_run(folder: Path, config: MeldaeConfig = FLOW) -> RunFolder:
    """A finished run with random weights."""
    torch.manual_seed(1)
    run = RunFolder(folder / "0123456789abcdef")
    settings = RunConfig(model=config, training=TRAINING)
    write_json(
        run.path / "config.json",
        {"config": settings.model_dump(mode="json"), "dataset": {"name": "other"}},
    )
    write_tensors(run.weights_path, Meldae(config).state_dict(), {})
    run.write_result(Decoding(threshold=0.5, max_ms=900.0), {"parameters": 1})
    return run


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=3, with_crops=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def exported(run: RunFolder) -> Path:
    """Made by the command, which every test here looks at."""
    path = run.path.parent / "model.onnx"
    done = CliRunner().invoke(app, ["export", str(run.path), "--out", str(path), "--json"])
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["largest"] < 1e-4
    assert document["bytes"] == path.stat().st_size
    assert document["int8"] is None
    return path


def test_onnxruntime_says_what_torch_says(run: RunFolder, exported: Path) -> None:
    """Any number of windows of any number of frames, padded ones too."""
    torch_model, onnx_model = load_model(run), load_model(open_run(exported))
    assert not isinstance(torch_model, OnnxModel)
    assert isinstance(onnx_model, OnnxModel)
    for windows, frames in ((1, 2), (4, 20), (2, 61)):
        given = 3 * example(torch_model, windows, frames)
        mask = torch.ones(windows, frames, dtype=torch.bool)
        mask[-1, frames // 2 :] = False
        given[~mask] = 0
        with torch.inference_mode():
            for hidden in (None, mask):
                ours, theirs = torch_model(given, hidden), onnx_model(given, hidden)
                where = mask if hidden is not None else torch.ones_like(mask)
                assert torch.allclose(
                    ours.frame_logits[where], theirs.frame_logits[where], atol=1e-4
                )
                assert torch.allclose(ours.me_logits, theirs.me_logits, atol=1e-4)
                assert torch.allclose(ours.state_logits, theirs.state_logits, atol=1e-4)
    clips: list[Any] = [example(torch_model, 1, n)[0].numpy() for n in (7, 50)]
    pairs = zip(
        score_frames(torch_model, clips, 20, 0.5),
        score_frames(onnx_model, clips, 20, 0.5),
        strict=True,
    )
    for (frame, me, state), (frame8, me8, state8) in pairs:
        assert np.allclose(frame, frame8, atol=1e-4)
        assert (me, state) == (pytest.approx(me8, abs=1e-4), pytest.approx(state8, abs=1e-4))


def test_pixels_go_in_as_bytes() -> None:
    backbone = replace(FLOW.backbone, patch_size=8, stem="patch", tube=0)
    source = InputConfig(mode="motion", size=32, fps=30.0)
    config = replace(FLOW, input=source, backbone=backbone, temporal="none", enhancer="none")
    model = Meldae(config).eval()
    graph = to_graph(model)
    (given,) = graph.graph.input
    assert given.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    exported = OnnxModel(start_session(graph.SerializeToString()), config)
    frames = example(model, 2, 23)
    with torch.inference_mode():
        assert torch.allclose(model(frames)[2], exported(frames)[2], atol=1e-4)


def test_the_file_tells_how_to_use_it(run: RunFolder, exported: Path) -> None:
    opened = open_run(exported)
    assert isinstance(opened, OnnxRun)
    assert opened.run_id == run.run_id
    assert opened.config == run.config
    assert opened.decoding == run.decoding
    assert opened.card["input"]["shape"] == ["batch", "time", 6, 8, 8]
    assert opened.card["input"]["fps"] == 30.0
    assert "displacement" in opened.card["input"]["preprocessing"]
    onnx.checker.check_model(onnx.load(exported))


class _TorchSession:
    """Answers as a graph of 20 frames does, and takes nothing else."""

    def __init__(self, model: Meldae) -> None:
        self._model = model

    def run(self, _: None, given: dict[str, Any]) -> list[Any]:
        assert given["frames"].shape[1] == 20
        said = self._model(torch.from_numpy(given["frames"]))
        return [one.numpy() for one in (said.frame_logits, said.me_logits, said.state_logits)]


def test_a_fixed_number_of_frames(run: RunFolder) -> None:
    """20 frames a look:  30 frames |====--------|        12 frames |=====...|
    |--------====|"""
    ours = load_model(run)
    theirs = OnnxModel(_TorchSession(ours), FLOW, window=20)
    with torch.inference_mode():
        long = example(ours, 2, 30)
        first, last, whole = ours(long[:, :20]), ours(long[:, 10:]), theirs(long)
        assert torch.allclose(whole[2][:, :10], first[2][:, :10], atol=1e-5)
        assert torch.allclose(whole[2][:, 20:], last[2][:, 10:], atol=1e-5)
        # Frame 10 is the eleventh of one look (weight 10) and the first of the other (weight 1).
        blended = (10 * first[2][:, 10] + last[2][:, 0]) / 11
        assert torch.allclose(whole[2][:, 10], blended, atol=1e-5)
        assert torch.allclose(whole[0], torch.maximum(first[0], last[0]), atol=1e-5)
        short = example(ours, 1, 12)
        still = torch.cat((short, short[:, -1:].expand(-1, 8, -1, -1, -1)), dim=1)
        assert torch.allclose(theirs(short)[2], ours(still)[2][:, :12], atol=1e-5)


def test_predictions_of_run_and_file_agree(
    run: RunFolder, exported: Path, dataset: Dataset
) -> None:
    pairs = zip(predict(run, dataset), predict(open_run(exported), dataset), strict=True)
    for ours, theirs in pairs:
        assert ours.clip_id == theirs.clip_id
        assert ours.p_me == pytest.approx(theirs.p_me, abs=1e-4)
        assert np.allclose(ours.frame_scores, theirs.frame_scores, atol=1e-4)


def test_int8_is_smaller_in_its_numbers_and_says_how_far_off(
    run: RunFolder, dataset: Dataset, tmp_path: Path
) -> None:
    found = export_run(run, tmp_path / "int8.onnx", int8=True, dataset=dataset, window=20)
    graph = onnx.load(tmp_path / "int8.onnx").graph
    assert [one.dim_value for one in graph.input[0].type.tensor_type.shape.dim[1:]] == [20, 6, 8, 8]
    kinds = {one.data_type for one in graph.initializer}
    assert onnx.TensorProto.INT8 in kinds
    assert found.int8 is not None
    assert found.int8.split == "val"
    assert 0 < found.int8.mean <= found.int8.largest < 0.5
    opened = OnnxRun.open(tmp_path / "int8.onnx")
    card = opened.card
    assert opened.run_id == f"{run.run_id}-int8"
    assert card["int8"]["largest"] == found.int8.largest


@pytest.mark.parametrize("absent", ["input", "files"])
def test_metadata_that_lack_something_are_named(
    exported: Path, tmp_path: Path, absent: str
) -> None:
    graph = onnx.load(exported)
    (entry,) = graph.metadata_props
    entry.value = json.dumps({**json.loads(entry.value), absent: 3})
    changed = tmp_path / "changed.onnx"
    changed.write_bytes(graph.SerializeToString())
    with pytest.raises(
        ModelFileError, match=r"changed\.onnx: its metadata hold no .*; export the run"
    ):
        OnnxRun.open(changed).exported_model()


def test_commands_open_the_file(
    run: RunFolder, exported: Path, dataset: Dataset, tmp_path: Path
) -> None:
    call = CliRunner().invoke
    done = call(app, ["eval", str(exported), str(dataset.root), "--json"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["split"] == "test"
    out = tmp_path / "a.onnx"
    bare, garbage = tmp_path / "bare.onnx", tmp_path / "garbage.onnx"
    graph = onnx.load(exported)
    del graph.metadata_props[:]
    bare.write_bytes(graph.SerializeToString())
    garbage.write_bytes(b"not a model")
    for arguments, code, says in (
        (["eval", str(bare), str(dataset.root)], 3, "meldae export"),
        (["eval", str(garbage), str(dataset.root)], 3, "garbage.onnx"),
        (["eval", str(tmp_path / "absent.onnx"), str(dataset.root)], 3, "absent.onnx"),
        (["explain", str(exported), str(dataset.root)], 2, "name the run itself"),
        (["export", str(exported), "--out", str(out)], 2, "exported already"),
        (["export", str(tmp_path / "none"), "--out", str(out)], 3, "meldae train"),
        (["export", str(run.path), "--out", str(tmp_path / "model.bin")], 2, ".onnx"),
        (["export", str(run.path), "--out", str(out), "--window", "3"], 2, "window 3"),
        (["export", str(run.path), "--int8", "--data", "nowhere"], 3, "nowhere"),
    ):
        done = call(app, arguments)
        assert (done.exit_code, says in done.stderr) == (code, True), done.stderr
        assert not done.stdout
        assert len(done.stderr.strip().splitlines()) == 1


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(packages_module.importlib, "import_module", absent)
    with pytest.raises(MissingDependencyError, match=r"wdmd-meldae\[onnx\]"):
        to_graph(Meldae(FLOW))


def test_int8_wants_a_dataset(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dataset"):
        export_run(run, tmp_path / "a.onnx", int8=True)
    with pytest.raises(ModelFileError, match="no finished run"):
        export_run(RunFolder(tmp_path / "none"), tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


def test_an_emotion_head_is_exported_too(tmp_path: Path) -> None:
    run = make_run(tmp_path, replace(FLOW, emotions=("negative", "positive", "surprise")))
    path = tmp_path / "model.onnx"
    free = export_run(run, path)
    assert free.largest < 1e-4
    graph = onnx.load(path)
    assert [one.name for one in graph.graph.output][3] == "emotions"
    torch_model, onnx_model = load_model(run), load_model(open_run(path))
    given = 3 * example(torch_model, 2, 31)
    mask = torch.ones(2, 31, dtype=torch.bool)
    mask[1, 17:] = False
    with torch.inference_mode():
        ours, theirs = torch_model(given, mask).emotions, onnx_model(given, mask).emotions
    assert ours is not None
    assert theirs is not None
    assert torch.allclose(ours[mask], theirs[mask], atol=1e-4)
    # A file of fixed length looks at longer windows piece by piece.
    fixed = tmp_path / "fixed.onnx"
    export_run(run, fixed, window=20)
    with torch.inference_mode():
        pieces = load_model(open_run(fixed))(given)
    assert pieces.emotions.shape == (2, 31, 4)
    with torch.inference_mode():
        first = torch_model(given[:, :20]).emotions
    # Only the first piece covers the first ten frames but for its neighbours' ramps.
    assert torch.allclose(pieces.emotions[:, 0], first[:, 0], atol=1e-4)
