"""What happens in a synthetic conversation, without pixels."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.errors import ConfigError
from wdmd_tools.synth.action_units import ME_ACTION_UNITS
from wdmd_tools.synth.config import SynthConfig, make_config
from wdmd_tools.synth.script import (
    EMOTIONS,
    MACRO_DURATION_MS,
    ME_DURATION_MS,
    Script,
    write_script,
)
from wdmd_tools.synth.timecourse import raised_cosine

configs = st.builds(
    lambda seed, seconds, rate: SynthConfig(
        recordings=1, subjects=1, seed=seed, seconds=seconds, me_rate=rate
    ),
    st.integers(0, 10_000),
    st.floats(2, 40),
    st.floats(0, 0.6),
)


def many_scripts(seed: int = 0, count: int = 30) -> list[Script]:
    config = SynthConfig(recordings=count, subjects=1, seed=seed)
    return [write_script(config, index) for index in range(count)]


@given(configs)
@settings(deadline=None, max_examples=40)
def test_events_lie_inside_the_recording(config: SynthConfig) -> None:
    script = write_script(config, 0)
    for event in script.events:
        assert 0 <= event.interval.start_ms < event.interval.end_ms <= script.duration_ms
        if event.apex_ms is not None:
            assert event.interval.start_ms < event.apex_ms < event.interval.end_ms


@given(configs)
@settings(deadline=None, max_examples=40)
def test_states_cover_the_recording_without_gaps(config: SynthConfig) -> None:
    script = write_script(config, 0)
    ends = [0, *(interval.end_ms for interval, _ in script.states)]
    assert [interval.start_ms for interval, _ in script.states] == ends[:-1]
    assert ends[-1] == script.duration_ms == config.duration_ms


@given(configs)
@settings(deadline=None, max_examples=40)
def test_micro_expressions_never_overlap_and_last_as_long_as_they_should(
    config: SynthConfig,
) -> None:
    script = write_script(config, 0)
    mes = [event.interval for event in script.of_kind("me")]
    assert all(a.end_ms < b.start_ms for a, b in itertools.pairwise(mes))
    assert all(ME_DURATION_MS[0] <= me.duration_ms <= ME_DURATION_MS[1] for me in mes)
    for macro in script.of_kind("macro"):
        assert MACRO_DURATION_MS[0] <= macro.interval.duration_ms <= MACRO_DURATION_MS[1]


def test_macro_expressions_are_larger_and_use_the_same_action_units() -> None:
    scripts = many_scripts()
    mes = [event for script in scripts for event in script.of_kind("me")]
    macros = [event for script in scripts for event in script.of_kind("macro")]
    assert max(e.amplitude_percent for e in mes) < min(e.amplitude_percent for e in macros)
    assert {e.label for e in mes} == {e.label for e in macros} == set(EMOTIONS)
    assert {e.state for e in macros} == {"speaking", "listening", "silent"}
    used = {unit for event in mes for unit in event.action_units}
    assert used == set(ME_ACTION_UNITS)


def test_shares_are_those_of_the_paper() -> None:
    scripts = many_scripts(count=60)
    mes = [event for script in scripts for event in script.of_kind("me")]
    share = np.mean([event.state == "speaking" for event in mes])
    assert 0.55 <= share <= 0.60
    assert len(mes) / (60 * 60) == pytest.approx(0.2, abs=0.01)


def test_micro_and_macro_rarely_overlap() -> None:
    scripts = many_scripts()
    overlapping = sum(
        me.interval.overlaps(macro.interval)
        for script in scripts
        for me in script.of_kind("me")
        for macro in script.of_kind("macro")
    )
    assert overlapping <= 0.05 * sum(len(script.of_kind("me")) for script in scripts)


def test_same_seed_same_script_other_seed_other_script() -> None:
    first, again, other = (write_script(SynthConfig(seed=seed), 2) for seed in (5, 5, 6))
    assert first == again != other


def test_contempt_shows_on_one_side_only() -> None:
    for script in many_scripts(count=10):
        for event in script.of_kind("me"):
            assert (event.side == "both") == (event.label != "contempt")


def test_raised_cosine_is_zero_outside_one_at_the_apex_and_smooth() -> None:
    """onset 100, apex 200, offset 500: half-way up at 150, half-way down at 350."""
    times = np.array([0, 100, 150, 200, 350, 500, 600], np.float32)
    expected = [0, 0, 0.5, 1, 0.5, 0, 0]
    assert raised_cosine(times, 100, 200, 500) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"fps": 0}, "--fps: expected at least 10"),
        ({"recordings": 2, "subjects": 3}, "3 subjects need at least as many recordings"),
        ({"size": 181}, "--size"),
        ({"seconds": float("nan")}, "--seconds"),
        ({"layout": "folders"}, "--layout"),
        ({"me_amplitude": -1}, "--me-amplitude"),
        ({"colour": 1}, "--colour"),
    ],
)
def test_bad_settings_end_in_one_line_that_names_the_option(
    settings_: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        make_config(**settings_)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("fps", "text"), [(59.94, "60000/1001"), (60, "60"), (23.976, "24000/1001")]
)
def test_frame_rates_are_exact(fps: float, text: str) -> None:
    assert str(SynthConfig(fps=fps).frame_rate) == text
