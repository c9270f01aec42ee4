"""Three simulated annotators disagree as much as the paper's three did."""

import itertools
from fractions import Fraction

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.annotations import STATES
from wdmd_tools.synth.annotators import ANNOTATORS, Marking, annotate, on_frame
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.script import write_script


def test_frame_times_are_rounded_up_as_elan_does() -> None:
    """At 60 fps frame 7 begins at 116.67 ms, which ELAN's frame-stepping writes as 117."""
    rate = Fraction(60)
    assert on_frame(115, rate, 10_000) == 117
    assert on_frame(0, rate, 10_000) == 0
    assert on_frame(-30, rate, 10_000) == 0
    assert on_frame(9_999, rate, 9_990) == 9_990
    assert on_frame(1001, Fraction(60_000, 1001), 10_000) == 1001


@given(st.integers(0, 5000), st.floats(2, 20), st.sampled_from([25.0, 59.94, 60.0]))
@settings(deadline=None, max_examples=30)
def test_markings_are_well_formed(seed: int, seconds: float, fps: float) -> None:
    config = SynthConfig(recordings=1, subjects=1, seed=seed, seconds=seconds, fps=fps)
    script = write_script(config, 0)
    for marking in annotate(config, script, 0):
        ends = [0, *(interval.end_ms for interval, _ in marking.states)]
        assert [interval.start_ms for interval, _ in marking.states] == ends[:-1]
        assert ends[-1] == script.duration_ms
        assert all(a[1] != b[1] for a, b in itertools.pairwise(marking.states))
        mes = [event.interval for event in marking.mes]
        assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(mes))
        assert all(me.start_ms >= 0 and me.end_ms <= script.duration_ms for me in mes)


@pytest.fixture(scope="module")
def markings() -> list[tuple[Marking, ...]]:
    config = SynthConfig(recordings=120, subjects=1, seed=1)
    return [annotate(config, write_script(config, i), i) for i in range(config.recordings)]


def test_alpha_of_the_state_is_that_of_the_paper(markings: list[tuple[Marking, ...]]) -> None:
    step_ms = 50
    rows: list[list[int]] = [[] for _ in ANNOTATORS]
    for recording in markings:
        for row, marking in zip(rows, recording, strict=True):
            for time in range(0, 59_900, step_ms):
                state = next(s for span, s in marking.states if span.contains(time))
                row.append(STATES.index(state))
    alpha = krippendorff.alpha(
        np.array(rows), value_domain=range(3), level_of_measurement="nominal"
    )
    assert alpha == pytest.approx(0.85, abs=0.015)
    merged = np.minimum(np.array(rows), 1)  # the paper joins listening and silent
    both = krippendorff.alpha(merged, value_domain=range(2), level_of_measurement="nominal")
    assert both == pytest.approx(0.85, abs=0.02)


def test_iou_of_matched_mes_is_that_of_the_paper(markings: list[tuple[Marking, ...]]) -> None:
    overlaps, unmatched, total = [], 0, 0
    for recording in markings:
        for first, second in itertools.combinations(recording, 2):
            for event in first.mes:
                best = max((event.interval.iou(o.interval) for o in second.mes), default=0.0)
                total += 1
                unmatched += best == 0
                overlaps += [best] if best > 0 else []
    assert np.mean(overlaps) == pytest.approx(0.78, abs=0.015)
    assert 0.03 <= unmatched / total <= 0.12  # misses of one and inventions of the other
