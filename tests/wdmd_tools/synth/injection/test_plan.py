"""Where MEs may lie, and that they lie there."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.intervals import Interval
from wdmd_tools.synth.injection.levels import Levels
from wdmd_tools.synth.injection.plan import GAP_MS, plan_events, usable_spans
from wdmd_tools.synth.injection.track import stretches

NAN = float("nan")


def test_usable_spans_keep_a_margin_to_cuts_lost_faces_and_turned_heads() -> None:
    # frames of 100 ms  0    5    10   15   20   25
    # face              ##########...############
    # shot              000000000000000000111111111   cut before frame 18
    # yaw > 30                              ####      frames 22 to 25
    yaw = np.zeros(28)
    yaw[10:13] = NAN
    yaw[22:26] = 40
    shot = np.array([0] * 18 + [1] * 10, np.int32)
    runs = stretches(np.isfinite(yaw), shot)
    assert runs == [(0, 10), (13, 18), (18, 28)]
    spans = usable_spans(yaw, runs, [100 * k for k in range(28)], 2800)
    # 200 ms off both ends; frames 26 and 27 alone leave nothing.
    assert spans == [Interval(200, 800), Interval(1500, 1600)]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), rate=st.floats(0.05, 1.5))
def test_mes_lie_in_usable_spans_apart_from_one_another(seed: int, rate: float) -> None:
    usable = [Interval(200, 9000), Interval(11_000, 19_800)]
    events = plan_events(
        np.random.default_rng(seed),
        usable,
        [Interval(0, 10_000)],
        20.0,
        rate,
        Levels((0.5, 6.0), True),
        Levels((150.0, 500.0), True),
    )
    assert events
    assert len(events) <= rate * 20 + 1
    for event in events:
        assert any(s.start_ms <= event.interval.start_ms for s in usable)
        assert any(
            s.start_ms <= event.interval.start_ms and event.interval.end_ms <= s.end_ms
            for s in usable
        )
        assert event.interval.start_ms < event.apex_ms < event.interval.end_ms
        assert 0.5 <= event.amplitude_percent <= 6
        assert 150 <= event.interval.duration_ms <= 500
    for one, other in itertools.pairwise(events):
        assert other.interval.start_ms - one.interval.end_ms >= GAP_MS


def test_half_of_the_mes_lie_in_speech_where_there_is_room() -> None:
    # speech covers a tenth of the film only
    inside = total = 0
    for seed in range(30):
        events = plan_events(
            np.random.default_rng(seed),
            [Interval(0, 100_000)],
            [Interval(0, 10_000)],
            100.0,
            0.06,
            Levels((2.0,)),
            Levels((300.0,)),
        )
        inside += sum(event.interval.start_ms < 10_000 for event in events)
        total += len(events)
    assert inside / total == pytest.approx(0.5, abs=0.12)


def test_without_room_there_is_no_me() -> None:
    rng = np.random.default_rng(0)
    drawn = plan_events(rng, [Interval(0, 150)], [], 1.0, 1.0, Levels((2.0,)), Levels((300.0,)))
    assert drawn == ()
