"""The window adapter around a model that knows the answers, and around one that knows nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import tiny_dataset

from benchmarks.models.adapters.spans import Float, Span, truth_of
from benchmarks.models.adapters.window import SpanModel, WindowAdapter, WindowOptions
from benchmarks.models.base import FitContext
from benchmarks.protocols import blind_view, training_view
from wdmd_tools.manifest import Dataset


class Oracle(SpanModel):
    """Says the truth of a dataset with labels, whatever it is shown."""

    def __init__(self, whole: Dataset) -> None:
        self.whole = whole
        self.learnt: list[tuple[Float, Float]] = []

    def learn(
        self,
        dataset: Dataset,
        spans: Sequence[Span],
        truth: Float,
        check: Sequence[Span],
        check_truth: Float,
        context: FitContext,
    ) -> None:
        assert {span.clip.split for span in spans} == {"train"}
        assert {span.clip.split for span in check} == {"val"}
        del dataset, context
        self.learnt.append((truth, check_truth))

    def say(self, dataset: Dataset, spans: Sequence[Span], context: FitContext) -> Float:
        del dataset, context
        found = np.nan_to_num(truth_of(self.whole, spans), nan=0.5)
        return np.asarray(0.1 + 0.8 * found, np.float32)

    def describe(self) -> dict[str, Any]:
        return {"parameters": 0}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return tiny_dataset(
        tmp_path / "data", n_recordings=6, n_frames=60, mes_per_clip=(1, 0, 1), jitter_frames=0
    )


@pytest.fixture
def context(tmp_path: Path) -> FitContext:
    return FitContext(0, tmp_path, tmp_path, tmp_path)


def test_who_knows_the_windows_finds_the_expressions(dataset: Dataset, context: FitContext) -> None:
    model = Oracle(dataset)
    adapter = WindowAdapter(model, WindowOptions(window_ms=None, stride_ms=33))
    adapter.fit(training_view(dataset), context)
    truth, check = model.learnt[0]
    assert 0.4 <= truth[:, 0].mean() <= 0.6  # as many negatives as positives, where there are
    assert np.isfinite(check[:, 0]).all()
    said = {
        one.clip_id: one for one in adapter.predict(blind_view(dataset, "test"), "test", context)
    }
    hits = references = 0
    for clip in dataset.iter_clips("test"):
        spans = dataset.reference_intervals(clip.clip_id)
        references += len(spans)
        found = [one.interval for one in said[clip.clip_id].segments]
        hits += sum(any(one.iou(span) >= 0.5 for one in found) for span in spans)
        p_me = said[clip.clip_id].p_me
        assert p_me is not None
        assert (p_me > 0.5) == clip.has_me
    assert references > 0
    assert hits == references
    facts = adapter.describe()
    durations = [
        one.duration_ms / 30 * 1000
        for clip in dataset.iter_clips("train")
        for one in dataset.reference_intervals(clip.clip_id)
    ]
    assert facts["window_ms"] == pytest.approx(max(200, float(np.median(durations))), abs=0.1)


def test_windows_that_choose_the_epoch_are_limited(dataset: Dataset, context: FitContext) -> None:
    model = Oracle(dataset)
    adapter = WindowAdapter(model, WindowOptions(checked=7, negatives=0.5))
    adapter.fit(training_view(dataset), context)
    truth, check = model.learnt[0]
    assert len(check) == 7
    assert truth[:, 0].sum() == pytest.approx(2 * (truth[:, 0] == 0).sum(), abs=1)


def test_predicting_before_fitting_is_a_mistake(dataset: Dataset, context: FitContext) -> None:
    with pytest.raises(ValueError, match="fit"):
        WindowAdapter(Oracle(dataset), WindowOptions()).predict(dataset, "test", context)
