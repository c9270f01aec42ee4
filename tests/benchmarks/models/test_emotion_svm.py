"""Emotions beside the spotters: the machine, its cost, and that the LBP models say what is plain to see."""

import importlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, segment_row, write_dataset, write_ffv1

from benchmarks.models.base import FitContext
from benchmarks.models.emotion_svm import (
    EmotionSide,
    clips_of_samples,
    in_order,
    mean_f1,
    train_emotion_svm,
)
from benchmarks.models.lbp import LbpSvm, LbpTopSvm, centred
from benchmarks.models.lbp_mop import LbpMopSvm
from benchmarks.models.mol.spotter import Mol
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples

WORDS = ("happiness", "disgust", "surprise")


def context(folder: Path) -> FitContext:
    return FitContext(0, folder, folder, folder, {"blocks": 2, "size": 32}, emotions=scheme("3"))


def moving_faces(root: Path, n_subjects: int = 6, me: tuple[int, int] = (12, 19)) -> Dataset:
    """One clip a subject and emotion; the emotion says which quarter of the picture shakes in the ME.

    frames    0        12      20        30
    me                 |-------|
    """
    clips, rows = [], []
    for subject in range(n_subjects):
        for number, word in enumerate(WORDS):
            name = f"s{subject}{word}"
            generator = np.random.default_rng([subject, number])
            noise = generator.integers(60, 190, (30, 32, 32), dtype=np.uint8)
            film = np.repeat(noise[:1], 30, axis=0)
            place = (slice(0, 16), slice(16, 32), slice(8, 24))[number]
            film[12:20, place] = noise[12:20, place]
            path = root / "crops" / f"{name}.mkv"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_ffv1(path, np.repeat(film[..., None], 3, axis=-1), Fraction(30))
            split = "train" if subject < 3 else "val" if subject < 4 else "test"
            clips.append(
                clip_row(
                    name, 30, subject_id=f"s{subject}", recording_id=name, has_me=True, split=split
                )
            )
            rows += [
                segment_row(name, "consensus", *me, kind, label)
                for kind, label in (("me", "ME"), ("emotion", word))
            ]
    return write_dataset(root, clips, rows)


