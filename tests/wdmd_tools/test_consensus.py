"""Majorities of annotators on frames."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.consensus import (
    clip_state,
    majority_label,
    majority_mask,
    majority_state,
    mask_of,
    runs_of,
    segment_state,
    speaking_share,
)


def mask(text: str) -> np.ndarray:
    return np.array([letter == "#" for letter in text])


def codes(text: str) -> np.ndarray:
    return np.array(["sLq.".index(c) if c != "." else -1 for c in text], dtype=np.int8)


@given(st.lists(st.booleans(), max_size=60))
def test_runs_and_masks_are_inverse(values: list[bool]) -> None:
    array = np.array(values, dtype=bool)
    assert (mask_of(runs_of(array), len(values)) == array).all()


def test_majority_of_three_by_hand() -> None:
    votes = [mask("..####...."), mask("...####..."), mask("....##....")]
    assert (majority_mask(votes, 10) == mask("...###....")).all()


def test_of_two_annotators_both_must_agree_and_of_one_all_counts() -> None:
    one, other = mask("..####...."), mask("....####..")
    assert (majority_mask([one, other], 10) == mask("....##....")).all()
    assert (majority_mask([one], 10) == one).all()
    assert not majority_mask([], 10).any()


def test_an_annotator_who_marked_nothing_votes_against() -> None:
    one, nothing = mask("..####...."), mask("..........")
    assert not majority_mask([one, nothing, nothing], 10).any()


def test_fragments_are_left_out() -> None:
    votes = [mask("#..####...")]
    assert (majority_mask(votes, 10, min_frames=2) == mask("...####...")).all()


def test_state_speaking_stands_against_listening_and_silent_together() -> None:
    # frame        0123456
    votes = [codes("sssLL.s"), codes("sLqqL.."), codes("LLLqq..")]
    assert (majority_state(votes, 7) == codes("sLLqL.s")).all()


def test_state_a_tie_of_speaking_and_not_is_no_state() -> None:
    assert majority_state([codes("s"), codes("L")], 1)[0] == -1
    assert majority_state([], 2).tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("text", "state", "share"),
    [
        ("ssssssssss", "speaking", 1.0),
        ("sssssssssL", "speaking", 0.9),
        ("ssssssssLL", "mixed", 0.8),
        ("LLLLLLLLLs", "listening", 0.1),
        ("qqqqqqqLLL", "silent", 0.0),
        ("..........", "unknown", None),
        ("ss........", "speaking", 1.0),
    ],
)
def test_state_of_a_clip(text: str, state: str, share: float | None) -> None:
    assert clip_state(codes(text), 0.9) == state
    assert speaking_share(codes(text)) == pytest.approx(share) if share is not None else True


def test_state_of_a_segment_ties_speak() -> None:
    assert segment_state(codes("sL")) == "speaking"
    assert segment_state(codes("qL")) == "listening"
    assert segment_state(codes("..")) == "unknown"


def test_majority_label_needs_more_than_half() -> None:
    assert majority_label(["fear", "fear", "anger"], 3) == "fear"
    assert majority_label(["fear"], 2) is None
    assert majority_label([], 3) is None
