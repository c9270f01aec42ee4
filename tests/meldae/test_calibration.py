"""Probabilities that mean what they say, and thresholds by the state that the model sees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from meldae.calibration import Platt, expected_calibration_error, fit_platt, rescale
from meldae.decode import Decoding, ScoredClip, decode
from meldae.state_thresholds import choose_by_state
from wdmd_tools.intervals import Interval


def sample(scale: float, bias: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and truths drawn with probability sigmoid(scale x + bias)."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, n)
    return logits, rng.random(n) < 1 / (1 + np.exp(-(scale * logits + bias)))


@pytest.mark.parametrize(("scale", "bias"), [(0.4, 1.0), (1.0, 0.0), (2.5, -1.5)])
def test_the_line_that_made_the_truths_is_found(scale: float, bias: float) -> None:
    logits, truths = sample(scale, bias)
    found = fit_platt(logits, truths)
    assert found.scale == pytest.approx(scale, rel=0.12)
    assert found.bias == pytest.approx(bias, abs=0.15)
    other = LogisticRegression(C=np.inf).fit(logits[:, None], truths)
    assert found.scale == pytest.approx(other.coef_[0, 0], rel=0.01)
    assert found.bias == pytest.approx(other.intercept_[0], abs=0.02)  # targets are softened here


def test_scores_are_never_turned_round_and_never_endless() -> None:
    logits, truths = sample(-1.0, 0.5)
    found = fit_platt(logits, truths)
    assert found.scale == 0.05
    rate = rescale(1 / (1 + np.exp(-logits)), found.scale, found.bias).mean()
    assert rate == pytest.approx(truths.mean(), abs=0.01)
    assert 0 < fit_platt([-1.0, 1.0], [0, 1]).scale < 20
    assert fit_platt([1.0, 2.0], [1, 1]) == Platt()
    assert fit_platt([], []) == Platt()


def test_rescaling_by_nothing_is_the_same_array() -> None:
    given = np.array([0.0, 0.3, 1.0], dtype=np.float32)
    assert rescale(given, 1.0, 0.0) is given
    # logit(0.8) = log 4; half of it is log 2: p = 2 / 3
    assert rescale([0.8], 0.5, 0.0)[0] == pytest.approx(2 / 3)
    assert rescale([0.5], 1.0, np.log(3))[0] == pytest.approx(0.75)


@given(st.floats(0.05, 20), st.floats(-5, 5))
def test_rescaling_keeps_the_order(scale: float, bias: float) -> None:
    found = rescale(np.linspace(0, 1, 50), scale, bias)
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0
    assert found.max() <= 1


def test_the_error_by_hand() -> None:
    #  bin      p        truths     promised   came   distance
    #  0.0-0.5  .1 .3    0 1        0.4        1      0.6
    #  0.5-1.0  .8 1.0   1 1        1.8        2      0.2      together 0.8 of 4
    assert expected_calibration_error([0.1, 0.3, 0.8, 1.0], [0, 1, 1, 1], 2) == pytest.approx(0.2)
    assert expected_calibration_error([], []) is None
    assert expected_calibration_error([1.0, 0.0], [1, 0]) == 0


def test_calibration_lowers_the_error() -> None:
    logits, truths = sample(0.4, 1.0)
    raw = 1 / (1 + np.exp(-logits))
    line = fit_platt(logits[:2000], truths[:2000])
    before = expected_calibration_error(raw[2000:], truths[2000:])
    after = expected_calibration_error(rescale(raw[2000:], line.scale, line.bias), truths[2000:])
    assert before is not None
    assert after is not None
    assert after < 0.3 * before


def clip(text: str, first: int, end: int, speaking: int) -> ScoredClip:
    """One digit a frame, tenths."""
    scores = np.array([int(digit) / 10 for digit in text], dtype=np.float32)
    refs = [Interval(first, end)] if end else []
    return ScoredClip(scores, refs, np.full(len(text), speaking, np.int8), 10.0)


def test_each_state_gets_the_threshold_that_suits_it() -> None:
    #   speaking  scores are high everywhere: 6 is noise, 9 an ME
    #   other     scores are low everywhere: 2 is noise, 4 an ME
    clips = {
        "s1": clip("0660099900", 5, 8, 1),
        "s2": clip("0066600000", 0, 0, 1),
        "l1": clip("0220044400", 5, 8, 0),
        "l2": clip("0022200000", 0, 0, 0),
    }
    seen = {"s1": True, "s2": True, "l1": False, "l2": False}
    how = Decoding(threshold=0.5, min_ms=100, max_ms=1000)
    speaking, other = choose_by_state(clips, seen, how)
    assert 0.65 <= speaking <= 0.9
    assert 0.25 <= other <= 0.4
    both = Decoding(
        0.5, min_ms=100, max_ms=1000, speaking_threshold=speaking, other_threshold=other
    )
    for name, one in clips.items():
        found = decode(one.scores, one.fps, both.for_state(seen[name]))
        assert [segment.interval for segment in found] == list(one.references)
    # Without an ME in one of them there is nothing to choose from.
    assert choose_by_state({"s1": clips["s1"], "l2": clips["l2"]}, seen, how) == (0.5, 0.5)


def test_without_thresholds_by_state_nothing_changes() -> None:
    how = Decoding(0.3)
    assert how.for_state(True) is how
    assert how.for_state(False) is how


def test_decoding_calibrates_what_it_is_given() -> None:
    scores = np.array([0.1, 0.8, 0.8, 0.1], dtype=np.float32)
    how = Decoding(threshold=0.7, min_ms=100)
    assert len(decode(scores, 10.0, how)) == 1
    assert decode(scores, 10.0, Decoding(threshold=0.7, min_ms=100, frame_scale=0.5)) == ()
    (one,) = decode(scores, 10.0, Decoding(threshold=0.6, min_ms=100, frame_scale=0.5))
    assert one.score == pytest.approx(2 / 3)


def test_the_raw_threshold_is_where_calibrated_scores_cross() -> None:
    how = Decoding(threshold=0.3, frame_scale=0.7, frame_bias=-1.2)
    assert rescale([how.raw_threshold], 0.7, -1.2)[0] == pytest.approx(0.3)
    assert Decoding(threshold=0.3).raw_threshold == pytest.approx(0.3)