@pytest.fixture(name="dataset", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return moving_faces(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("kind", [LbpTopSvm, LbpMopSvm])
def test_lbp_models_learn_what_is_plain_to_see(
    kind: type[LbpSvm], dataset: Dataset, tmp_path: Path
) -> None:
    model = kind()
    model.fit(dataset, context(tmp_path))
    samples = emotion_samples(dataset, scheme("3"), "test")
    said = model.recognise(dataset, [one.blind for one in samples[::-1]])
    assert [one.sample_id for one in said] == [one.sample_id for one in samples[::-1]]
    right = [one.emotion == two.emotion for one, two in zip(said, samples[::-1], strict=True)]
    assert sum(right) >= 5  # of 6
    assert model.describe()["emotion_samples"] == 9
    # A spotted segment of one frame is looked at with its neighbours.
    spotted = EmotionSample("", samples[0].clip_id, "r", "s", Interval(29, 30), None, None)
    (one,) = model.recognise(dataset, [spotted])
    assert one.emotion in scheme("3").classes


@pytest.mark.parametrize("model", [LbpTopSvm(), Mol()])
def test_clips_that_are_nothing_but_an_me_are_recognised_and_not_spotted_in(
    model: LbpSvm | Mol, tmp_path: Path
) -> None:
    # frames    0                 30
    # me        |-----------------|     no window without one
    dataset = moving_faces(tmp_path / "data", me=(0, 29))
    quick = {"landmarks": False, "steps": 2, "batch": 4}
    how = (
        context(tmp_path)
        if isinstance(model, LbpSvm)
        else replace(context(tmp_path), options=quick)
    )
    model.fit(dataset, how)
    for one in model.predict(dataset, "test"):
        assert not one.segments
        assert one.frame_scores is None
        assert one.p_me is None
    samples = [one.blind for one in emotion_samples(dataset, scheme("3"), "test")]
    assert len(model.recognise(dataset, samples)) == len(samples) == 6
    assert model.describe()["spotting"].startswith("not learnt")
    with pytest.raises(ManifestError, match="with and without a micro-expression"):
        type(model)().fit(dataset, replace(how, emotions=None))


def test_windows_around_intervals_by_hand() -> None:
    # interval 4..6 of 20: middle 5; seven frames around it: 1..8 (rounded down)
    assert centred(Interval(4, 6), 7, 20).starts.tolist() == [1]
    assert centred(Interval(18, 20), 7, 20).starts.tolist() == [13]
    whole = centred(Interval(0, 2), 7, 5)
    assert (whole.starts.tolist(), whole.length) == ([0], 5)


def test_the_cost_is_the_one_that_does_best_on_validation() -> None:
    generator = np.random.default_rng(0)
    true = ["a", "b", "c"] * 20
    middle = {"a": (0, 0), "b": (4, 0), "c": (0, 4)}
    features = np.array([middle[one] for one in true]) + generator.normal(0, 0.5, (60, 2))
    features = features.astype(np.float32)
    found = train_emotion_svm(features, true, features, true, (1e-6, 1.0), 0)
    assert found.cost == 1.0
    assert found.value == pytest.approx(mean_f1(found.say(features), true, "abc"))
    assert found.value > 0.95
    alone = train_emotion_svm(features, true, features[:0], [], (0.5, 1.0), 0)
    assert (alone.cost, alone.value) == (0.5, None)
    same = train_emotion_svm(features[:2], ["b", "b"], features, true, (1.0,), 0)
    assert same.say(features[:3]) == ["b"] * 3


def test_descriptors_come_in_the_order_of_samples(dataset: Dataset) -> None:
    samples = emotion_samples(dataset, scheme("3"), "val")
    mixed = [samples[2], samples[0], replace(samples[2], sample_id="again")]
    clips = clips_of_samples(dataset, mixed)
    assert [clip.clip_id for clip in clips] == [samples[0].clip_id, samples[2].clip_id]
    features = ((clip, clip.clip_id) for clip in clips)
    codes = {clip.clip_id: number for number, clip in enumerate(clips)}
    rows = in_order(
        mixed, features, lambda clip, _, __: np.full(1, codes[clip.clip_id], np.float32)
    )
    assert rows[:, 0].tolist() == [1, 0, 1]


def test_without_labelled_emotions_there_is_nothing_to_learn(tmp_path: Path) -> None:
    clip = clip_row("a", 30, has_me=True, split="train")
    plain = write_dataset(tmp_path, [clip], [segment_row("a", "consensus", 3, 9, "me", "ME")])
    side = EmotionSide(lambda *_: np.zeros((0, 1), np.float32))
    with pytest.raises(ManifestError, match="--emotions none"):
        side.fit(plain, scheme("3"), 0)
    with pytest.raises(ValueError, match="before"):
        side.recognise(plain, [])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("tad.spotter:TadSpotter", {"regions": 2, "dim": 8, "epochs": 1, "threads": 1}),
        ("softnet:SoftNetSpotter", {"epochs": 1, "emotion_epochs": 2}),
    ],
)
def test_other_spotters_recognise_beside_spotting(
    kind: str, options: dict[str, int], dataset: Dataset, tmp_path: Path
) -> None:
    module, _, name = kind.partition(":")
    model = getattr(importlib.import_module(f"benchmarks.models.{module}"), name)()
    model.fit(dataset, replace(context(tmp_path), options=options))
    samples = emotion_samples(dataset, scheme("3"), "test")
    said = model.recognise(dataset, [one.blind for one in samples])
    assert [one.sample_id for one in said] == [one.sample_id for one in samples]
    assert all(one.emotion in scheme("3").classes for one in said)
    assert model.describe()["emotion_samples"] == 9
