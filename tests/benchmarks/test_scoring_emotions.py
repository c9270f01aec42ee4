"""Scores of emotions and macro-expressions, derived by hand.

clip a (recording r1)            0         10        20        30        40        50
references                       |--negative--|  |--surprise--|  |--others--|
frames                           0..9            20..29          40..49
spotted                          0..9  negative  20..24 positive 60..69 negative
                                 hit, right      IoU 1/2: a hit  nothing there
                                                 by >=, wrong

clip b (recording r2)            5..14 positive, nothing spotted

spotting (>= 0.5): TP 2, FP 1, FN 2 (others, positive): F1 = 4 / 7
analysis, rows negative, positive, surprise of the hits: negative said negative, surprise said positive
    precision 1, 0, 0;  recall 1, 0, 0: mP = mR = 1/3, F1_analysis 1/3;  STRS = 4/21
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, segment_row, write_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.compare import compare_scores
from benchmarks.scoring import Score, score_predictions
from benchmarks.scoring_emotions import official_extras, scheme_for
from benchmarks.summary import METRICS, point_values, statistics_of, summarise
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples
from wdmd_tools.metrics.emotion_scores import EMOTION_METRICS, EmotionCounts, EmotionScore
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, Recognition

THREE = scheme("3")


def write(
    root: Path,
    marks: Sequence[tuple[str, int, int, str, str]],
    subjects: dict[str, str] | None = None,
) -> Dataset:
    """Rows of clip, onset, offset, kind ("me" or "macro") and emotion."""
    names = sorted({clip for clip, *_ in marks} | set(subjects or {}))
    clips = [
        clip_row(
            name,
            80,
            recording_id=f"r-{name}",
            subject_id=(subjects or {}).get(name, f"s-{name}"),
            split="test",
            has_me=True,
        )
        for name in names
    ]
    segments = []
    for clip, on, off, kind, word in marks:
        segments.append(segment_row(clip, CONSENSUS, on, off, kind=kind, label=kind))
        if word:
            segments.append(segment_row(clip, CONSENSUS, on, off, kind="emotion", label=word))
    return write_dataset(root, clips, segments)


@pytest.fixture(name="dataset")
def make(tmp_path: Path) -> Dataset:
    return write(
        tmp_path,
        [
            ("a", 0, 9, "me", "disgust"),
            ("a", 20, 29, "me", "surprise"),
            ("a", 40, 49, "me", "others"),
            ("b", 5, 14, "me", "happiness"),
        ],
    )


def spot(clip: str, *rows: tuple[int, int, str | None], label: str = "me") -> ClipPrediction:
    """Inclusive frames and the emotion said."""
    return ClipPrediction(
        clip,
        tuple(
            PredictedSegment(Interval(on, off + 1), 0.5, label, emotion)
            for on, off, emotion in rows
        ),
    )


SPOTTED = {
    "a": spot("a", (0, 9, "negative"), (20, 24, "positive"), (60, 69, "negative")),
    "b": spot("b"),
}


def answers(dataset: Dataset, *emotions: str | None) -> dict[str, Recognition]:
    samples = emotion_samples(dataset, THREE)
    return {
        one.sample_id: Recognition(one.sample_id, one.clip_id, said)
        for one, said in zip(samples, emotions, strict=True)
        if said is not None
    }


def test_spot_then_recognise_by_hand(dataset: Dataset) -> None:
    score = score_predictions(dataset, SPOTTED, emotions=THREE)
    found = point_values(score)
    assert found["f1_megc"] == pytest.approx(4 / 7)
    assert found["f1_analysis"] == pytest.approx(1 / 3)
    assert found["strs"] == pytest.approx(4 / 21)
    assert found["uf1"] is None  # nothing was recognised
    assert score.emotions is not None
    joint = score.emotions.joint()
    assert joint is not None
    assert (joint.tp, joint.fp, joint.fn, joint.analysed) == (2, 1, 2, 2)
    # The official evaluator does not look at r-b, whose subject has no prediction: FN 1, F1 4/6.
    assert official_extras(score.emotions)["official_f1_spotting"] == pytest.approx(4 / 6)
    assert official_extras(score.emotions)["official_analysed"] == 2


def test_recognition_by_hand(dataset: Dataset) -> None:
    # true negative, surprise, positive; said negative, negative, nothing
    said = answers(dataset, "negative", "disgust", None)
    score = score_predictions(dataset, {}, emotions=THREE, recognitions=said)
    found = point_values(score)
    assert found["acc_emotion"] == pytest.approx(1 / 3)
    assert found["uar"] == pytest.approx(1 / 3)
    assert found["uf1"] == pytest.approx((2 / 3) / 3)  # negative: TP 1, FP 1
    assert score.emotions is not None
    assert score.emotions.support == {"negative": 1, "positive": 1, "surprise": 1}
    assert sum(one.unsaid for one in score.emotions.recordings.values()) == 1
    assert score.emotions.recordings["r-a"].confusion == (1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0)
    assert score.emotions.by_class()["negative"] == {
        "support": 1,
        "precision": 0.5,
        "recall": 1.0,
        "f1": pytest.approx(2 / 3),
    }
    # A recogniser that spots nothing found none of four: 0, not undefined.
    assert found["strs"] == 0.0


def test_nobody_said_emotions_is_undefined_and_not_zero(dataset: Dataset) -> None:
    plain = {"a": spot("a", (0, 9, None))}
    found = point_values(score_predictions(dataset, plain, emotions=THREE))
    assert [found[name] for name in EMOTION_METRICS] == [None] * 5
    found = point_values(score_predictions(dataset, SPOTTED))
    assert [found[name] for name in EMOTION_METRICS] == [None] * 5
    assert list(found) == list(METRICS)


def test_states_are_not_needed(dataset: Dataset) -> None:
    """Public datasets have no speaking state: F1_DR is undefined, the others are not."""
    found = point_values(score_predictions(dataset, SPOTTED, emotions=THREE))
    assert (found["f1_dr"], found["f1_speaking"], found["acc_state"]) == (None, None, None)
    assert found["f1"] is not None


def test_macro_expressions_are_matched_apart(tmp_path: Path) -> None:
    """
    ME      0..9                 found
    macro          20..59        found as 20..49 (IoU 3/4), and 62..69 invented
    said "me" over the macro:    an invented ME, whatever lies there
    """
    dataset = write(tmp_path, [("a", 0, 9, "me", ""), ("a", 20, 59, "macro", "")])
    macro = spot("a", (20, 49, None), (62, 69, None), label="macro")
    both = ClipPrediction("a", (*macro.segments, *spot("a", (0, 9, None), (30, 39, None)).segments))
    score = score_predictions(dataset, {"a": both})
    found = point_values(score)
    assert found["f1_megc"] == pytest.approx(2 / 3)
    assert found["f1_macro_expression"] == pytest.approx(2 / 3)
    assert found["f1_overall"] == pytest.approx(4 / (4 + 2))
    assert found["f1"] == pytest.approx(2 / 3)
    assert Score.from_json(score.to_json()) == score

    one_class = point_values(score_predictions(dataset, {"a": spot("a", (0, 9, None))}))
    assert (one_class["f1_macro_expression"], one_class["f1_overall"]) == (None, None)
    assert one_class["f1_megc"] == 1.0


def test_macro_without_annotated_ones_is_not_judged(dataset: Dataset) -> None:
    said = {"a": spot("a", (0, 9, None), label="macro")}
    found = point_values(score_predictions(dataset, said))
    assert (found["f1_macro_expression"], found["f1_overall"]) == (None, None)
    assert found["precision"] is None  # no ME was predicted


def test_pooled_over_folds_and_not_a_mean(tmp_path: Path) -> None:
    """Leave one subject out: most subjects lack most classes.

    subject 1   true n n n p   said n n n n      subject 2   true s   said s
    pooled  n: 6/7, p: 0, s: 1    UF1 (6/7 + 0 + 1) / 3
    subject 2 alone has no UF1 at all, subject 1 neither; any mean of theirs is another number
    """
    one = write(
        tmp_path / "1",
        [
            ("a", 0, 9, "me", "fear"),
            ("a", 20, 29, "me", "fear"),
            ("a", 40, 49, "me", "fear"),
            ("a", 60, 69, "me", "happy"),
        ],
    )
    two = write(tmp_path / "2", [("b", 0, 9, "me", "surprise")])
    first = score_predictions(one, {}, emotions=THREE, recognitions=answers(one, *["negative"] * 4))
    second = score_predictions(two, {}, emotions=THREE, recognitions=answers(two, "surprise"))
    assert point_values(first)["uf1"] is None
    assert point_values(second)["uf1"] is None
    pooled = point_values(first + second)
    assert pooled["uf1"] == pytest.approx((6 / 7 + 0 + 1) / 3)
    assert pooled["uar"] == pytest.approx(2 / 3)
    assert pooled["acc_emotion"] == pytest.approx(4 / 5)


def test_a_fold_without_emotions_leaves_no_score_of_the_whole(dataset: Dataset) -> None:
    whole = score_predictions(dataset, SPOTTED, emotions=THREE)
    assert whole.emotions is not None
    parts = [
        Score({name: whole.events[name]}, (), emotions=emotions)
        for name, emotions in (("r-a", whole.emotions), ("r-b", None))
    ]
    assert (parts[0] + parts[1]).emotions is None
    other = EmotionScore("4", scheme("4").classes, True, {})
    assert (parts[0] + Score({"r-b": whole.events["r-b"]}, (), emotions=other)).emotions is None
    with pytest.raises(ValueError, match="Expected scheme '3'"):
        whole.emotions + other


def test_wrong_samples_are_refused(dataset: Dataset) -> None:
    stray = {"x": Recognition("x", "a", "negative")}
    with pytest.raises(ManifestError, match="sample 'x' is no consensus micro-expression"):
        score_predictions(dataset, {}, emotions=THREE, recognitions=stray)
    # A sample that the scheme leaves out may be recognised; it is left aside.
    (others,) = [one for one in emotion_samples(dataset, scheme("4")) if one.emotion == "others"]
    said = {others.sample_id: Recognition(others.sample_id, "a", "negative")}
    score = score_predictions(dataset, {}, emotions=THREE, recognitions=said)
    assert score.emotions is not None
    assert score.emotions.confusion.sum() == 3
    assert score.emotions.confusion[:, :-1].sum() == 0


def test_auto_takes_three_classes_where_there_are_two(tmp_path: Path, dataset: Dataset) -> None:
    assert scheme_for(dataset, "auto") == THREE
    assert scheme_for(dataset, "none") is None
    assert scheme_for(dataset, "mmew-4") == scheme("mmew-4")
    alone = write(tmp_path / "alone", [("a", 0, 9, "me", "fear"), ("b", 0, 9, "me", "anger")])
    assert scheme_for(alone, "auto") is None


def test_json_round_trip_and_results_of_before(dataset: Dataset) -> None:
    score = score_predictions(
        dataset, SPOTTED, emotions=THREE, recognitions=answers(dataset, "negative", None, None)
    )
    value = score.to_json()
    assert Score.from_json(value) == score
    del value["emotions"], value["macro"]
    before = Score.from_json(value)
    assert before.emotions is None
    assert point_values(before)["f1_overall"] is None


def scores_of(rows: Sequence[tuple[int, int]], classes: int = 3) -> EmotionScore:
    """One recording per sample: true and said class, K for another."""
    recordings = {}
    for number, (true, said) in enumerate(rows):
        confusion = np.zeros((classes, classes + 1))
        confusion[true, said] = 1
        joint = tuple([0.0] * (2 + (classes + 1) ** 2))
        recordings[f"r{number}"] = EmotionCounts(tuple(confusion.ravel().tolist()), joint, joint)
    return EmotionScore("3", THREE.classes, True, recordings)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=30),
    st.integers(0, 1000),
)
def test_pooling_does_not_depend_on_how_folds_are_cut(
    rows: list[tuple[int, int]], seed: int
) -> None:
    whole = scores_of(rows)
    cut = seed % len(rows)
    names = list(whole.recordings)
    parts = [
        EmotionScore("3", THREE.classes, True, {name: whole.recordings[name] for name in some})
        for some in (names[:cut], names[cut:])
    ]
    assert (parts[1] + parts[0]).values() == pytest.approx(whole.values())
    values = whole.values()
    sklearn = pytest.importorskip("sklearn.metrics")
    true, said = [one for one, _ in rows], [one for _, one in rows]
    assert values["acc_emotion"] == pytest.approx(sklearn.accuracy_score(true, said))
    if {0, 1, 2} <= set(true):
        macro = sklearn.f1_score(true, said, labels=[0, 1, 2], average="macro", zero_division=0)
        assert values["uf1"] == pytest.approx(macro)
        recall = sklearn.recall_score(true, said, labels=[0, 1, 2], average="macro")
        assert values["uar"] == pytest.approx(recall)


def test_intervals_and_paired_differences(tmp_path: Path) -> None:
    """Twenty recordings; a model that is always right against one that always says negative."""
    words = ("fear", "happy", "surprise", "anger")
    dataset = write(tmp_path, [(f"c{n:02}", 10, 19, "me", words[n % 4]) for n in range(20)])
    true = [str(one.emotion) for one in emotion_samples(dataset, THREE)]
    right = score_predictions(dataset, {}, emotions=THREE, recognitions=answers(dataset, *true))
    flat = score_predictions(
        dataset, {}, emotions=THREE, recognitions=answers(dataset, *["negative"] * 20)
    )
    found = summarise([flat], draws=400)
    assert found["acc_emotion"].value == pytest.approx(0.5)
    low, high = found["acc_emotion"].low, found["acc_emotion"].high
    assert low is not None
    assert high is not None
    assert low < 0.5 < high
    assert found["uar"].value == pytest.approx(1 / 3)
    assert summarise([right], draws=400)["uf1"].low == 1.0
    difference = compare_scores([flat], [right], "uar", draws=400)
    assert difference.value == pytest.approx(2 / 3)
    assert difference.is_shown
    names = sorted(flat.events)
    weights = np.ones((1, len(names)))
    for name, value in point_values(flat).items():
        again = float(statistics_of(flat, names)[name](weights)[0])
        assert (value is None and np.isnan(again)) or again == pytest.approx(value)


def test_seeds_of_different_classes_have_no_mean(dataset: Dataset) -> None:
    three = score_predictions(dataset, SPOTTED, emotions=THREE)
    four = score_predictions(dataset, SPOTTED, emotions=scheme("4"))
    assert summarise([three, four], draws=20)["strs"].value is None
    assert summarise([three, three], draws=20)["strs"].value == pytest.approx(4 / 21)
