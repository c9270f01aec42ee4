import numpy as np
import pytest
from builders import clip_row, segment_row, write_dataset
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from wdmd_tools.agreement.adjudicate import resolve_tier
from wdmd_tools.agreement.boundaries import boundary_error
from wdmd_tools.agreement.disagreements import clock, find_disagreements
from wdmd_tools.agreement.kappa import compare, near_changes
from wdmd_tools.agreement.labels import action_units
from wdmd_tools.agreement.ratings import alpha_of_level
from wdmd_tools.agreement.report import measure_agreement
from wdmd_tools.agreement.subset import draw_subset
from wdmd_tools.agreement.tracks import read_tracks
from wdmd_tools.intervals import Interval

VALUES = ("speaking", "listening", "silent")
codes = st.lists(st.integers(-1, 2), min_size=2, max_size=40)


@given(codes, st.randoms())
def test_kappa_is_scikit_learns_and_symmetric(first, random):
    second = [random.choice([-1, 0, 1, 2, one, one]) for one in first]
    a, b = np.array(first, np.int8), np.array(second, np.int8)
    both = (a >= 0) & (b >= 0)
    result, swapped = compare(a, b, VALUES), compare(b, a, VALUES)
    assert result.kappa == pytest.approx(swapped.kappa)
    assert np.array_equal(np.array(result.confusion).T, swapped.confusion)
    if result.kappa is None:
        assert result.reason
        assert not both.any() or len({*a[both], *b[both]}) == 1
    else:
        assert result.kappa == pytest.approx(cohen_kappa_score(a[both], b[both]))


@given(codes)
def test_kappa_of_oneself_is_one(first):
    values = np.array(first, np.int8)
    assert compare(values, values, VALUES).kappa in (1.0, None)


def test_frames_near_a_change_by_hand():
    # frame    0 1 2 3 4 5 | 6 7 8 9      the clips end at 6
    # state    s s s l l l | s s l l      changes before 3 and 8, the cut at 6 is none
    # k = 2      - - - -     - - - -      1 to 4, and 6 to 9
    states = np.array([0, 0, 0, 1, 1, 1, 0, 0, 1, 1], np.int8)
    near = near_changes(states, np.array([0, 6, 10]), 2)
    assert np.flatnonzero(near).tolist() == [1, 2, 3, 4, 6, 7, 8, 9]
    assert not near_changes(states, np.array([0, 6, 10]), 0).any()


def test_boundary_errors_by_hand():
    # frame  0         10        20        30
    #   a    |---------|         |---------|        [0, 10) [20, 30)
    #   b      |-----|             |-----------|    [2, 8)  [22, 34)
    # onsets +2 +2, ends -2 +4, lengths 6/10 and 12/10
    first = {0: [Interval(0, 10), Interval(20, 30)]}
    second = {0: [Interval(2, 8), Interval(22, 34)]}
    one = boundary_error(first, second, [20.0], {0})
    assert (one.onset_bias_frames, one.onset_mae_frames) == (2, 2)
    assert (one.offset_bias_frames, one.offset_mae_frames) == (1, 3)
    assert (one.onset_bias_ms, one.offset_mae_ms) == (40, 60)
    assert one.duration_ratio == pytest.approx((0.6 * 1.2) ** 0.5)
    back = boundary_error(second, first, [20.0], {0})
    assert (back.onset_bias_frames, back.offset_mae_frames) == (-2, 3)
    assert back.duration_ratio == pytest.approx(1 / one.duration_ratio)
    assert boundary_error(first, {}, [20.0], {0}).reason


