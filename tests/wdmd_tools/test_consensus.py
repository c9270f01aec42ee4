"""Majorities of annotators on frames."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.consensus import (
    Rule,
    clip_state,
    consensus_mask,
    consensus_state,
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


ANNOTATORS = {"A1": mask("..####...."), "A2": mask("...####..."), "A3": mask("....####..")}


@pytest.mark.parametrize(
    ("rule", "annotator", "expected"),
    [
        ("majority", "", "...####..."),
        ("union", "", "..######.."),
        ("intersection", "", "....##...."),
        ("annotator", "A1", "..####...."),
        ("annotator", "nobody", ".........."),
    ],
)
def test_rules_of_three_by_hand(rule: Rule, annotator: str, expected: str) -> None:
    assert (consensus_mask(ANNOTATORS, 10, rule, annotator) == mask(expected)).all()


def test_two_separate_findings_of_two_annotators() -> None:
    r"""A1 ##......   A2 .....##.   all: nothing, any: both, more than half: nothing"""
    two = {"A1": mask("##......"), "A2": mask(".....##.")}
    assert not consensus_mask(two, 8, "intersection").any()
    assert not consensus_mask(two, 8, "majority").any()
    assert runs_of(consensus_mask(two, 8, "union")) == [(0, 2), (5, 7)]


def test_short_accidents_are_left_out_but_not_of_the_chosen_annotator() -> None:
    two = {"A1": mask("###...#..."), "A2": mask("..###.....")}
    assert not consensus_mask(two, 10, "intersection", min_frames=2).any()
    assert runs_of(consensus_mask(two, 10, "union", min_frames=2)) == [(0, 5)]
    assert runs_of(consensus_mask(two, 10, "annotator", "A1", min_frames=2)) == [(0, 3), (6, 7)]


@given(
    st.lists(st.lists(st.booleans(), min_size=30, max_size=30), min_size=1, max_size=5),
    st.randoms(),
)
def test_intersection_in_majority_in_union_whatever_the_order(
    rows: list[list[bool]], random: Random
) -> None:
    masks = {f"A{i}": np.array(row) for i, row in enumerate(rows)}
    every, most, some = (
        consensus_mask(masks, 30, rule) for rule in ("intersection", "majority", "union")
    )
    assert not (every & ~most).any()
    assert not (most & ~some).any()
    names = list(masks)
    random.shuffle(names)
    shuffled = {name: masks[name] for name in names}
    assert (consensus_mask(shuffled, 30, "majority") == most).all()
    if len(rows) == 1:
        assert (every == most).all()
        assert (some == most).all()
        assert (consensus_mask(masks, 30, "annotator", "A0") == most).all()


def test_states_are_the_majoritys_but_of_a_chosen_annotator() -> None:
    states = {"A1": codes("ssLL"), "A2": codes("sLLL"), "A3": codes("sLLq")}
    for rule in ("majority", "union", "intersection"):
        assert (consensus_state(states, 4, rule) == codes("sLLL")).all()
    assert (consensus_state(states, 4, "annotator", "A1") == states["A1"]).all()
    # A reviewer who marked no states: the others' majority stands in.
    assert (consensus_state(states, 4, "annotator", "review") == codes("sLLL")).all()
