from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, write_dataset

from benchmarks.models.peaks import (
    PeakRule,
    choose_tau,
    find_segments,
    spot_films,
    threshold_of,
)
from meldae.decode import ScoredClip
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset


def rule(_fps: float, tau: float) -> PeakRule:
    return PeakRule(tau, 1, 2)


def test_the_threshold_lies_between_mean_and_maximum() -> None:
    """Two clips of one film: mean of 0 0 4 and 0 1 is 1, the maximum 4."""
    scores = [np.array([0.0, 0.0, 4.0]), np.array([0.0, 1.0])]
    assert threshold_of(scores, 0.5) == pytest.approx(2.5)
    assert threshold_of(scores, 1.0) == pytest.approx(4.0)


@pytest.mark.parametrize("scores", [[], [np.zeros(0)], [np.full(3, 0.7)]])
def test_a_constant_film_has_no_peak(scores: list[np.ndarray]) -> None:
    assert threshold_of(scores, 0.3) == float("inf")
    assert find_segments(np.full(3, 0.7), PeakRule(0.3, 1, 1), float("inf"), 1.0, 3) == ()


def test_peaks_become_intervals_around_them() -> None:
    """frame  0  1  2  3  4  5  6  7  8  9
    score     5  1  0  2  0  0  3  2  9  0      threshold 2
    peaks     x        x        x     x         with distance 3 the 9 takes the 3's place
    """
    scores = np.array([5, 1, 0, 2, 0, 0, 3, 2, 9, 0], dtype=float)
    found = find_segments(scores, PeakRule(0, 1, 1), 2.0, 10.0, 10)
    assert [one.interval for one in found] == [
        Interval(0, 2),
        Interval(2, 5),
        Interval(5, 8),
        Interval(7, 10),
    ]
    assert [one.score for one in found] == pytest.approx([0.5, 0.2, 0.3, 0.9])
    apart = find_segments(scores, PeakRule(0, 1, 3), 2.0, 10.0, 10)
    assert [one.interval for one in apart] == [Interval(0, 2), Interval(2, 5), Interval(7, 10)]


def test_no_peak_means_no_segment() -> None:
    """Not the interval [0, 0] that SOFTNet's program puts there."""
    assert find_segments(np.zeros(10), PeakRule(0.5, 2, 2), 1.0, 1.0, 10) == ()


def films(root: Path) -> list[Clip]:
    """Two clips of film a, one of film b; 20 frames each."""
    rows = [
        clip_row(name, 20, recording_id=name[0], subject_id=name[0], split="val")
        for name in ("a1", "a2", "b1")
    ]
    dataset: Dataset = write_dataset(root, rows, [])
    return list(dataset.iter_clips())


def bump(height: float) -> np.ndarray:
    scores = np.zeros(20)
    scores[10] = height
    return scores


def test_clips_of_a_film_share_its_threshold(tmp_path: Path) -> None:
    """A small bump counts in a film of its own, not beside one ten times as high."""
    clips = films(tmp_path)
    scores = {"a1": bump(1.0), "a2": bump(10.0), "b1": bump(1.0)}
    found = spot_films(clips, scores, rule, 0.5, 10.0)
    assert {name: len(one) for name, one in found.items()} == {"a1": 0, "a2": 1, "b1": 1}


def test_tau_is_the_largest_that_finds_what_is_there(tmp_path: Path) -> None:
    """Film a: true bumps 8 and 10 and a false one of 5 in 40 frames; mean 0.575.

    tau 0.75 -> threshold 7.64, 0.80 -> 8.12: the last one that finds both is 0.75.
    """
    clips = films(tmp_path)[:2]
    scores = {"a1": bump(8.0), "a2": bump(10.0)}
    scores["a2"][3] = 5.0
    speaking = np.r_[np.ones(20), np.zeros(20)].astype(np.int8)
    truth = {
        clip.clip_id: ScoredClip(
            scores[clip.clip_id].astype(np.float32),
            [Interval(9, 12)],
            speaking[20 * index : 20 * index + 20],
            30.0,
        )
        for index, clip in enumerate(clips)
    }
    tau, value = choose_tau(clips, truth, scores, rule)
    assert (tau, value) == (0.75, 1.0)
