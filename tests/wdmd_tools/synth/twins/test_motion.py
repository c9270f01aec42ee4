"""The movement of a twin is exact at the numbers of its events."""

import numpy as np
import pytest

from wdmd_tools.synth.action_units import CHANNEL_INDEX
from wdmd_tools.synth.twins.model import TwinEvent, TwinVideo, expression
from wdmd_tools.synth.twins.motion import move


def _video(*events: TwinEvent, gap: int | None = None) -> TwinVideo:
    numbers = tuple(number for number in range(100, 160) if number != gap)
    return TwinVideo("a", "s1", "a", numbers, "{}.jpg".format, events)


def _added(*events: TwinEvent, fps: float = 30.0) -> np.ndarray:
    """(60, channels) what the events add to the calm background."""
    with_events = move(_video(*events), fps, 128, 3, 0.0).coefficients
    return np.asarray(with_events - move(_video(), fps, 128, 3, 0.0).coefficients)


@pytest.mark.parametrize("fps", [25.0, 30.0, 90.0, 100.0, 200.0])
def test_rest_at_both_ends_and_most_at_the_apex(fps: float) -> None:
    # number  100 ... 110 . . . 118 . . . . . 131 ... 159
    #                onset     apex         offset
    added = _added(expression("me", 110, 118, 131, "surprise", "1+2"), fps=fps)
    size = np.abs(added[:, CHANNEL_INDEX["1", "left"]])
    assert np.argmax(size) == 18
    assert size[18] == pytest.approx(0.0225, abs=0.002)  # 2.25 % of the distance of the eyes
    assert not size[:11].any()
    assert not size[31:].any()
    assert (np.diff(size[10:19]) > 0).all()
    assert (np.diff(size[18:32]) < 0).all()


def test_half_way_up_the_movement_is_half() -> None:
    # A half cosine: at 114, midway from 110 to 118, one half of the apex.
    added = _added(expression("me", 110, 118, 131, "surprise", "1"))
    one = added[:, CHANNEL_INDEX["1", "right"]]
    assert one[14] / one[18] == pytest.approx(0.5, abs=0.02)


def test_left_of_the_person_is_right_in_the_picture() -> None:
    added = _added(expression("me", 110, 118, 131, "contempt", "L14+R12"))
    peak = added[18]
    assert peak[CHANNEL_INDEX["14", "right"]] > 0.01
    assert peak[CHANNEL_INDEX["14", "left"]] == 0
    assert peak[CHANNEL_INDEX["12", "left"]] > 0.01
    assert peak[CHANNEL_INDEX["12", "right"]] == 0


def test_macro_expressions_are_larger_and_blinks_close_the_eyes() -> None:
    macro = _added(expression("macro", 110, 118, 131, "", "4"))[18, CHANNEL_INDEX["4", "left"]]
    micro = _added(expression("me", 110, 118, 131, "", "4"))[18, CHANNEL_INDEX["4", "left"]]
    assert macro > 2 * micro
    closure = move(_video(TwinEvent("blink", 110, 113, 117)), 30.0, 128, 3, 0.0).closure
    assert np.argmax(closure) == 13
    assert closure[13] == pytest.approx(0.95)
    assert not closure[:11].any()
    assert not closure[17:].any()


def test_a_missing_file_does_not_shift_the_rest() -> None:
    event = expression("me", 110, 118, 131, "surprise", "1")
    whole, cut = (move(_video(event, gap=gap), 30.0, 128, 3, 0.0) for gap in (None, 115))
    assert len(cut.coefficients) == 60
    np.testing.assert_array_equal(whole.coefficients, cut.coefficients)
