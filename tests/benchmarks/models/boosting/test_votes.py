import numpy as np
import pytest

from benchmarks.models.boosting.votes import given_emotion, probabilities, spotted_emotion

A, B = (2.0, -1.0, 0.0), (-1.0, 2.0, 0.0)
NEUTRAL = (-1.0, -2.0, 0.0)


def rows(*frames: tuple[float, float, float]) -> np.ndarray:
    return np.array(frames, dtype=np.float32)


def test_most_frames_strictly_inside_decide() -> None:
    """onset and offset say B, but have no vote."""
    assert spotted_emotion(rows(B, A, NEUTRAL, A, B), 0, 4) == 0
    assert spotted_emotion(rows(A, B, B, A, A), 0, 4) == 1


def test_neutral_takes_the_interval_back() -> None:
    assert spotted_emotion(rows(A, NEUTRAL, NEUTRAL, A, A), 0, 4) is None
    assert spotted_emotion(rows(A, NEUTRAL, A, A), 0, 3) is None  # one vote each
    assert spotted_emotion(rows(A, A), 0, 1) is None  # nothing strictly inside


def test_neutrals_own_logit_is_not_looked_at() -> None:
    """A frame is neutral when no emotion's logit is above 0, however large neutral's is."""
    loud = rows(A, (0.1, -1, 50), (0.1, -1, 50), A)
    assert spotted_emotion(loud, 0, 3) == 0
    quiet = rows(A, (-0.1, -1, -50), (-0.1, -1, -50), A)
    assert spotted_emotion(quiet, 0, 3) is None


def test_equal_votes_go_to_the_surer_one() -> None:
    assert spotted_emotion(rows(A, (5, -1, 0), (-1, 0.5, 0), A), 0, 3) == 0
    assert spotted_emotion(rows(A, (0.5, -1, 0), (-1, 5, 0), A), 0, 3) == 1


def test_a_given_interval_has_an_emotion() -> None:
    index, shares = given_emotion(rows(B, NEUTRAL, NEUTRAL, B), 0, 3)
    assert index == 0  # the less unlikely one
    assert shares.sum() == pytest.approx(1)
    assert shares[0] == pytest.approx(np.e / (1 + np.e))
    one, _ = given_emotion(rows(A, B), 1, 1)
    assert one == 1


def test_probabilities_of_large_logits() -> None:
    np.testing.assert_allclose(probabilities(np.array([[1000.0, 0.0]], np.float32)), [[1, 0]])
