"""The official mode beside the public evaluator itself, for whoever has its file.

    STRS_EVALUATOR=strs_metric.py pytest tests/wdmd_tools/metrics/test_strs_evaluator.py

It is not ours to ship. It wants pandas before 2, so `DataFrame.append` is put back for the test.
"""

import importlib.util
import os
import warnings
from typing import Any

import numpy as np
import pytest

from wdmd_tools.metrics.strs import EmotionEvent, StrsMode, StrsScore, strs_counts, strs_score

pytestmark = [
    pytest.mark.skipif(
        "STRS_EVALUATOR" not in os.environ, reason="STRS_EVALUATOR names no strs_metric.py"
    ),
    pytest.mark.timeout(300),
]

CLASSES = ["a", "b", "c"]
KEYS = {
    "TP spotting": "tp",
    "FP spotting": "fp",
    "FN spotting": "fn",
    "F1-score spotting": "f1_spotting",
    "Precision analysis": "macro_precision",
    "Recall analysis": "macro_recall",
    "F1-score analysis": "f1_analysis",
    "UF1 analysis": "uf1",
    "UAR analysis": "uar",
    "STRS": "strs",
}


def appended(frame: Any, other: Any, ignore_index: bool = False) -> Any:
    """`DataFrame.append` of pandas 1, as far as the evaluator uses it."""
    import pandas as pd

    assert ignore_index
    row = pd.Series(other) if isinstance(other, dict) else other
    if isinstance(row, pd.Series):
        columns = [*frame.columns, *(name for name in row.index if name not in frame.columns)]
        row = pd.DataFrame([row.reindex(columns).tolist()], columns=columns, dtype=object)
    parts = [part.astype(object) for part in (frame, row) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else frame


def table(rng: np.random.Generator) -> list[tuple[str, str, int, int, str]]:
    """Up to nine events of three subjects and two videos, dense enough to overlap."""
    rows = []
    for _ in range(rng.integers(1, 10)):
        onset = int(rng.integers(0, 30))
        where = f"s{rng.integers(3)}", f"v{rng.integers(2)}"
        emotion = str(rng.choice([*CLASSES, "others"]))
        rows.append((*where, onset, onset + int(rng.integers(3, 15)), emotion))
    return rows


def test_on_random_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    pd = pytest.importorskip("pandas")
    monkeypatch.setattr(pd.DataFrame, "append", appended, raising=False)
    spec = importlib.util.spec_from_file_location("strs_metric", os.environ["STRS_EVALUATOR"])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rng = np.random.default_rng(0)
    outcomes = {"number": 0, "nan": 0, "stopped": 0}
    columns = ["subject", "video", "onset", "offset", "emotion"]
    for _ in range(300):
        true, said = table(rng), table(rng)
        for subject, video, onset, offset, emotion in true:  # make hits, some of them right
            if rng.random() < 0.6:
                moved = onset + int(rng.integers(0, 3)), offset + int(rng.integers(0, 3))
                said.append((subject, video, *moved, str(rng.choice([emotion, emotion, "a"]))))
        ours = official(said, true)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = module.Evaluator().evaluate_STRS(
                    pd.DataFrame(said, columns=columns),
                    pd.DataFrame(true, columns=columns),
                    CLASSES,
                )
        except KeyError:
            outcomes["stopped"] += 1
            assert ours.tp == 0
            assert "stops" in ours.strs.reason
            continue
        outcomes["nan" if np.isnan(theirs["STRS"]) else "number"] += 1
        for key, name in KEYS.items():
            value = getattr(ours, name)
            value = value if isinstance(value, int) else value.value
            expected = None if np.isnan(theirs[key]) else pytest.approx(theirs[key])
            assert value == expected, key
    assert outcomes == {"number": 182, "nan": 98, "stopped": 20}


def official(said: list[Any], true: list[Any]) -> StrsScore:
    """Our official mode."""
    rows = strs_counts(
        [EmotionEvent(*row) for row in said],
        [EmotionEvent(*row) for row in true],
        CLASSES,
        StrsMode.OFFICIAL,
    )
    return strs_score(np.sum(list(rows.values()), axis=0), StrsMode.OFFICIAL)
