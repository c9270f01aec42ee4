import itertools
from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, frame_rows, segment_row, tiny_dataset, write_dataset

from benchmarks.models.base import FitContext
from benchmarks.models.trivial import Always, Never, Prior, RandomPrior
from benchmarks.protocols import blind_view, training_view
from benchmarks.scoring import score_predictions
from wdmd_tools.errors import ConfigError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset


def context(folder: Path, seed: int = 0, **options: object) -> FitContext:
    return FitContext(seed, folder, folder, folder, options)


def long_dataset(root: Path) -> Dataset:
    """30 fps; training: 60 s with 24 MEs of 6 or 12 frames; test: 200 clips of 10 s."""
    train = [clip_row("t", 1800, subject_id="s1", split="train", has_me=True, speaking_share=0.75)]
    test = [
        clip_row(f"c{i:03}", 300, recording_id=f"r{i}", subject_id="s2", split="test")
        for i in range(200)
    ]
    segments = [
        segment_row("t", "consensus", 60 * i + 5, 60 * i + 5 + (5 if i % 2 else 11))
        for i in range(24)
    ]
    frames = frame_rows(train[0], states=["speaking"] * 1350 + ["listening"] * 450)
    frames += [row for clip in test for row in frame_rows(clip)]
    return write_dataset(root, [*train, *test], segments, frames)


def test_never_and_always_say_so_for_every_clip(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=5)
    for kind, p_me in ((Never, 0.0), (Always, 1.0)):
        model = kind()
        model.fit(training_view(dataset), context(tmp_path))
        found = model.predict(blind_view(dataset, "test"), "test")
        clips = list(dataset.iter_clips("test"))
        assert [one.clip_id for one in found] == [clip.clip_id for clip in clips]
        assert all(one.p_me == p_me for one in found)
        assert {one.p_state for one in found} == {1.0}
        for one, clip in zip(found, clips, strict=True):
            spans = [segment.interval for segment in one.segments]
            assert spans == ([Interval(0, clip.n_frames)] if kind is Always else [])
        score = score_predictions(dataset, {one.clip_id: one for one in found})
        assert score.total.total.tp == 0


def test_random_has_the_rate_and_durations_of_the_training_split(tmp_path: Path) -> None:
    dataset = long_dataset(tmp_path)
    model = RandomPrior()
    model.fit(training_view(dataset), context(tmp_path))
    assert model.rate_hz == pytest.approx(24 / 60)
    assert model.describe()["rate_per_minute"] == pytest.approx(24.0)
    found = model.predict(blind_view(dataset, "test"), "test")
    lengths = [segment.interval.duration_ms for one in found for segment in one.segments]
    # Expected 200 clips x 10 s x 0.4 / s = 800, less the few that would overlap.
    assert 650 < len(lengths) < 850
    assert set(lengths) == {6, 12}
    for one in found:
        spans = sorted(segment.interval for segment in one.segments)
        assert all(not a.overlaps(b) for a, b in itertools.pairwise(spans))
        assert one.frame_scores is not None
        inside = np.zeros(300, dtype=bool)
        for span in spans:
            inside[span.start_ms : span.end_ms] = True
        assert not one.frame_scores[~inside].any()


def test_random_follows_its_seed(tmp_path: Path) -> None:
    dataset = long_dataset(tmp_path)

    def run(seed: int) -> list[object]:
        model = RandomPrior()
        model.fit(training_view(dataset), context(tmp_path, seed))
        return [(one.segments, one.p_me) for one in model.predict(dataset, "test")]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_random_decides_as_often_as_the_prior(tmp_path: Path) -> None:
    dataset = long_dataset(tmp_path)
    model = RandomPrior()
    model.fit(training_view(dataset), context(tmp_path))
    model.p_state = 0.75
    found = model.predict(dataset, "test")
    share = np.mean([one.p_state is not None and one.p_state >= 0.5 for one in found])
    assert 0.65 < share < 0.85


def test_the_prior_gives_the_training_splits_shares(tmp_path: Path) -> None:
    """12 MEs of 12 frames and 12 of 6 in 1800 frames: 216 / 1800 = 0.12; 75 % of the clip is speech."""
    dataset = long_dataset(tmp_path)
    model = Prior()
    model.fit(training_view(dataset), context(tmp_path))
    found = model.predict(blind_view(dataset, "test"), "test")
    assert len(found) == 200
    for one in found:
        assert one.segments == ()
        assert one.p_me == 1.0
        assert one.p_state == 1.0
        assert one.frame_scores is not None
        np.testing.assert_allclose(one.frame_scores, np.full(300, 0.12), atol=1e-6)
    assert model.describe()["share_of_frames_with_me"] == 0.12


def test_options_are_refused(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path)
    with pytest.raises(ConfigError, match="option threshold"):
        Never().fit(dataset, context(tmp_path, threshold=3))
