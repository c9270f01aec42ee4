"""Recognition in a job, under leave one subject out, over a composite of three sets, and by `bench run`."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from builders import tiny_dataset
from emotion_labs import THREE, WORDS, lab
from typer.testing import CliRunner

from benchmarks.asked import Asked, what_is_asked
from benchmarks.cli import app
from benchmarks.job import JobSpec, run_job
from benchmarks.models.base import FitContext, Recogniser, Spotter, no_progress
from benchmarks.protocols import Fold, Folders, folds_of, open_data, training_view
from benchmarks.protocols.people import read_people
from benchmarks.protocols.pooled import pool
from benchmarks.results import JobKey, JobResult
from benchmarks.scoring import Score
from benchmarks.summary import point_values
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.metrics.recognition import confusion_counts
from wdmd_tools.predictions import (
    ClipPrediction,
    PredictedSegment,
    Recognition,
    read_predictions,
    read_recognitions,
)
from wdmd_tools.split.make import make_loso
from wdmd_tools.split.stored import write_split

RUNNER = CliRunner()


class Careful(Spotter, Recogniser):
    """Answers in order; writes down what it was shown."""

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        self.emotions, self.macro, self.how = context.emotions, context.macro, context.options
        learnt = emotion_samples(dataset, THREE)
        self.learnt = sorted({one.clip_id for one in learnt})
        self.shown: list[tuple[str, ...]] = []

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        named = PredictedSegment(Interval(40, 45), 0.25, emotion="positive")
        macro = PredictedSegment(Interval(35, 56), 0.5, "macro")
        open_one = PredictedSegment(Interval(20, 30), 0.75)
        return [
            ClipPrediction(clip.clip_id, (named, macro, open_one))
            for clip in dataset.iter_clips(split)
        ]

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        assert dataset.segments.num_rows == 0
        assert all(one.emotion is None for one in samples)
        self.shown.append(tuple(one.sample_id for one in samples))
        self.apexes = [one.apex_frame for one in samples]
        said = [Recognition(one.sample_id, one.clip_id, "negative") for one in samples]
        odd = self.how.get("odd")
        if odd == "few":
            return said[1:]
        if odd == "order":
            return said[::-1]
        if odd == "class":
            return [Recognition(one.sample_id, one.clip_id, "happiness") for one in samples]
        return said

    def describe(self) -> dict[str, Any]:
        asked = None if self.emotions is None else self.emotions.name
        return {"asked": asked, "macro": self.macro, "shown": self.shown, "learnt": self.learnt}


class Plain(Spotter):
    """A spotter that is no recogniser."""

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        self.asked = (dataset.name, context.emotions)

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        one = PredictedSegment(Interval(20, 30), 0.75)
        return [ClipPrediction(clip.clip_id, (one,)) for clip in dataset.iter_clips(split)]


@pytest.fixture(name="job")
def make_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., JobResult]:
    module = ModuleType("careful_models")
    module.Careful, module.Plain = Careful, Plain  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "careful_models", module)

    def run(
        folders: Folders,
        model: str = "careful_models:Careful",
        protocol: str = "holdout",
        fold: Fold | None = None,
        emotions: str = "3",
        **options: object,
    ) -> JobResult:
        number = 0 if fold is None else fold.number
        return run_job(
            JobSpec(
                key=JobKey(dataset="d", protocol=protocol, model="m", fold=number),
                job_hash="0",
                target=model,
                display="m",
                options=options,
                data=folders.path,
                pool=folders.pool,
                people=folders.people,
                data_hash=open_data(folders).data_hash,
                fold_name="" if fold is None else fold.name,
                out=tmp_path / "out" / f"fold{number}",
                cache=tmp_path / "cache",
                runs=tmp_path / "runs",
                emotions=emotions,
                macro=True,
            ),
            no_progress,
        )

    return run


def test_a_job_recognises_what_is_annotated_and_what_it_spotted(
    tmp_path: Path, job: Callable[..., JobResult]
) -> None:
    dataset = lab(tmp_path / "lab", WORDS, macro=("S1", "S3"))
    result = job(Folders(path=dataset.root))
    assert result.error is None, result.error
    assert result.facts["asked"] == "3"
    assert result.facts["macro"] is True
    assert set(result.facts["learnt"]) == {"s1-0", "s1-1", "s2-0"}
    # First the two samples of the test split that have a class, then three spotted without an emotion.
    assert [len(one) for one in result.facts["shown"]] == [2, 3]
    assert set(result.facts["shown"][1]) == {""}
    assert "recognise" in result.seconds

    folder = tmp_path / "out" / "fold0"
    said = read_recognitions(folder)
    assert said is not None
    assert {one.clip_id for one in said.values()} == {"s3-0", "s3-1"}
    for one in read_predictions(folder).values():
        assert [(s.label, s.emotion) for s in one.segments] == [
            ("me", "positive"),
            ("macro", None),
            ("me", "negative"),
        ]
    # Of fear and happy, negative is right once; spotted: three hits and three inventions.
    assert result.metrics["acc_emotion"] == 0.5
    assert result.metrics["f1_megc"] == pytest.approx(2 * 3 / (6 + 3))
    assert result.metrics["f1_macro_expression"] == 1.0
    # hits of a class: negative said negative, positive said negative: P 1/2, 0; R 1, 0
    m_p, m_r = 0.25, 0.5
    assert result.metrics["f1_analysis"] == pytest.approx(2 * m_p * m_r / (m_p + m_r))
    assert result.metrics["f1_dr"] is None
    assert result.extras["official_analysed"] == 2

    # Everything follows from the files: the confusions again, straight from the tables.
    samples = emotion_samples(dataset, THREE, "test")
    again = confusion_counts(
        [said[one.sample_id].emotion for one in samples],
        [str(one.emotion) for one in samples],
        THREE.classes,
    )
    assert result.score is not None
    stored = result.score["emotions"]["recordings"].values()
    assert [sum(column) for column in zip(*(one["confusion"] for one in stored), strict=True)] == (
        again.ravel().tolist()
    )


def test_without_a_scheme_nothing_is_recognised(
    tmp_path: Path, job: Callable[..., JobResult]
) -> None:
    dataset = lab(tmp_path / "lab", WORDS)
    first = job(Folders(path=dataset.root))
    assert (tmp_path / "out" / "fold0" / "recognitions.parquet").is_file()
    result = job(Folders(path=dataset.root), emotions="none")
    assert result.facts["asked"] is None
    assert result.facts["shown"] == []
    assert result.metrics["uf1"] is None
    assert first.metrics["acc_emotion"] == 0.5
    # What the run before said is gone.
    assert not (tmp_path / "out" / "fold0" / "recognitions.parquet").exists()


def test_a_spotter_that_is_no_recogniser_has_blank_columns(
    tmp_path: Path, job: Callable[..., JobResult]
) -> None:
    dataset = lab(tmp_path / "lab", WORDS, macro=("S3",))
    result = job(Folders(path=dataset.root), "careful_models:Plain")
    assert result.status == "ok"
    assert result.metrics["f1_megc"] == 1.0
    blank = ("uf1", "uar", "acc_emotion", "f1_analysis", "strs", "f1_overall")
    assert [result.metrics[name] for name in blank] == [None] * 6
    assert not [name for name in result.extras if name.startswith("official")]


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ("few", "Careful.recognise: 1 answers for 2 samples"),
        ("order", "where 's3-0-consensus-me-20-29-ME' was asked; give one each, in order"),
        ("class", "'happiness' is no class of the scheme '3' (negative, positive, surprise)"),
    ],
)
def test_a_wrong_answer_is_a_failed_row(
    tmp_path: Path, job: Callable[..., JobResult], odd: str, message: str
) -> None:
    dataset = lab(tmp_path / "lab", WORDS)
    result = job(Folders(path=dataset.root), odd=odd)
    assert result.status == "failed"
    assert result.error is not None
    assert message in result.error.message
    assert result.counts() is None


def pooled_score(results: Sequence[JobResult]) -> Score:
    scores = [one.counts() for one in results]
    assert all(one is not None for one in scores), [one.error for one in results]
    return reduce(add, [one for one in scores if one is not None])


def test_leave_one_subject_out_is_pooled(tmp_path: Path, job: Callable[..., JobResult]) -> None:
    words = {**WORDS, "S4": ("sad", "anger")}
    dataset = lab(tmp_path / "lab", words)
    write_split(dataset, make_loso(dataset, "loso", "subject", 0.0, 0))
    folds = folds_of(dataset, "loso")
    assert len(folds) == 4
    results = [job(Folders(path=dataset.root), protocol="loso", fold=one) for one in folds]
    for fold, one in zip(folds, results, strict=True):
        tested = {clip.clip_id for clip in fold.dataset.iter_clips("test")}
        assert not tested & set(one.facts["learnt"])
    score = pooled_score(results)
    assert score.emotions is not None
    # negative: disgust, fear, sad, anger; positive: happiness, happy; surprise. All said negative.
    assert score.emotions.support == {"negative": 4, "positive": 2, "surprise": 1}
    found = point_values(score)
    assert found["acc_emotion"] == pytest.approx(4 / 7)
    assert found["uar"] == pytest.approx(1 / 3)
    assert found["uf1"] == pytest.approx((8 / 11) / 3)
    alone = [point_values(one)["uf1"] for one in map(JobResult.counts, results) if one is not None]
    assert (
        alone == [None] * 4
    )  # no subject has all classes: a mean over subjects would be of nothing


SETS: dict[str, dict[str, Sequence[str]]] = {
    "casme2": {"S1": ("disgust", "repression"), "S2": ("happiness", "others"), "S3": ("surprise",)},
    "samm": {"S1": ("contempt",), "S2": ("happiness", "surprise")},
    "smic": {"S1": ("positive", "negative"), "S2": ("surprise",)},
}


def test_composite_of_three_sets(tmp_path: Path, job: Callable[..., JobResult]) -> None:
    """MEGC 2019: S1 of one laboratory is not S1 of another, except where people.csv says so."""
    parts = {name: lab(tmp_path / name, words) for name, words in SETS.items()}
    people = tmp_path / "people.csv"
    rows = (f"{parts['casme2'].root},S3,anna", f"{parts['samm'].root},S2,anna")
    people.write_text("\n".join(("dataset,subject_id,person", *rows, "")))
    folders = Folders(
        path=parts["casme2"].root,
        pool={name: part.root for name, part in parts.items()},
        people=people,
    )
    whole = open_data(folders)
    folds = folds_of(whole, "composite")
    assert len(folds) == 6  # seven subjects, one of them in two sets
    assert what_is_asked(folds) == Asked("3", macro=False)
    results = [job(folders, protocol="composite", fold=one) for one in folds]
    tested: list[str] = []
    for fold, one in zip(folds, results, strict=True):
        mine = emotion_samples(fold.dataset, THREE, "test")
        subjects = {sample.subject_id for sample in mine}
        learnt = emotion_samples(training_view(fold.dataset), THREE)
        assert not subjects & {sample.subject_id for sample in learnt}
        assert set(one.facts["learnt"]) == {sample.clip_id for sample in learnt}
        tested += [sample.sample_id for sample in mine]
    assert sorted(tested) == sorted(one.sample_id for one in emotion_samples(whole, THREE))
    assert len(tested) == len(set(tested)) == 10
    score = pooled_score(results)
    assert score.emotions is not None
    assert score.emotions.support == {"negative": 4, "positive": 3, "surprise": 3}
    assert point_values(score)["uar"] == pytest.approx(1 / 3)


def test_a_person_of_two_sets_on_both_sides_is_found(tmp_path: Path) -> None:
    parts = {name: lab(tmp_path / name, words) for name, words in SETS.items()}
    people = tmp_path / "people.csv"
    rows = (f"{parts['casme2'].root},S1,anna", f"{parts['smic'].root},S1,anna")
    people.write_text("\n".join(("dataset,subject_id,person", *rows, "")))
    together = pool(parts, read_people(people))
    for fold in folds_of(together, "composite"):
        sides = {
            split
            for clip, split in zip(
                fold.dataset.clips["clip_id"].to_pylist(),
                fold.dataset.clips["split"].to_pylist(),
                strict=True,
            )
            if clip in ("casme2.s1-0", "smic.s1-0")
        }
        assert len(sides) == 1


def test_bench_run_with_recognisers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way: processes, results, tables; then again with other classes."""
    monkeypatch.chdir(tmp_path)
    tiny_dataset(tmp_path / "data", n_recordings=6, n_frames=24, mes_per_clip=1, with_crops=True)
    command = [
        "run",
        "--models",
        "never,emotion-majority,emotion-random",
        "--json",
        "--emotions",
        "3",
    ]
    done = RUNNER.invoke(app, command)
    assert done.exit_code == 0, done.stderr
    listed = json.loads(done.stdout)["tables"][0]["rows"]
    rows = {row["model"]: row["metrics"] for row in listed}
    (facts,) = next(row["emotions"] for row in listed if row["model"] == "emotion-random")
    assert sum(facts["support"].values()) == sum(map(sum, facts["confusion"])) > 0
    assert facts["official_strs"] is None or 0 <= facts["official_strs"] <= 1
    for name in ("emotion-majority", "emotion-random"):
        assert rows[name]["acc_emotion"]["value"] is not None
        assert rows[name]["strs"]["value"] is not None
    assert rows["emotion-majority"]["strs"]["value"] == 0.0  # it spots nothing
    assert rows["never"]["acc_emotion"]["value"] is None
    assert "0 jobs to run, 3 already done" in RUNNER.invoke(app, command).stderr
    other = RUNNER.invoke(app, [*command, "--emotions", "none", "--dry-run"])
    assert "3 jobs to run" in other.stderr
    wrong = RUNNER.invoke(app, [*command, "--emotions", "7"])
    assert wrong.exit_code == 2
    assert "unknown scheme of emotions '7'" in wrong.stderr

    folder = tmp_path / "results" / "tiny" / "holdout" / "emotion-random" / "fold0-seed0"
    again = RUNNER.invoke(app, ["score", str(folder), "--json"])
    assert again.exit_code == 0, again.stderr
    said = json.loads(again.stdout)
    assert said["emotions"]["scheme"] == "3"
    assert sum(said["emotions"]["support"].values()) > 0
    shown = {name: one["value"] for name, one in said["metrics"].items()}
    assert shown["acc_emotion"] == rows["emotion-random"]["acc_emotion"]["value"]
    assert shown["strs"] == rows["emotion-random"]["strs"]["value"]
    refused = RUNNER.invoke(app, ["score", str(folder), "--emotions", "three"])
    assert refused.exit_code == 2
