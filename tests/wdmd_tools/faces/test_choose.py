"""Whose face: hand-derived.

x      100        500        900   of a film 1000 px wide
       A          B          C
size   80         120        60
"""

import numpy as np
import pytest

from wdmd_tools.faces.choose import Candidate, SubjectPlace, choose, mouth_agreement

NO_STATE = np.full(10, -1)
TIMES = [100 * k for k in range(10)]
STILL = np.zeros(10)
# Opens and closes by 0.1 eye spans in frames 5..9 only.
#          0  1  2  3  4  5    6  7    8  9
LATE = np.array([0, 0, 0, 0, 0, 0.1, 0, 0.1, 0, 0.1])
SPEAKS_LATE = np.array([0] * 5 + [1] * 5)


def at(x: float, size: float, opening: np.ndarray = STILL, frames: int = 10) -> Candidate:
    boxes = np.tile([x - size / 2, 200 - size / 2, x + size / 2, 200 + size / 2], (10, 1))
    boxes[frames:] = np.nan
    return Candidate(boxes, np.where(np.isfinite(boxes[:, 0]), opening, np.nan))


PEOPLE = [at(500, 120), at(100, 80), at(900, 60)]


@pytest.mark.parametrize(
    ("position", "index"),
    [("left", 1), ("right", 2), ("centre", 0), ("1", 1), ("2", 0), ("3", 2)],
)
def test_a_position_chooses_and_is_no_guess(position: str, index: int) -> None:
    choice = choose(PEOPLE, SubjectPlace(position), NO_STATE, TIMES, 1000)
    assert (choice.index, choice.guessed) == (index, False)


def test_the_fourth_of_three_is_a_guess() -> None:
    assert choose(PEOPLE, SubjectPlace("4"), NO_STATE, TIMES, 1000).guessed


def test_a_seed_chooses_in_face_sizes_at_its_time() -> None:
    place = SubjectPlace(time_ms=300, seed=(850, 150, 850, 150))
    assert choose(PEOPLE, place, NO_STATE, TIMES, 1000).index == 2
    # 230 is 130 px from A, 1.6 of its sizes, and 270 px from B, 2.25 of its sizes.
    assert choose(PEOPLE, SubjectPlace(seed=(230, 200, 230, 200)), NO_STATE, TIMES, 1000).index == 1


def test_one_person_is_no_guess_and_the_largest_of_several_is_one() -> None:
    assert not choose(PEOPLE[:1], None, NO_STATE, TIMES, 1000).guessed
    choice = choose(PEOPLE, None, NO_STATE, TIMES, 1000)
    assert (choice.index, choice.guessed) == (0, True)


def test_the_mouth_goes_before_size() -> None:
    """C's lips move while the subject speaks; B, larger, moves them while the subject listens."""
    people = [at(500, 120, LATE[::-1]), at(900, 60, LATE)]
    choice = choose(people, None, SPEAKS_LATE, TIMES, 1000)
    assert (choice.index, choice.guessed) == (1, True)


def test_agreement_by_hand() -> None:
    # Changes 4->5 .. 8->9 are 0.1 each, all while speaking: 0.1 - 0.
    assert mouth_agreement(LATE, SPEAKS_LATE) == pytest.approx(0.1)
    # Only listening: minus the mean change, 5 * 0.1 of 9.
    assert mouth_agreement(LATE, np.zeros(10, int)) == pytest.approx(-0.5 / 9)
    assert mouth_agreement(LATE, NO_STATE) is None


def test_a_face_seen_for_a_moment_does_not_count_as_the_first_from_the_left() -> None:
    people = [*PEOPLE, at(20, 300, frames=1)]
    assert choose(people, SubjectPlace("left"), NO_STATE, TIMES, 1000).index == 1


def test_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="candidate"):
        choose([], None, NO_STATE, TIMES, 1000)
