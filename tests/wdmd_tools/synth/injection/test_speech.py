"""Lip movement to activity to states."""

import numpy as np
import pytest

from wdmd_tools.intervals import Interval
from wdmd_tools.synth.injection.speech import guess_states, speech_activity

NAN = float("nan")


def test_activity_is_the_speed_of_the_lips() -> None:
    # Opening and closing by 0.1 IOD four times a second moves 0.1 x 2 x 4 = 0.8 IOD in a second.
    fps = 120.0
    time = np.arange(480) / fps
    openings = 0.05 - 0.05 * np.cos(2 * np.pi * 4 * time)
    activity = speech_activity(openings, fps)
    # the smoothing over 40 ms takes exp(-(2 pi 4 0.04)^2 / 2) = 0.60 of it away from a sine of 4 Hz
    assert activity[240] == pytest.approx(
        0.8 * np.exp(-((2 * np.pi * 4 * 0.04) ** 2) / 2), rel=0.05
    )
    assert speech_activity(np.full(480, 0.2), fps).max() == pytest.approx(0, abs=1e-9)


def test_the_frame_rate_does_not_matter() -> None:
    values = []
    for fps in (25.0, 60.0, 200.0):
        time = np.arange(int(4 * fps)) / fps
        values.append(
            speech_activity(0.05 - 0.05 * np.cos(2 * np.pi * 3 * time), fps)[int(2 * fps)]
        )
    assert max(values) / min(values) < 1.15  # differences of 25 frames a second lose a little


def test_frames_without_a_face_have_no_activity() -> None:
    openings = np.array([NAN, NAN, 0.1, 0.1, 0.1, NAN])
    activity = speech_activity(openings, 30.0)
    assert np.isnan(activity).tolist() == [True, True, False, False, False, True]
    assert np.isnan(speech_activity(np.full(4, NAN), 30.0)).all()


def test_states_cover_the_film_without_gaps_and_short_ones_join_what_is_before() -> None:
    # frames of 100 ms, activity above 0.1 is speaking
    #   quiet 0-9   loud 10-19   quiet 20-21 (200 ms: joins)   loud 22-29   quiet 30-39
    activity = np.array([0.0] * 10 + [0.5] * 10 + [0.0] * 2 + [0.5] * 8 + [0.0] * 10)
    states = guess_states(activity, np.arange(40) * 100, 4000)
    assert states == (
        (Interval(0, 1000), "listening"),
        (Interval(1000, 3000), "speaking"),
        (Interval(3000, 4000), "listening"),
    )


def test_unknown_activity_is_not_speaking() -> None:
    assert guess_states(np.full(10, NAN), np.arange(10) * 100, 1000) == (
        (Interval(0, 1000), "listening"),
    )
