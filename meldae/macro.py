"""Macro-expressions beside micro-expressions: a second locator with a decoding of its own.

Expressions of half a second and more. The clip decisions stay about micro-expressions, and so does the
choice of the epoch.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from meldae.decode import Decoding, ScoredClip, choose_decoding
from meldae.inference import RawScores
from meldae.settings import DecodingConfig
from meldae.targets import macro_intervals
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts
from wdmd_tools.predictions import ClipPrediction

OPTIONS = DecodingConfig(
    smooth_ms=(0.0, 200.0),
    low_shares=(1.0, 0.7, 0.4),
    min_ms=(300.0, 500.0),
    max_ms=(4000.0, 8000.0),
    merge_ms=(0.0, 200.0),
)
"""What is tried; macro-expressions last from 0.5 to 4 s (MEGC), annotated ones now and then longer."""

UNCHOSEN = Decoding(min_ms=500.0, max_ms=4000.0)
"""Where the validation split has none."""


def check_macro(dataset: Dataset, clips: Sequence[Clip]) -> None:
    """Refuse to learn macro-expressions where there are none.

    Args:
        dataset: With labels.
        clips: Of the training split.

    Raises:
        ConfigError: None of them holds one.
    """
    if not any(macro_intervals(dataset, clip.clip_id) for clip in clips):
        raise ConfigError(
            f"{dataset.root}: no macro-expression (segments of kind macro) in the training split; leave "
            "model.macro=false"
        )


def choose_macro(
    dataset: Dataset, clips: Sequence[Clip], scores: Mapping[str, RawScores]
) -> Decoding | None:
    """The decoding of macro-expressions, chosen on the validation split as that of MEs is.

    Args:
        dataset: The truth.
        clips: Validation clips.
        scores: Of every clip.

    Returns:
        `None` for a model without a locator of macro-expressions.
    """
    ready: dict[str, ScoredClip] = {}
    for clip in clips:
        found = scores[clip.clip_id].macro_scores
        if found is None:
            return None
        ready[clip.clip_id] = ScoredClip(
            found,
            macro_intervals(dataset, clip.clip_id),
            dataset.speaking_by_frame(clip.clip_id),
            clip.fps,
        )
    if not any(one.references for one in ready.values()):
        return UNCHOSEN
    return choose_decoding(ready, OPTIONS)[0]


def evaluate_macro(
    dataset: Dataset, clips: Sequence[Clip], predictions: Sequence[ClipPrediction]
) -> dict[str, Any]:
    """F1 and counts of spotted macro-expressions, JSON values, null where undefined.

    Args:
        dataset: The truth.
        clips: Which clips.
        predictions: At most one per clip.
    """
    by_id = {one.clip_id: one for one in predictions}
    counts = DialogueCounts()
    for clip in clips:
        one = by_id.get(clip.clip_id)
        spans = [segment.interval for segment in one.segments if segment.is_macro] if one else []
        counts = counts + dialogue_counts(
            spans,
            macro_intervals(dataset, clip.clip_id),
            dataset.speaking_by_frame(clip.clip_id),
        )
    total = counts.total
    return {
        "f1_macro": total.f1,
        "macro_tp": total.tp,
        "macro_fp": total.fp,
        "macro_fn": total.fn,
    }
