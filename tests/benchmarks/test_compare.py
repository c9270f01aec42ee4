"""Paired differences: by hand, by a slow bootstrap, and what is said of them."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.compare import Difference, compare_scores
from benchmarks.comparisons import compare_models, sentence
from benchmarks.results import JobKey, JobResult, write_result
from benchmarks.scoring import Score
from benchmarks.summary import summarise
from wdmd_tools.errors import DataError, UnknownNameError
from wdmd_tools.metrics.dialogue import DialogueCounts
from wdmd_tools.metrics.events import EventCounts


def score(hits: list[tuple[int, int]], invented: int = 1) -> Score:
    """Per recording: found while speaking, found while listening, of 10 each."""
    return Score(
        {
            f"r{number}": DialogueCounts(
                EventCounts(speaking, invented, 10 - speaking),
                EventCounts(listening, invented, 10 - listening),
            )
            for number, (speaking, listening) in enumerate(hits)
        },
        (),
    )


WEAK = score([(2, 5), (8, 9), (1, 3), (6, 7), (3, 3), (9, 9)])
BETTER = score([(3, 6), (9, 10), (2, 4), (7, 8), (4, 4), (10, 10)])


def test_the_difference_is_that_of_the_scores_and_equals_a_slow_bootstrap() -> None:
    found = compare_scores([WEAK], [BETTER], draws=300, seed=4)
    assert found.value == pytest.approx((BETTER.total.f1_dr or 0) - (WEAK.total.f1_dr or 0))
    slow = []
    for weights in np.random.default_rng(4).multinomial(6, np.full(6, 1 / 6), size=300):
        values = []
        for one in (WEAK, BETTER):
            total = DialogueCounts()
            for name, weight in zip(sorted(one.events), weights, strict=True):
                for _ in range(weight):
                    total = total + one.events[name]
            values.append(total.f1_dr or 0.0)
        slow.append(values[1] - values[0])
    low, high = np.quantile(slow, [0.025, 0.975])
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    share = min(np.mean(np.array(slow) <= 0), np.mean(np.array(slow) >= 0))
    assert found.p_value == pytest.approx(max(2 * share, 1 / 300))


def test_pairing_shows_what_two_intervals_hide() -> None:
    """Recordings differ far more than the models do on each of them."""
    one, other = summarise([WEAK])["f1_dr"], summarise([BETTER])["f1_dr"]
    assert one.high is not None
    assert other.low is not None
    assert other.low < one.high
    assert compare_scores([WEAK], [BETTER]).is_shown


def test_a_model_is_not_better_than_itself_and_order_turns_the_sign() -> None:
    same = compare_scores([WEAK], [WEAK])
    assert (same.value, same.low, same.high, same.p_value) == (0, 0, 0, 1)
    assert not same.is_shown
    there, back = compare_scores([WEAK], [BETTER]), compare_scores([BETTER], [WEAK])
    assert there.value == pytest.approx(-(back.value or 0))
    assert there.low == pytest.approx(-(back.high or 0))


def test_several_seeds_are_averaged() -> None:
    found = compare_scores([WEAK, BETTER], [BETTER])
    both = [(one.total.f1_dr or 0) for one in (WEAK, BETTER)]
    assert found.first == pytest.approx(sum(both) / 2)


def test_undefined_and_unequal_say_why() -> None:
    empty = Score({f"r{i}": DialogueCounts() for i in range(6)}, ())
    found = compare_scores([WEAK], [empty])
    assert found.value is None
    assert "second" in found.reason
    assert sentence("a", "b", found) == "n/a (f1_dr is undefined for the second)"
    alone = compare_scores([score([(1, 2)])], [score([(2, 2)])])
    assert alone.value is not None
    assert alone.low is None
    assert "one recording" in sentence("a", "b", alone)
    with pytest.raises(ValueError, match="same recordings"):
        compare_scores([WEAK], [score([(1, 1)])])
    with pytest.raises(UnknownNameError, match="did you mean 'f1_dr'"):
        compare_scores([WEAK], [WEAK], "f1_rd")


def test_errors_in_frames_are_no_percentages() -> None:
    found = Difference("onset_mae_frames", 2.0, 1.5, -0.5, -0.8, -0.2, 0.01, 9)
    text = sentence("a", "b", found)
    assert "b 1.5 frames against a 2.0 frames, difference -0.5 frames" in text
    share = sentence("a", "b", Difference("f1", 0.2, 0.15, -0.05, -0.08, -0.02, 0.01, 9))
    assert "b 15.0 against a 20.0, difference -5.0" in share


def store(root: Path, model: str, found: Score, data_hash: str = "d", fold: int = 0) -> None:
    key = JobKey(dataset="lab", protocol="holdout", model=model, fold=fold)
    result = JobResult(
        job=key,
        job_hash="h",
        status="ok",
        display=model,
        score=found.to_json(),
        data_hash=data_hash,
    )
    write_result(key.folder(root), result)


def test_models_of_a_folder(tmp_path: Path) -> None:
    store(tmp_path, "weak", WEAK)
    store(tmp_path, "better", BETTER)
    store(tmp_path, "other-data", BETTER, data_hash="e")
    found = compare_models(tmp_path, "weak", "better", draws=200)
    assert list(found) == [("lab", "holdout")]
    text = sentence("weak", "better", found["lab", "holdout"])
    assert text.endswith("6 recordings): shown")
    with pytest.raises(DataError, match="same data"):
        compare_models(tmp_path, "weak", "other-data")
    with pytest.raises(UnknownNameError, match="did you mean 'better'"):
        compare_models(tmp_path, "weak", "beter")


def test_a_missing_fold_is_said_and_no_difference_is_made_of_the_rest(tmp_path: Path) -> None:
    rest = Score({f"other-{name}": one for name, one in WEAK.events.items()}, ())
    for fold, found in enumerate((WEAK, rest)):
        store(tmp_path, "whole", found, fold=fold)
    store(tmp_path, "half", WEAK)
    with pytest.raises(DataError, match=r"lab .holdout.: some fold is missing"):
        compare_models(tmp_path, "whole", "half")


def test_a_difference_is_said_in_the_metrics_unit() -> None:
    late = Difference("onset_mae_ms", 40.0, 52.5, 12.5, 3.0, 20.25, 0.01, 6)
    assert sentence("a", "b", late) == (
        "onset_mae_ms b 52.5 ms against a 40.0 ms, difference +12.5 ms (95 % interval +3.0 ms to "
        "+20.2 ms, p = 0.010, 6 recordings): shown"
    )