def krippendorff_example():
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C: 4 observers, 12 units.
    rows = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3"]
    rows += [". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
    return np.array(
        [[-1 if c == "." else int(c) - 1 for c in row.split()] for row in rows], np.int8
    )


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_krippendorffs_worked_example_at_each_level(level, alpha):
    value, units, reason = alpha_of_level(krippendorff_example(), tuple("12345"), level)
    assert (round(value, 3), units, reason) == (alpha, 11, "")


def test_a_level_that_does_not_fit_says_why():
    assert alpha_of_level(krippendorff_example(), tuple("ABCDE"), "interval")[0] is None
    same = np.zeros((2, 4), np.int8)
    assert alpha_of_level(same, ("A", "B"), "ordinal")[2] == "only one value observed: A"


def labelled(tmp_path):
    # frame  0         10        20        30
    #   a      |---4+7---|          |--6--|          [3, 12] [25, 30]
    #   b       |---4+9---|                          [4, 13]
    rows = [segment_row("c0", "a", 3, 12), segment_row("c0", "a", 25, 30)]
    rows += [segment_row("c0", "b", 4, 13)]
    for who, first, last, label in (
        ("a", 3, 12, "AU4"),
        ("a", 3, 12, "AU7"),
        ("b", 4, 13, "4+9"),
        ("a", 25, 30, "6"),
    ):
        rows.append(segment_row("c0", who, first, last, "au", label))
    rows += [segment_row("c0", who, 3, 12, "intensity", x) for who, x in (("a", "B"), ("b", "A"))]
    ratings = {"intensity": {"tiers": ["I"], "level": "ordinal", "values": ["A", "B"]}}
    clip = clip_row("c0", 40, start_ms=60_000)
    return write_dataset(tmp_path, [clip], rows, protocol={"ratings": ratings})


def test_action_units_ratings_and_the_worst_places_by_hand(tmp_path):
    report = measure_agreement(labelled(tmp_path), draws=0)
    units = report.details.pairs[0].action_units
    assert (units.agreement, units.agreed, units.total, units.mes) == (0.5, 1, 4, 1)
    (rating,) = report.details.ratings
    assert (rating.level, rating.units) == ("ordinal", 10)
    assert rating.alpha < 0
    worst, other = report.disagreements
    assert (worst.kind, worst.severity, worst.said["b"]) == ("missed", 1.0, "no ME")
    assert (other.kind, other.said["a"]) == ("boundary", "frames 3 to 12")
    assert other.severity == pytest.approx(1 - 9 / 11)
    assert worst.start_ms == 60_000 + round(25 * read_tracks(labelled(tmp_path)).ms_per_frame[0])
    cells = resolve_tier("Resolve", report.disagreements).annotations
    assert [cell.value.split(":")[0] for cell in cells] == ["boundary", "missed"]
    assert "only 1 recordings are shared" in report.bootstrap["note"]


def test_those_who_agree_have_nothing_to_settle(tmp_path):
    rows = [segment_row("c0", who, 3, 9) for who in "ab"]
    rows += [segment_row("c0", who, 0, 39, "state", "silent") for who in "ab"]
    dataset = write_dataset(tmp_path, [clip_row("c0", 40)], rows)
    assert find_disagreements(dataset, read_tracks(dataset)) == []


def test_labels_and_clocks():
    assert action_units("AU04 + au7;L12") == {"4", "7", "L12"}
    assert clock(3_723_004) == "01:02:03.004"


def test_a_subset_is_the_same_for_everyone(tmp_path):
    clips = [clip_row(f"c{n:02d}", 20) for n in range(12)]
    rows = [segment_row(f"c{n:02d}", who, 2, 9) for n in range(12) for who in "ab"]
    dataset = write_dataset(tmp_path, clips, rows)
    view, subset = draw_subset(dataset, 0.2, 1)
    assert (subset.drawn, subset.of) == (2, 12)
    assert view.clips["clip_id"].to_pylist() == list(subset.clip_ids)
    assert draw_subset(dataset, 0.2, 1)[1] == subset
    assert draw_subset(dataset, 0.2, 2)[1].clip_ids != subset.clip_ids
    order = np.random.default_rng(1).permutation(12)[:2]
    assert subset.clip_ids == tuple(sorted(f"c{n:02d}" for n in order))
