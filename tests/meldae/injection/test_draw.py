"""Which movements are drawn, and their course in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldae.injection.draw import Event, draw_events
from meldae.injection.movements import BLINK, EXPRESSIONS, JAW, LIPS, Bump, canvas
from wdmd_tools.faces.align import EYE_HEIGHT, EYE_SPAN

SPOT = (Bump(0.0, 0.0, 1.0, 0.0, 0.1),)


def test_an_expression_rises_stays_and_falls() -> None:
    # share of its time   0    0.2   0.4 .. 0.6   0.8    1        apex 0.5, held a fifth
    # course              0    0.5   1      1     0.5    0        half a cosine up, one down
    event = Event("me", SPOT, 0.02, seconds=1.0, place=0.0, apex=0.5, hold=0.2)
    found = event.course(np.array([-0.1, 0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0, 1.1]))
    assert found == pytest.approx([0, 0, 0.5, 1, 1, 1, 0.5, 0, 0])


def test_speech_opens_the_jaw_as_often_as_it_says() -> None:
    event = Event("speech", SPOT, 0.05, seconds=2.0, place=0.0, hold=0.6, hz=4.0)
    t = np.linspace(0.5, 1.5, 1001)
    course = event.course(t)
    peaks = (course[1:-1] > course[:-2]) & (course[1:-1] >= course[2:]) & (course[1:-1] > 0.9)
    assert int(peaks.sum()) == 4


@given(st.integers(0, 2**31), st.floats(0, 1), st.floats(0, 1))
def test_draws_keep_to_their_ranges(seed: int, chance: float, negatives: float) -> None:
    rng = np.random.default_rng(seed)
    for event in draw_events(rng, chance, negatives, (0.01, 0.02)):
        course = event.course(np.linspace(-1, 4, 200))
        assert course.min() >= 0
        assert course.max() <= 1 + 1e-12
        low, high = {
            "me": (0.15, 0.5), "macro": (0.8, 2.5), "speech": (0.8, 3.0), "blink": (0.15, 0.35),
        }[event.kind]  # fmt: skip
        assert low <= event.seconds <= high
        if event.kind == "me":
            assert 0.01 <= event.amplitude <= 0.02


def test_chances_of_zero_and_one() -> None:
    rng = np.random.default_rng(0)
    assert all(draw_events(rng, 0.0, 0.0, (0.01, 0.02)) == () for _ in range(20))
    for _ in range(20):
        kinds = [event.kind for event in draw_events(rng, 1.0, 1.0, (0.01, 0.02))]
        assert kinds.count("me") == 1
        assert len(kinds) > 1


def test_all_places_are_on_the_face_and_nothing_folds() -> None:
    """A Gaussian of displacement folds the picture where its steepest slope, 0.61 a / sigma, reaches 1."""
    for bumps in (*EXPRESSIONS.values(), BLINK, JAW, LIPS):
        for bump in bumps:
            assert 0 <= bump.x <= 0.5
            assert -0.35 <= bump.y <= 1.15
            assert 0.61 * 0.1 * np.hypot(bump.right, bump.down) / bump.sigma < 1


def test_the_canvas_has_the_eyes_where_the_crop_puts_them() -> None:
    whole, zoomed = canvas(112), canvas(80, 1.2)
    assert whole.span == pytest.approx(EYE_SPAN * 112)
    assert whole.x == 55.5
    assert whole.y == pytest.approx(EYE_HEIGHT * 112 - 0.5)
    # The middle 1 / 1.2 of the crop is shown on 80 px: 0.36 is 0.14 above the middle, then 0.168.
    assert zoomed.y == pytest.approx((0.5 - 0.14 * 1.2) * 80 - 0.5)
    assert zoomed.span == pytest.approx(0.42 * 1.2 * 80)
