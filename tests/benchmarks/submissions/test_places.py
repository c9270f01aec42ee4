"""Frames to seconds and milliseconds and back, whatever the rate."""

from fractions import Fraction
from pathlib import Path

import pytest
from builders import tiny_dataset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.submissions.notes import Said
from benchmarks.submissions.places import Collected, Places, nearest
from wdmd_tools.intervals import Interval
from wdmd_tools.predictions import PredictedSegment
from wdmd_tools.review.frames import recording_times

RATES = (Fraction(24000, 1001), 25, 30, Fraction(60000, 1001), 200)


@pytest.fixture(name="places", scope="module", params=RATES, ids=str)
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Places:
    root = tmp_path_factory.mktemp("places")
    return Places(tiny_dataset(root, n_recordings=1, n_frames=40, fps=request.param))


FRAMES = st.tuples(st.integers(0, 39), st.integers(1, 40)).map(
    lambda both: Interval(both[0], min(40, both[0] + both[1]))
)


@given(FRAMES, st.integers(0, 2))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_seconds_rounded_to_three_decimals_are_the_same_frames(
    places: Places, frames: Interval, number: int
) -> None:
    clip = f"rec0_{number:04d}"
    edges = places.starts_s(clip)
    collected = Collected(places)
    start, end = round(edges[frames.start_ms], 3), round(edges[frames.end_ms], 3)
    collected.add_seconds(clip, start, end, Said(0.5))
    assert collected.segments[clip] == [PredictedSegment(frames, 0.5)]
    assert collected.notes.lines() == ()


@given(FRAMES, st.integers(0, 2))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_milliseconds_and_film_frames_are_the_same_frames(
    places: Places, frames: Interval, number: int
) -> None:
    clip = f"rec0_{number:04d}"
    span = recording_times(places.dataset, "rec0")[clip].span(frames)
    by_time, by_frame = Collected(places), Collected(places)
    by_time.add_film_ms("rec0", span.start_ms, span.end_ms, Said(0.5))
    film = Interval(frames.start_ms + 40 * number, frames.end_ms + 40 * number)
    by_frame.add_film_frames("rec0", film, Said(0.5))
    for one in (by_time, by_frame):
        assert one.segments[clip] == [PredictedSegment(frames, 0.5)]
        assert sum(len(found) for found in one.segments.values()) == 1
        assert one.notes.lines() == ()


@given(st.lists(st.integers(0, 100), min_size=1, unique=True).map(sorted), st.floats(-10, 110))
def test_nearest_is_that_of_a_slow_loop(edges: list[int], time: float) -> None:
    best = min(range(len(edges)), key=lambda index: (abs(edges[index] - time), index))
    assert nearest([float(edge) for edge in edges], time) == best


def test_names_of_films(tmp_path: Path) -> None:
    places = Places(tiny_dataset(tmp_path, n_recordings=2))
    for name in ("rec1", "rec1.mp4", "REC1.MP4", " rec1 "):
        assert places.film(name) == "rec1"
    assert places.film("rec7") is None
