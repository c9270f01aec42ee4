"""Every model on the films: trained on another dataset, then shown these without labels."""

import hashlib
import json
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.models.base import FitContext, Progress, no_progress
from benchmarks.protocols.leaks import TEST_SPLIT
from benchmarks.protocols.views import blind_view, training_view
from benchmarks.registry import ModelEntry
from benchmarks.sensitivity.footage import Footage
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import WdmdError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction, read_predictions, write_predictions


@dataclass(frozen=True)
class Said:
    """What a model said, or why it said nothing.

    Args:
        entry: The model.
        predictions: By clip id; `None` when it failed.
        error: Why it failed; empty when it did not.
        facts: What the model says about itself.
    """

    entry: ModelEntry
    predictions: dict[str, ClipPrediction] | None
    error: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def predict_all(
    entries: Sequence[ModelEntry],
    learnt: Dataset,
    footage: Footage,
    out: Path,
    runs: Path,
    cache: Path,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
) -> list[Said]:
    """Fit every model on `learnt` and let it spot the films.

    Args:
        entries: The models.
        learnt: Its training and validation splits are learnt from.
        footage: The films; no model sees their labels.
        out: Predictions are kept here, one folder a model.
        runs: Trained runs; those that fit are not trained again.
        cache: Features that models share.
        seed: Of everything random.
        progress: Called with what is going on.

    Returns:
        One per model, in order; a model that fails is one that says why.
    """
    return [_one(entry, learnt, footage, out, runs, cache, seed, progress) for entry in entries]


def _one(
    entry: ModelEntry,
    learnt: Dataset,
    footage: Footage,
    out: Path,
    runs: Path,
    cache: Path,
    seed: int,
    progress: Progress,
) -> Said:
    folder = out / entry.name
    key = _key(entry, learnt, footage.dataset, seed)
    stored = _stored(folder, key)
    if stored is not None:
        return Said(entry, read_predictions(folder), facts=stored)
    (folder / "run.json").unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()

    def tell(what: str, done: int, total: int) -> None:
        progress(f"{entry.name}: {what}", done, total)

    try:
        model = entry.load()()
        context = FitContext(
            seed=seed,
            work_dir=folder,
            cache_dir=cache,
            runs_dir=runs,
            options=entry.options,
            progress=tell,
        )
        tell("learning", 0, 1)
        model.fit(training_view(learnt), context)
        tell("spotting", 0, 1)
        films = blind_view(footage.dataset, TEST_SPLIT)
        # As across datasets (`benchmarks.job`): a model whose options say so may look at unlabelled films.
        adapted = model.adapt(films, TEST_SPLIT)
        said = model.predict(films, TEST_SPLIT)
    except KeyboardInterrupt:
        raise
    except Exception as error:  # noqa: BLE001 - any failure of a model is a row, not a crash
        text = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if not isinstance(error, WdmdError):
            (folder / "log.txt").write_text(traceback.format_exc(), "utf-8")
            text = f"{type(error).__name__}: {text}"
        return Said(entry, None, text)
    write_predictions(folder, said)
    facts = {
        **model.describe(),
        "adaptation": adapted or None,
        "seconds": round(time.perf_counter() - begin, 1),
    }
    facts = json.loads(json.dumps(facts, default=str))
    write_json(folder / "run.json", {"key": key, "facts": facts})
    return Said(entry, read_predictions(folder), facts=facts)


def _key(entry: ModelEntry, learnt: Dataset, target: Dataset, seed: int) -> str:
    parts = [
        entry.name,
        entry.code_digest(),
        json.dumps(dict(entry.options), sort_keys=True, default=str),
        learnt.data_hash,
        target.data_hash,
        str(seed),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stored(folder: Path, key: str) -> dict[str, Any] | None:
    try:
        stored = json.loads((folder / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    same = isinstance(stored, dict) and stored.get("key") == key
    return dict(stored.get("facts", {})) if same else None
