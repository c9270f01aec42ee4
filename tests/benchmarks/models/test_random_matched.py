from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, segment_row, write_dataset
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.models.base import FitContext
from benchmarks.models.random_matched import RandomMatched, place
from benchmarks.protocols import blind_view, training_view
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset


@given(st.lists(st.integers(1, 9), max_size=8), st.integers(0, 20), st.integers(0, 99))
def test_all_lengths_are_placed_inside_without_overlap(
    lengths: list[int], free: int, seed: int
) -> None:
    frames = sum(lengths) + free
    spans = place(lengths, frames, np.random.default_rng(seed))
    assert sorted(span.duration_ms for span in spans) == sorted(lengths)
    edges = [edge for span in spans for edge in (span.start_ms, span.end_ms)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= frames for edge in edges)


def test_every_arrangement_is_as_likely() -> None:
    """Lengths 1 and 2 in 4 frames: order a b or b a, one free frame in one of three places."""
    generator = np.random.default_rng(0)
    found = Counter(tuple(place([1, 2], 4, generator)) for _ in range(6000))
    assert set(found) == {
        (Interval(0, 1), Interval(1, 3)),
        (Interval(0, 1), Interval(2, 4)),
        (Interval(1, 2), Interval(2, 4)),
        (Interval(0, 2), Interval(2, 3)),
        (Interval(0, 2), Interval(3, 4)),
        (Interval(1, 3), Interval(3, 4)),
    }
    # 1000 each; the standard deviation is 29.
    assert all(880 < count < 1120 for count in found.values())


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 5 frames but got 6"):
        place([3, 3], 5, np.random.default_rng(0))


def dense_dataset(root: Path, n_frames: int = 100) -> Dataset:
    """Training: 10 clips, each 10 MEs of 6 frames in 100; test: 100 clips of `n_frames`."""
    train = [clip_row(f"t{i}", 100, subject_id="s1", split="train", has_me=True) for i in range(10)]
    test = [
        clip_row(f"c{i:03}", n_frames, recording_id=f"r{i}", subject_id="s2", split="test")
        for i in range(100)
    ]
    segments = [
        segment_row(f"t{i}", "consensus", 10 * j, 10 * j + 5) for i in range(10) for j in range(10)
    ]
    return write_dataset(root, [*train, *test], segments)


def fitted(dataset: Dataset, folder: Path, seed: int = 0) -> RandomMatched:
    model = RandomMatched()
    model.fit(training_view(dataset), FitContext(seed, folder, folder, folder))
    return model


def test_the_expected_number_is_that_of_the_training_split_however_dense(tmp_path: Path) -> None:
    dataset = dense_dataset(tmp_path)
    model = fitted(dataset, tmp_path)
    found = model.predict(blind_view(dataset, "test"), "test")
    count = sum(len(one.segments) for one in found)
    # Poisson with mean 1000, standard deviation 32; RandomPrior would lose a third to overlaps.
    assert 900 < count < 1100
    assert {s.interval.duration_ms for one in found for s in one.segments} == {6}


def test_what_a_clip_has_no_room_for_goes_to_the_next(tmp_path: Path) -> None:
    """Clips of 5 frames have no room for 6; of 7 they have room for one each."""
    short = dense_dataset(tmp_path / "a", 5)
    none = fitted(short, tmp_path / "a").predict(blind_view(short, "test"), "test")
    assert sum(len(one.segments) for one in none) == 0
    tight = dense_dataset(tmp_path / "b", 7)
    one_each = fitted(tight, tmp_path / "b").predict(blind_view(tight, "test"), "test")
    assert max(len(one.segments) for one in one_each) == 1
    # Expected 100 x 0.7 = 70, standard deviation 8.4, less what the last clips cannot pass on.
    assert 45 < sum(len(one.segments) for one in one_each) <= 95


def test_it_follows_its_seed(tmp_path: Path) -> None:
    dataset = dense_dataset(tmp_path)
    first, again, other = (
        [one.segments for one in fitted(dataset, tmp_path, seed).predict(dataset, "test")]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
