import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from benchmarks.scoring import ClipOutcome, Score
from benchmarks.summary import METRICS, point_values, summarise
from wdmd_tools.metrics.catalogue import metric
from wdmd_tools.metrics.dialogue import DialogueCounts
from wdmd_tools.metrics.events import EventCounts


def clip(number: int, recording: str, truth: bool, p: float | None, state: bool | None = True):  # type: ignore[no-untyped-def]
    return ClipOutcome(f"c{number}", recording, truth, state, p, p)


def make(seed: int = 0, recordings: int = 12) -> Score:
    generator = np.random.default_rng(seed)
    events, clips = {}, []
    for number in range(recordings):
        draw = generator.integers(1, 6, 6)
        events[f"r{number}"] = DialogueCounts(EventCounts(*draw[:3]), EventCounts(*draw[3:]))
        for index in range(5):
            truth = bool(generator.random() < 0.4)
            p = float(np.clip(generator.normal(0.35 + 0.3 * truth, 0.2), 0, 1))
            clips.append(clip(5 * number + index, f"r{number}", truth, round(p, 2)))
    return Score(events, tuple(clips))


def test_points_follow_from_the_counts_by_hand() -> None:
    score = Score(
        {
            "r1": DialogueCounts(EventCounts(2, 1, 1), EventCounts(1, 0, 0)),
            "r2": DialogueCounts(EventCounts(0, 1, 1), EventCounts(0, 1, 2), EventCounts(1, 0, 0)),
        },
        (clip(1, "r1", True, 0.9), clip(2, "r1", False, 0.5), clip(3, "r2", False, 0.1, None)),
    )
    found = point_values(score)
    assert found["f1_speaking"] == pytest.approx(2 * 2 / (4 + 2 + 2))
    assert found["f1_listening"] == pytest.approx(2 * 1 / (2 + 1 + 2))
    assert found["f1_dr"] == pytest.approx(2 * 0.5 * 0.4 / 0.9)
    assert found["f1"] == pytest.approx(2 * 4 / (8 + 3 + 4))
    assert found["precision"] == pytest.approx(4 / 7)
    assert found["recall"] == pytest.approx(4 / 8)
    assert found["acc_me"] == pytest.approx(2 / 3)
    assert found["balanced_acc_me"] == pytest.approx((1 + 0.5) / 2)
    assert found["auroc_me"] == 1.0
    assert found["acc_state"] == 1.0
    assert found["auroc_state"] is None  # only one class
    assert list(found) == list(METRICS)


def test_one_silent_clip_makes_clip_metrics_undefined_but_not_spotting() -> None:
    score = Score(
        {"r": DialogueCounts(EventCounts(1, 0, 0), EventCounts(1, 0, 0))},
        (clip(1, "r", True, 0.9), clip(2, "r", False, None)),
    )
    found = point_values(score)
    assert found["acc_me"] is None
    assert found["auroc_me"] is None
    assert found["f1_dr"] == 1.0


def test_intervals_hold_the_point_and_equal_a_slow_bootstrap() -> None:
    score = make()
    found = summarise([score], draws=400, seed=5)
    generator = np.random.default_rng(5)
    names = sorted(score.events)
    slow: dict[str, list[float]] = {"f1_dr": [], "auroc_me": [], "balanced_acc_me": []}
    for weights in generator.multinomial(12, np.full(12, 1 / 12), size=400):
        total, truths, said = DialogueCounts(), [], []
        for name, weight in zip(names, weights, strict=True):
            for _ in range(weight):
                total = total + score.events[name]
                mine = [one for one in score.clips if one.recording_id == name]
                truths += [one.has_me for one in mine]
                said += [one.p_me or 0.0 for one in mine]
        assert total.f1_dr is not None
        slow["f1_dr"].append(total.f1_dr)
        slow["auroc_me"].append(roc_auc_score(truths, said))
        slow["balanced_acc_me"].append(balanced_accuracy_score(truths, np.array(said) >= 0.5))
    for name, values in slow.items():
        low, high = np.quantile(values, [0.025, 0.975])
        assert found[name].low == pytest.approx(low)
        assert found[name].high == pytest.approx(high)
    for one in found.values():
        if one.value is not None and one.low is not None and one.high is not None:
            assert one.low <= one.value <= one.high


def test_several_seeds_are_averaged_and_their_intervals_too() -> None:
    one, other = make(1), make(2)
    alone = [summarise([score], draws=200) for score in (one, other)]
    both = summarise([one, other], draws=200)
    for name in ("f1_dr", "acc_me", "auroc_me"):
        values = [found[name].value for found in alone]
        assert both[name].value == pytest.approx(np.mean([v for v in values if v is not None]))
        assert both[name].low is not None


def test_undefined_in_one_seed_is_undefined_in_the_mean() -> None:
    one = make(1)
    other = Score({name: DialogueCounts() for name in one.events}, one.clips)
    assert summarise([one, other], draws=50)["f1_dr"].value is None


def test_seeds_of_different_recordings_are_refused() -> None:
    with pytest.raises(ValueError, match="same recordings"):
        summarise([make(1), make(1, recordings=3)])
    with pytest.raises(ValueError, match="at least one"):
        summarise([])


def test_a_single_recording_has_no_interval() -> None:
    found = summarise([make(recordings=1)], draws=50)
    assert found["f1_dr"].value is not None
    assert found["f1_dr"].low is None


def test_every_metric_is_in_the_catalogue() -> None:
    assert [metric(name).name for name in METRICS] == list(METRICS)
