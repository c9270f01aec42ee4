"""Points of a pyramid and their targets, by hand."""

import pytest
import torch

from benchmarks.models.tad.points import make_points, make_targets, ranges_of, spans_of


def test_ranges_double_and_the_last_has_no_end() -> None:
    assert ranges_of(3) == ((0.0, 4.0), (4.0, 8.0), (8.0, float("inf")))
    assert ranges_of(1) == ((0.0, float("inf")),)


def test_points_stand_in_the_middle_of_their_steps() -> None:
    points = make_points(8, 3)
    assert points.positions.tolist() == [
        *(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5),
        *(0.5, 2.5, 4.5, 6.5),
        *(0.5, 4.5),
    ]
    assert points.strides.tolist() == [1.0] * 8 + [2.0] * 4 + [4.0] * 2


def test_a_length_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        make_points(6, 3)


def test_a_short_reference_belongs_to_the_finest_level() -> None:
    # steps        0   1   2   3   4   5   6   7   8
    # reference            [===========)               [2, 5), centre 3.5
    # level 0        .   .   +   +   +   .   .   .     2.5, 3.5, 4.5 are inside and within 1.5
    # level 1        .       -       -       .         2.5: farther end 2.5 is not in [4, inf)
    positive, distances = make_targets(make_points(8, 2), [(2.0, 5.0)])
    assert positive.nonzero().flatten().tolist() == [2, 3, 4]
    assert distances[2].tolist() == [0.5, 2.5]
    assert distances[3].tolist() == [1.5, 1.5]
    assert distances[4].tolist() == [2.5, 0.5]
    assert distances[[0, 1, 5, 6, 7, 8, 9, 10, 11]].abs().sum() == 0


def test_a_long_reference_belongs_to_the_coarser_level_in_its_strides() -> None:
    # steps        0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6
    # reference        [===================)             [2, 12), centre 7
    # level 0             4.5 ... 9.5 are ours by place; the farther end is at least 5, not in [0, 4)
    # level 1        .   .   +   +   +   .   .   .       4.5 6.5 8.5 within 3 of 7; not 10.5
    positive, distances = make_targets(make_points(16, 2), [(2.0, 12.0)])
    assert positive.nonzero().flatten().tolist() == [16 + 2, 16 + 3, 16 + 4]
    assert distances[16 + 2].tolist() == [(4.5 - 2) / 2, (12 - 4.5) / 2]


def test_of_two_that_claim_a_point_the_shorter_wins() -> None:
    # [1, 8) centre 4.5 and [3, 5) centre 4: both claim 3.5 and 4.5, only the longer claims 5.5
    positive, distances = make_targets(make_points(8, 1), [(1.0, 8.0), (3.0, 5.0)])
    assert positive.nonzero().flatten().tolist() == [3, 4, 5]
    assert distances[3].tolist() == [0.5, 1.5]
    assert distances[4].tolist() == [1.5, 0.5]
    assert distances[5].tolist() == [4.5, 2.5]


def test_without_references_nothing_is_positive() -> None:
    positive, distances = make_targets(make_points(8, 2), [])
    assert not positive.any()
    assert distances.shape == (12, 2)


def test_regressing_the_targets_gives_the_references_back() -> None:
    points = make_points(32, 4)
    for reference in ((3.0, 6.5), (10.0, 21.0), (5.0, 29.0)):
        positive, distances = make_targets(points, [reference])
        found = spans_of(points, distances)[positive]
        assert positive.any()
        torch.testing.assert_close(found, torch.tensor([reference] * len(found)))
