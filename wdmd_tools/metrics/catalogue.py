"""All metrics of spotting and recognition in one table: what each is called, means and needs.

Docs, reports and the benchmark take names and directions from here, so that nobody has to guess whether
more is better. Every entry has a card under ``docs/metrics/``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wdmd_tools.errors import UnknownNameError


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    ZERO = "zero"
    """Nearer to zero: a signed bias."""


class Need(StrEnum):
    """What must be known of predictions and data, beside the reference intervals."""

    SEGMENTS = "segments"
    SCORES = "segment scores"
    STATES = "speaking states"
    CLIP_ME = "p_me"
    CLIP_STATE = "p_state"
    EMOTIONS = "emotions"
    MACRO = "macro-expressions"
    RATE = "frame rate"


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """One metric.

    Args:
        name: As in results, tables and files.
        summary: One line.
        direction: Which way is better.
        needs: What it is computed from.
        module: Where it is defined.
        card: Page under ``docs/metrics/``.
        unit: Empty for shares in [0, 1].
    """

    name: str
    summary: str
    direction: Direction
    needs: tuple[Need, ...]
    module: str
    card: str
    unit: str = ""

    @property
    def undefined(self) -> str:
        """Why there is no number when there is none."""
        return _UNDEFINED.get(self.name) or _UNDEFINED_ON[self.card]


_UNDEFINED = {
    "precision": "nothing was predicted",
    "recall": "no reference",
    "f1_speaking": "neither a reference nor a prediction while speaking",
    "f1_listening": "neither a reference nor a prediction while listening",
    "f1_dr": "speaking or listening has neither a reference nor a prediction",
    "share_near": "no reference",
    "share_missed": "no reference",
    "acc_me": "not every clip has a p_me",
    "acc_state": "not every clip with a state has a p_state",
    "balanced_acc_me": "not every clip has a p_me, or all or none hold an ME",
    "auroc_me": "not every clip has a p_me, or all or none hold an ME",
    "balanced_acc_state": "not every clip with a state has a p_state, or all or none speak",
    "auroc_state": "not every clip with a state has a p_state, or all or none speak",
    "f1_macro_expression": "no macro-expression was annotated, or none was spotted",
    "f1_overall": "no macro-expression was annotated, or none was spotted",
    "uf1": "nothing was recognised, or a class is neither true nor said",
    "uar": "nothing was recognised, or a class never occurs",
    "acc_emotion": "nothing was recognised, or there is no sample",
    "f1_analysis": "no emotion is said of what was spotted, or no reference is of the classes",
    "strs": "no emotion is said of what was spotted, or no reference is of the classes",
}
"""By name, where the card has several reasons."""

_UNDEFINED_ON = {
    "spotting": "neither a reference nor a prediction",
    "megc": "neither a reference nor a prediction",
    "detection": "no reference",
    "boundary-error": "no reference was found",
    "error-types": "nothing was predicted",
}
"""By card."""

_M = "wdmd_tools.metrics"
_SEGMENTS = (Need.SEGMENTS,)
_STATES = (Need.SEGMENTS, Need.STATES)
_RANKED = (Need.SEGMENTS, Need.SCORES)
_TIMED = (Need.SEGMENTS, Need.RATE)
_JOINT = (Need.SEGMENTS, Need.EMOTIONS)
_UP, _DOWN, _ZERO = Direction.HIGHER, Direction.LOWER, Direction.ZERO

CATALOGUE: tuple[MetricEntry, ...] = (
    MetricEntry("f1", "F1 of spotted MEs, IoU > 0.5", _UP, _SEGMENTS, f"{_M}.events", "spotting"),
    MetricEntry(
        "precision",
        "Share of predictions that are right",
        _UP,
        _SEGMENTS,
        f"{_M}.events",
        "spotting",
    ),
    MetricEntry(
        "recall", "Share of references that are found", _UP, _SEGMENTS, f"{_M}.events", "spotting"
    ),
    MetricEntry(
        "f1_speaking", "F1 while the subject speaks", _UP, _STATES, f"{_M}.dialogue", "spotting"
    ),
    MetricEntry(
        "f1_listening", "F1 while the subject listens", _UP, _STATES, f"{_M}.dialogue", "spotting"
    ),
    MetricEntry(
        "f1_dr", "Harmonic mean of the two states' F1", _UP, _STATES, f"{_M}.dialogue", "spotting"
    ),
    MetricEntry(
        "f1_megc", "F1 by the rule of MEGC, IoU >= 0.5", _UP, _SEGMENTS, f"{_M}.megc", "megc"
    ),
    MetricEntry(
        "f1_macro_expression",
        "F1 of spotted macro-expressions by the rule of MEGC",
        _UP,
        (Need.SEGMENTS, Need.MACRO),
        f"{_M}.megc",
        "megc",
    ),
    MetricEntry(
        "f1_overall",
        "F1 by the rule of MEGC, micro- and macro-expressions pooled",
        _UP,
        (Need.SEGMENTS, Need.MACRO),
        f"{_M}.megc",
        "megc",
    ),
    MetricEntry("map", "Mean AP at tIoU 0.1:0.1:0.7", _UP, _RANKED, f"{_M}.detection", "detection"),
    MetricEntry(
        "ar_at_1",
        "Mean recall of each clip's best guess",
        _UP,
        _RANKED,
        f"{_M}.detection",
        "detection",
    ),
    MetricEntry(
        "ar_at_5",
        "Mean recall of each clip's five best",
        _UP,
        _RANKED,
        f"{_M}.detection",
        "detection",
    ),
    *(
        MetricEntry(
            f"{edge}_{kind}_{unit}",
            f"{text} {edge} error of found MEs",
            direction,
            _TIMED if unit == "ms" else _SEGMENTS,
            f"{_M}.boundaries",
            "boundary-error",
            unit,
        )
        for unit in ("frames", "ms")
        for edge in ("onset", "offset")
        for kind, text, direction in (
            ("bias", "Mean signed", _ZERO),
            ("mae", "Mean absolute", _DOWN),
        )
    ),
    *(
        MetricEntry(f"share_{kind}", text, _DOWN, _SEGMENTS, f"{_M}.error_types", "error-types")
        for kind, text in (
            ("duplicate", "Share of predictions that repeat a hit"),
            ("short", "Share of predictions inside a reference, too short"),
            ("long", "Share of predictions around a reference, too long"),
            ("shifted", "Share of predictions off to one side"),
            ("background", "Share of predictions where no ME is"),
            ("near", "Share of references touched but not matched"),
            ("missed", "Share of references that nothing touches"),
        )
    ),
    MetricEntry(
        "acc_me", "Accuracy of 'holds an ME' at 0.5", _UP, (Need.CLIP_ME,), f"{_M}.clips", "clips"
    ),
    MetricEntry(
        "balanced_acc_me", "Mean of the two recalls", _UP, (Need.CLIP_ME,), f"{_M}.clips", "clips"
    ),
    MetricEntry(
        "auroc_me", "Area under the ROC curve", _UP, (Need.CLIP_ME,), f"{_M}.clips", "clips"
    ),
    MetricEntry(
        "acc_state", "Accuracy of 'speaks' at 0.5", _UP, (Need.CLIP_STATE,), f"{_M}.clips", "clips"
    ),
    MetricEntry(
        "balanced_acc_state",
        "Mean of the two recalls",
        _UP,
        (Need.CLIP_STATE,),
        f"{_M}.clips",
        "clips",
    ),
    MetricEntry(
        "auroc_state", "Area under the ROC curve", _UP, (Need.CLIP_STATE,), f"{_M}.clips", "clips"
    ),
    MetricEntry(
        "uf1", "Mean of the classes' F1", _UP, (Need.EMOTIONS,), f"{_M}.recognition", "recognition"
    ),
    MetricEntry(
        "uar",
        "Mean of the classes' recall",
        _UP,
        (Need.EMOTIONS,),
        f"{_M}.recognition",
        "recognition",
    ),
    MetricEntry(
        "acc_emotion",
        "Share of emotions that are right",
        _UP,
        (Need.EMOTIONS,),
        f"{_M}.recognition",
        "recognition",
    ),
    MetricEntry(
        "f1_analysis", "F1 of emotions over spotted MEs", _UP, _JOINT, f"{_M}.strs", "strs"
    ),
    MetricEntry("strs", "F1 of spotting x F1 of analysis", _UP, _JOINT, f"{_M}.strs", "strs"),
)
"""Every metric, in order of tables."""


def metric(name: str) -> MetricEntry:
    """The entry of a name.

    Raises:
        UnknownNameError: There is none; the message names the nearest.
    """
    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    raise UnknownNameError("metric", name, [entry.name for entry in CATALOGUE])


def markdown_table(entries: Sequence[MetricEntry] = CATALOGUE) -> str:
    """The catalogue as a table for the docs, names linked to their cards."""
    lines = ["| metric | what it is | better | needs |", "| --- | --- | --- | --- |"]
    for entry in entries:
        summary = f"{entry.summary}, {entry.unit}" if entry.unit else entry.summary
        needs = ", ".join(entry.needs)
        lines.append(
            f"| [`{entry.name}`]({entry.card}.md) | {summary} | {entry.direction} | {needs} |"
        )
    return "\n".join(lines) + "\n"
