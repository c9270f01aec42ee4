"""Splits by subject."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.errors import ManifestError
from wdmd_tools.split import assign_splits, check_disjoint


@given(st.lists(st.integers(0, 12), min_size=1, max_size=80), st.integers(0, 5))
def test_every_subject_gets_one_split_and_none_is_empty(subjects: list[int], seed: int) -> None:
    names = [f"s{n}" for n in subjects]
    splits = assign_splits(names, seed)
    assert set(splits) == set(names)
    if len(splits) >= 3:
        assert set(splits.values()) == {"train", "val", "test"}
    assert splits == assign_splits(list(reversed(names)), seed)


def test_shares_are_near_the_aim_with_many_equal_subjects() -> None:
    names = [f"s{n}" for n in range(40) for _ in range(5)]
    splits = list(assign_splits(names, 1).values())
    assert {name: splits.count(name) for name in set(splits)} == {"train": 24, "val": 6, "test": 10}


def test_the_seed_matters() -> None:
    names = [f"s{n}" for n in range(20)]
    assert assign_splits(names, 1) != assign_splits(names, 2)


def test_few_subjects_keep_training_data_first() -> None:
    assert assign_splits(["a", "a"], 0) == {"a": "train"}
    assert sorted(assign_splits(["a", "b"], 0).values()) == ["test", "train"]


def test_a_leak_is_refused_by_name() -> None:
    with pytest.raises(ManifestError, match=r"subject 'b' is in both train and test"):
        check_disjoint(["a", "b", "b"], ["train", "train", "test"], "subject")
    check_disjoint(["a", "b", "b"], ["train", "test", "test"], "subject")


def test_shares_must_add_up() -> None:
    with pytest.raises(ValueError, match="add up"):
        assign_splits(["a"], 0, {"train": 0.5})
