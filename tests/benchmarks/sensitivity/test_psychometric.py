"""The curve: what it says where it is known, and that it is found again from drawn answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.sensitivity.psychometric import Curve, fit_curve, fit_with_interval


def test_a_curve_by_hand() -> None:
    # From 1 to 100 on a logarithmic scale: z = 0.5 at 10. guess .1, lapse .3: middle .1 + .6 / 2 = .4
    curve = Curve(1, 100, True, False, guess=0.1, lapse=0.3, place=0.5, steepness=10)
    assert curve([10.0])[0] == pytest.approx(0.4)
    assert curve([1.0])[0] == pytest.approx(0.1 + 0.6 / (1 + np.exp(5)))
    # .5 = .1 + .6 s: s = 2/3, z = .5 + ln(2) / 10
    half = curve.half()
    assert half == pytest.approx(100 ** (0.5 + np.log(2) / 10))
    assert curve([half])[0] == pytest.approx(0.5)


def test_a_falling_curve_on_a_linear_scale() -> None:
    curve = Curve(0, 2, False, True, guess=0, lapse=0, place=0.5, steepness=8)
    assert curve([0.0, 1.0, 2.0]) == pytest.approx([1 / (1 + np.exp(-4)), 0.5, 1 / (1 + np.exp(4))])
    assert curve.half() == pytest.approx(1.0)


@pytest.mark.parametrize("lapse", [0.5, 0.7])
def test_a_curve_that_never_reaches_half_has_no_50_percent_point(lapse: float) -> None:
    assert Curve(1, 10, True, False, 0.0, lapse, 0.5, 10).half() is None


def test_a_50_percent_point_beyond_the_data_is_not_told() -> None:
    assert Curve(1, 10, True, False, 0.0, 0.0, 1.4, 10).half() is None
    assert Curve(1, 10, True, False, 0.0, 0.0, -0.4, 10).half() is None


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 500), lapse=st.sampled_from([0.05, 0.3]))
def test_drawn_answers_give_the_curve_back(seed: int, lapse: float) -> None:
    rng = np.random.default_rng(seed)
    true = Curve(0.5, 8, True, False, 0.02, lapse, 0.5, 12)
    x = 0.5 * 16 ** rng.random(3000)
    found = fit_curve(x, rng.random(3000) < true(x), 0.02, logarithmic=True)
    assert found is not None
    grid = np.geomspace(0.6, 7, 20)
    assert np.abs(found(grid) - true(grid)).max() < 0.08
    assert found.half() == pytest.approx(true.half(), rel=0.15)


def test_the_interval_of_the_50_percent_point_holds_it_and_shrinks_with_data() -> None:
    true = Curve(0.5, 8, True, False, 0.0, 0.1, 0.5, 10)
    widths = []
    for count in (100, 1600):
        rng = np.random.default_rng(1)
        x = 0.5 * 16 ** rng.random(count)
        fitted = fit_with_interval(
            x, rng.random(count) < true(x), np.arange(count) // 4, 0.0, logarithmic=True, draws=60
        )
        assert fitted is not None
        assert fitted.half_low is not None
        assert fitted.half_high is not None
        half = true.half()
        assert half is not None
        assert fitted.half_low < half < fitted.half_high
        widths.append(fitted.half_high - fitted.half_low)
        assert (fitted.band[0] <= fitted.band[1]).all()
    assert widths[1] < widths[0] / 2


def test_what_cannot_be_fitted_is_none() -> None:
    x = np.linspace(1, 5, 40)
    some = np.arange(40) % 2 == 0
    assert fit_curve(x[:19], some[:19], 0.0, logarithmic=True) is None
    assert fit_curve(x, np.zeros(40, bool), 0.0, logarithmic=True) is None
    assert fit_curve(x, np.ones(40, bool), 0.0, logarithmic=True) is None
    few = np.arange(40) < 4
    assert fit_curve(x, few, 0.0, logarithmic=True) is None
    assert fit_curve(x, ~few, 0.0, logarithmic=True) is None
    assert fit_curve(np.full(40, 2.0), some, 0.0, logarithmic=True) is None


def test_an_upper_end_that_resamples_do_not_reach_is_open() -> None:
    # Of the strongest eight five were found: 50 % is reached, but not in one resample of eight or so.
    x = np.linspace(1, 5, 24)
    hit = np.zeros(24, bool)
    hit[[16, 18, 20, 21, 23]] = True
    fitted = fit_with_interval(x, hit, np.arange(24), 0.0, logarithmic=True, draws=60)
    assert fitted is not None
    assert fitted.half is not None
    assert fitted.half_low is not None
    assert fitted.half_low < fitted.half
    assert fitted.half_high is None
