"""The floors of recognition.

Training: 6 negative, 3 positive, 1 surprise, so shares 0.6, 0.3, 0.1.
"""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from builders import clip_row, segment_row, write_dataset

from benchmarks.models.base import FitContext
from benchmarks.models.trivial import RandomPrior
from benchmarks.models.trivial_emotion import MajorityEmotion, RandomEmotion, class_shares
from benchmarks.protocols import blind_view, training_view
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.emotions import scheme
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples

WORDS = ("disgust",) * 4 + ("anger",) * 2 + ("happiness",) * 3 + ("surprise",)


def dataset_of(root: Path) -> Dataset:
    clips = [
        clip_row("t", 400, subject_id="s1", split="train", has_me=True),
        clip_row("u", 400, recording_id="r2", subject_id="s2", split="test", has_me=True),
    ]
    segments = []
    for clip, words in (("t", WORDS), ("u", ("surprise",) * 10)):
        for number, word in enumerate(words):
            on = 30 * number + 5
            segments += [
                segment_row(clip, CONSENSUS, on, on + 9),
                segment_row(clip, CONSENSUS, on, on + 9, kind="emotion", label=word),
            ]
    return write_dataset(root, clips, segments)


def context(folder: Path, name: str | None = "3", seed: int = 0) -> FitContext:
    emotions = None if name is None else scheme(name)
    return FitContext(seed, folder, folder, folder, emotions=emotions)


def test_the_majority_is_of_the_training_split(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path)
    model = MajorityEmotion()
    model.fit(training_view(dataset), context(tmp_path))
    samples = [one.blind for one in emotion_samples(dataset, scheme("3"), "test")]
    said = model.recognise(blind_view(dataset, "test"), samples)
    assert [one.emotion for one in said] == ["negative"] * 10
    assert [one.sample_id for one in said] == [one.sample_id for one in samples]
    assert said[0].probabilities == pytest.approx(
        {"negative": 0.6, "positive": 0.3, "surprise": 0.1}
    )
    assert all(not one.segments for one in model.predict(blind_view(dataset, "test"), "test"))
    assert model.describe()["share_of_emotions"]["surprise"] == 0.1


def test_a_tie_takes_the_first_class_of_the_scheme(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path)
    model = MajorityEmotion()
    model.fit(training_view(dataset), context(tmp_path))
    model.shares = {"negative": 0.5, "positive": 0.5, "surprise": 0.0}
    (one,) = model.recognise(dataset, emotion_samples(dataset, scheme("3"))[:1])
    assert one.emotion == "negative"


def test_random_emotions_follow_the_training_shares(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path)
    model = RandomEmotion()
    model.fit(training_view(dataset), context(tmp_path))
    samples = emotion_samples(dataset, scheme("3"), "test") * 300
    said = [one.emotion for one in model.recognise(dataset, samples)]
    assert said.count("negative") / 3000 == pytest.approx(0.6, abs=0.03)
    assert said.count("surprise") / 3000 == pytest.approx(0.1, abs=0.02)
    again = RandomEmotion()
    again.fit(training_view(dataset), context(tmp_path))
    assert [one.emotion for one in again.recognise(dataset, samples)] == said
    other = RandomEmotion()
    other.fit(training_view(dataset), context(tmp_path, seed=1))
    assert [one.emotion for one in other.recognise(dataset, samples)] != said


def test_it_spots_exactly_as_random_does(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path)
    found = []
    for kind in (RandomEmotion, RandomPrior):
        model = kind()
        model.fit(training_view(dataset), context(tmp_path, None))
        found.append([one.segments for one in model.predict(blind_view(dataset, "test"), "test")])
    assert found[0] == found[1]


def test_without_a_scheme_there_are_no_shares(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path)
    assert class_shares(training_view(dataset), context(tmp_path, None)) == {}
    # SAMM's five classes leave out disgust.
    shares = class_shares(training_view(dataset), context(tmp_path, "samm-5"))
    assert shares == pytest.approx(
        {"anger": 2 / 6, "contempt": 0, "happiness": 3 / 6, "surprise": 1 / 6, "others": 0}
    )


def test_macro_expressions_at_their_own_rate_where_they_are_asked_for(tmp_path: Path) -> None:
    """Training: 60 s at 30 fps with 12 of 30 or 60 frames; test: 200 clips of 10 s, so 400 expected."""
    train = clip_row("t", 1800, subject_id="s1", split="train")
    test = [
        clip_row(f"c{i:03}", 300, recording_id=f"r{i}", subject_id="s2", split="test")
        for i in range(200)
    ]
    marks = [
        segment_row("t", CONSENSUS, 140 * i, 140 * i + (29 if i % 2 else 59), kind="macro")
        for i in range(12)
    ]
    dataset = write_dataset(tmp_path, [train, *test], marks)
    model = RandomEmotion()
    model.fit(training_view(dataset), replace(context(tmp_path, None), macro=True))
    found = model.predict(blind_view(dataset, "test"), "test")
    macro = [one for clip in found for one in clip.segments if one.is_macro]
    assert model.describe()["macro_rate_per_minute"] == 12.0
    assert len(macro) == pytest.approx(400, rel=0.15)
    assert {one.interval.duration_ms for one in macro} == {30, 60}
    for clip in found:
        spans = sorted(one.interval for one in clip.segments if one.is_macro)
        assert all(not a.overlaps(b) for a, b in itertools.pairwise(spans))
    quiet = RandomEmotion()
    quiet.fit(training_view(dataset), context(tmp_path, None))
    plain = quiet.predict(blind_view(dataset, "test"), "test")
    assert not any(one.is_macro for clip in plain for one in clip.segments)
