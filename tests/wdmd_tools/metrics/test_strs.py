"""STRS: the published vectors, each quirk of the public evaluator, and that ours is without them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from wdmd_tools.metrics.bootstrap import cluster_bootstrap
from wdmd_tools.metrics.strs import (
    EmotionEvent,
    StrsMode,
    StrsScore,
    StrsStatistic,
    strs_counts,
    strs_score,
)

MODES = list(StrsMode)
SOUND, OFFICIAL = StrsMode.SOUND, StrsMode.OFFICIAL
MEGC = ("negative", "positive", "surprise")


def scored(
    said: list[EmotionEvent], true: list[EmotionEvent], classes: tuple[str, ...], mode: StrsMode
) -> StrsScore:
    return strs_score(np.sum(list(strs_counts(said, true, classes, mode).values()), axis=0), mode)


def events(*rows: tuple[str, str, int, int, str]) -> list[EmotionEvent]:
    return [EmotionEvent(*row) for row in rows]


def spotted(
    pairs: list[tuple[str, str]], missed: list[str], invented: int
) -> tuple[list[EmotionEvent], list[EmotionEvent]]:
    """One video per event: spotted ones with (said, true), missed references, false alarms."""
    said, true = [], []
    for number, (mine, theirs) in enumerate(pairs):
        said.append(EmotionEvent("s", f"v{number}", 10, 20, mine))
        true.append(EmotionEvent("s", f"v{number}", 10, 20, theirs))
    for number, theirs in enumerate(missed):
        true.append(EmotionEvent("s", f"m{number}", 10, 20, theirs))
    for number in range(invented):
        # In videos that have a reference, as the public evaluator looks at no others.
        video = true[number % len(true)].video
        said.append(EmotionEvent("s", video, 100 + 30 * number, 110 + 30 * number, "negative"))
    return said, true


@pytest.mark.parametrize("mode", MODES)
def test_vector_of_the_evaluators_readme(mode: StrsMode) -> None:
    # IoU 26/76, 31/71, 51/76, 46/76, 71/111: three of five are spotted
    said = events(
        ("1", "EP02_01f", 10, 70, "happiness"),
        ("1", "EP03_02", 100, 170, "others"),
        ("1", "EP04_02", 0, 70, "others"),
        ("2", "EP01_11f", 20, 90, "happiness"),
        ("2", "EP02_04f", 70, 140, "happiness"),
    )
    true = events(
        ("1", "EP02_01f", 45, 85, "happiness"),
        ("1", "EP03_02", 130, 160, "others"),
        ("1", "EP04_02", 20, 75, "others"),
        ("2", "EP01_11f", 45, 95, "repression"),
        ("2", "EP02_04f", 30, 140, "repression"),
    )
    score = scored(said, true, ("happiness", "others", "repression"), mode)
    assert (score.tp, score.fp, score.fn) == (3, 2, 2)
    assert score.f1_spotting.value == pytest.approx(0.6)
    assert score.macro_precision.value == pytest.approx(1 / 3)
    assert score.macro_recall.value == pytest.approx(1 / 3)
    assert score.strs.value == pytest.approx(0.2)


def confusions_of(margins: dict[str, tuple[int, int, int]]) -> list[tuple[str, str]]:
    """Some (said, true) pairs with the given TP, FP and FN of each class."""
    pairs = [(name, name) for name, (tp, _, _) in margins.items() for _ in range(tp)]
    wrong_said = {name: fp for name, (_, fp, _) in margins.items()}
    wrong_true = {name: fn for name, (_, _, fn) in margins.items()}
    while any(wrong_true.values()):
        # The class with most left to place goes first, so that no class is left facing itself.
        true = max(wrong_true, key=lambda name: wrong_true[name] + wrong_said[name])
        if not wrong_true[true]:
            true = max((n for n in wrong_true if n != true), key=lambda name: wrong_true[name])
        said = max((n for n in wrong_said if n != true), key=lambda name: wrong_said[name])
        assert wrong_said[said] > 0
        pairs.append((said, true))
        wrong_true[true] -= 1
        wrong_said[said] -= 1
    return pairs


@pytest.mark.parametrize("mode", MODES)
def test_published_result_on_casme_ii(mode: StrsMode) -> None:
    """MEAN on CASME II: TP 159, FP 85, FN 85, F1 0.6516, analysis 0.5927, STRS 0.3862."""
    margins = {
        "disgust": (18, 10, 25),
        "happiness": (8, 11, 4),
        "others": (49, 35, 19),
        "repression": (4, 6, 13),
        "surprise": (17, 1, 2),
    }
    pairs = confusions_of(margins)
    assert len(pairs) == 159
    said, true = spotted(pairs, ["others"] * 85, 85)
    score = scored(said, true, tuple(margins), mode)
    assert (score.tp, score.fp, score.fn, score.analysed) == (159, 85, 85, 159)
    assert score.f1_spotting.value == pytest.approx(0.6516, abs=5e-5)
    assert score.macro_precision.value == pytest.approx(0.5983, abs=5e-5)
    assert score.macro_recall.value == pytest.approx(0.5872, abs=5e-5)
    assert score.f1_analysis.value == pytest.approx(0.5927, abs=5e-5)
    assert score.uf1.value == pytest.approx(0.5766, abs=5e-5)
    assert score.strs.value == pytest.approx(0.3862, abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "right", "expected"),
    [
        # SAMM: 3 of 6 spotted are negative and all are called negative
        ((6, 217, 202), 3, (0.0278, 0.1667, 0.3333, 0.2222, 0.0062)),
        ((3, 115, 34), None, (0.0387, None, None, 0.2222, 0.0086)),
    ],
    ids=["samm", "cas(me)3"],
)
def test_published_baseline_of_megc_2025(
    counts: tuple[int, int, int], right: int | None, expected: tuple[float | None, ...]
) -> None:
    tp, fp, fn = counts
    analysed = 6 if right is not None else 2  # 1 of 2 analysed: P = 0.5 / 3, R = 1 / 3
    half = analysed // 2
    pairs = [("negative", "negative")] * half + [("negative", "positive")] * half
    pairs += [("negative", "others")] * (tp - analysed)
    score = scored(*spotted(pairs, ["negative"] * fn, fp), MEGC, OFFICIAL)
    assert (score.tp, score.fp, score.fn) == counts
    f1, precision, recall, analysis, strs = expected
    assert score.f1_spotting.value == pytest.approx(f1, abs=5e-5)
    assert score.f1_analysis.value == pytest.approx(analysis, abs=5e-5)
    assert score.strs.value == pytest.approx(strs, abs=5e-5)
    if precision is not None:
        assert score.macro_precision.value == pytest.approx(precision, abs=5e-5)
        assert score.macro_recall.value == pytest.approx(recall, abs=5e-5)
        # The baseline table's "UAR" is its precision.
        assert score.uar.value == pytest.approx(precision, abs=5e-5)


def test_quirk_1_one_prediction_takes_two_references() -> None:
    # references   10..19 and 12..21 ; prediction 10..20 overlaps both enough
    said = events(("s", "v", 10, 20, "negative"))
    true = events(("s", "v", 10, 19, "negative"), ("s", "v", 12, 21, "negative"))
    assert scored(said, true, MEGC, OFFICIAL).tp == 2
    sound = scored(said, true, MEGC, SOUND)
    assert (sound.tp, sound.fp, sound.fn) == (1, 0, 1)


def test_quirk_1_the_order_of_the_file_matters() -> None:
    true = events(("s", "v", 1, 10, "negative"), ("s", "v", 4, 13, "negative"))
    said = events(("s", "v", 2, 11, "negative"), ("s", "v", 1, 8, "negative"))
    forward = scored(said, true, MEGC, OFFICIAL)
    backward = scored(said[::-1], true, MEGC, OFFICIAL)
    assert (forward.tp, forward.fp) == (2, 1)
    assert (backward.tp, backward.fp) == (2, 0)
    assert scored(said, true, MEGC, SOUND) == scored(said[::-1], true, MEGC, SOUND)


def test_quirk_2_what_is_not_looked_at() -> None:
    said = events(("a", "v", 1, 9, "negative"), ("a", "w", 1, 9, "negative"))
    true = events(("a", "v", 1, 9, "negative"), ("b", "v", 1, 9, "negative"))
    official, sound = (scored(said, true, MEGC, mode) for mode in (OFFICIAL, SOUND))
    assert (official.tp, official.fp, official.fn) == (1, 0, 0)
    assert (sound.tp, sound.fp, sound.fn) == (1, 1, 1)


def test_quirk_3_others_count_for_spotting() -> None:
    pairs = [("negative", "negative"), ("others", "others"), ("positive", "positive")]
    for mode in MODES:
        score = scored(*spotted(pairs, [], 0), MEGC, mode)
        assert (score.tp, score.analysed) == (3, 2)


def test_quirk_4_a_perfect_single_class_scores_nothing() -> None:
    pairs = [("negative", "negative")] * 3
    official, sound = (scored(*spotted(pairs, [], 0), MEGC, mode) for mode in (OFFICIAL, SOUND))
    assert official.macro_precision.value == 0.0
    assert str(official.strs) == (
        "n/a (no spotted ME got its emotion; the public evaluator prints nan)"
    )
    assert sound.f1_analysis.value == sound.strs.value == 1.0


def test_quirk_4_a_class_never_spotted_caps_the_score() -> None:
    pairs = [("negative", "negative"), ("positive", "positive")]
    official, sound = (scored(*spotted(pairs, [], 0), MEGC, mode) for mode in (OFFICIAL, SOUND))
    assert official.f1_analysis.value == pytest.approx(2 / 3)
    assert sound.f1_analysis.value == 1.0
    # Ours too when references of the class exist and were missed.
    missed = scored(*spotted(pairs, ["surprise"], 0), MEGC, SOUND)
    assert missed.f1_analysis.value == pytest.approx(2 / 3)


def test_quirk_5_nothing_right_and_nothing_spotted() -> None:
    wrong = spotted([("positive", "negative")], [], 0)
    assert "prints nan" in scored(*wrong, MEGC, OFFICIAL).strs.reason
    assert scored(*wrong, MEGC, SOUND).strs.value == 0.0
    nothing = spotted([], ["negative"], 1)
    assert "stops with an error" in scored(*nothing, MEGC, OFFICIAL).strs.reason
    assert scored(*nothing, MEGC, SOUND).strs.value == 0.0
    assert scored(*nothing, MEGC, SOUND).f1_spotting.value == 0.0


def test_quirk_6_uar_is_precision() -> None:
    pairs = [("negative", "negative"), ("negative", "positive"), ("positive", "positive")]
    official, sound = (scored(*spotted(pairs, [], 0), MEGC[:2], mode) for mode in MODES[::-1])
    assert official.uar == official.macro_precision == sound.macro_precision
    assert official.uar.value == pytest.approx((1 / 2 + 1) / 2)
    assert sound.uar.value == pytest.approx((1 + 1 / 2) / 2)


def test_undefined_without_references_of_the_classes() -> None:
    score = scored(*spotted([("others", "others")], [], 0), MEGC, SOUND)
    assert score.f1_spotting.value == 1.0
    assert str(score.strs) == "n/a (no reference of the analysed classes)"
    empty = strs_score(np.zeros(3 + 3 + 12), SOUND)
    assert str(empty.f1_spotting) == "n/a (neither a reference nor a prediction)"
    assert str(empty.strs) == "n/a (neither a reference nor a prediction)"


tables = st.lists(
    st.builds(
        lambda subject, video, on, n, emotion: EmotionEvent(subject, video, on, on + n, emotion),
        st.sampled_from("ab"),
        st.sampled_from("vw"),
        st.integers(1, 20),
        st.integers(2, 12),
        st.sampled_from([*MEGC, "others"]),
    ),
    max_size=9,
)


@settings(max_examples=60, deadline=None)
@given(tables, tables, st.randoms(use_true_random=False))
def test_sound_mode_is_bounded_and_ignores_order(
    said: list[EmotionEvent], true: list[EmotionEvent], random: object
) -> None:
    score = scored([*said, *true[:3]], true, MEGC, SOUND) if said or true else None
    if score is None:
        return
    for value in (score.strs.value, score.f1_analysis.value, score.uf1.value, score.uar.value):
        assert value is None or 0.0 <= value <= 1.0
    mixed, shuffled = [*said, *true[:3]], list(true)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert scored(mixed, shuffled, MEGC, SOUND) == score
    if true:
        perfect = scored(true, true, MEGC, SOUND)
        assert (perfect.fp, perfect.fn) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(MEGC), st.sampled_from(MEGC)), min_size=1, max_size=20))
def test_analysis_against_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    score = scored(*spotted(pairs, [], 0), MEGC, SOUND)
    used = sorted(set(itertools.chain.from_iterable(pairs)))
    precision, recall, f1, _ = precision_recall_fscore_support(
        [true for _, true in pairs],
        [said for said, _ in pairs],
        labels=used,
        average="macro",
        zero_division=0,
    )
    assert score.macro_precision.value == pytest.approx(precision)
    assert score.macro_recall.value == pytest.approx(recall)
    assert score.uf1.value == pytest.approx(f1)
    both = precision + recall
    expected = 2 * precision * recall / both if both else 0.0
    assert score.f1_analysis.value == pytest.approx(expected)


def test_rows_add_up_and_can_be_resampled() -> None:
    rng = np.random.default_rng(5)
    pairs = [(str(rng.choice(MEGC)), str(rng.choice(MEGC))) for _ in range(30)]
    rows = strs_counts(*spotted(pairs, ["negative"] * 9, 4), MEGC)
    matrix = np.stack(list(rows.values()))
    value = strs_score(matrix.sum(axis=0)).strs.value
    assert StrsStatistic()(matrix.sum(axis=0, keepdims=True))[0] == pytest.approx(value)
    interval = cluster_bootstrap(matrix, StrsStatistic(), draws=1000)
    assert interval is not None
    assert value is not None
    assert interval.low < value < interval.high


def test_rows_of_another_form_are_refused() -> None:
    with pytest.raises(ValueError, match="columns"):
        strs_score(np.zeros(12))
