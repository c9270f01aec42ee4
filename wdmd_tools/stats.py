"""What a dataset holds: micro-expressions (MEs) by state, their durations, and counts of everything.

States and durations are of *consensus* MEs, as in the paper's figures 1 and 2, but counted rather than
estimated by eye. Durations are as annotated, in milliseconds. The seven bins include their upper limit, so
the last is exactly the paper's "> 3 s" and an ME of 500 ms is in the first.

    0     0.5     1     1.5     2     2.5     3
    (------](-----](-----](-----](-----](-----](---- >
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.manifest import Dataset

STATISTICS_VERSION = "1.0.0"
"""Version of the JSON form."""

DURATION_EDGES_MS = (500, 1000, 1500, 2000, 2500, 3000)
DURATION_BIN_LABELS = ("0-0.5", "0.5-1", "1-1.5", "1.5-2", "2-2.5", "2.5-3", ">3")
SHORT_BIN_MS = 25
"""Width of the finer bins below half a second."""

_AU = re.compile(r"(?<![0-9])([0-9]{1,2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a whole.

    Args:
        count: How many.
        share: In [0, 1]; `None` when the whole is empty.
    """

    count: int
    share: float | None


@dataclass(frozen=True)
class Durations:
    """Durations of consensus MEs.

    Args:
        bins: Counts in the seven bins of `DURATION_BIN_LABELS`.
        short_bins: Counts in steps of `SHORT_BIN_MS` up to 500 ms, upper limits included.
        min_ms: Shortest, `None` without an ME, as all below.
        quartile1_ms: A quarter is not longer.
        median_ms: The median.
        quartile3_ms: Three quarters are not longer.
        max_ms: Longest.
        mean_ms: The mean.
    """

    bins: tuple[int, ...]
    short_bins: tuple[int, ...]
    min_ms: float | None
    quartile1_ms: float | None
    median_ms: float | None
    quartile3_ms: float | None
    max_ms: float | None
    mean_ms: float | None


@dataclass(frozen=True)
class DatasetStatistics:
    """Everything `wdmd stats` prints.

    Args:
        dataset: Its name.
        data_hash: Of its tables.
        counts: recordings, subjects, annotators, clips, clips_with_me, frames, minutes, me.
        me_states: ``speaking``, ``listening`` (silent included) and ``unknown`` to their share of MEs.
        durations: Of consensus MEs.
        subjects: Per subject: clips, frames, minutes, me, me_speaking, me_listening, me_per_minute.
        recordings: The same per recording.
        splits: The same per split; empty without splits.
        annotators: Per annotator, consensus included: me, me_median_ms, state_frames.
        emotions: Emotion to annotator (or consensus) to how many segments have it.
        action_units: Action unit to annotator (or consensus) to how many segments name it.
    """

    dataset: str
    data_hash: str
    counts: dict[str, float]
    me_states: dict[str, Share]
    durations: Durations
    subjects: dict[str, dict[str, Any]]
    recordings: dict[str, dict[str, Any]]
    splits: dict[str, dict[str, Any]]
    annotators: dict[str, dict[str, Any]]
    emotions: dict[str, dict[str, int]]
    action_units: dict[str, dict[str, int]]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without NaN, with the names of the bins."""
        return {
            "version": STATISTICS_VERSION,
            **asdict(self),
            "duration_bin_labels_s": list(DURATION_BIN_LABELS),
            "short_bin_ms": SHORT_BIN_MS,
        }


def dataset_statistics(dataset: Dataset) -> DatasetStatistics:
    """Count what a dataset holds.

    Args:
        dataset: An open dataset.
    """
    clips = dataset.clips.select(
        [
            "clip_id",
            "recording_id",
            "subject_id",
            "split",
            "n_frames",
            "fps_num",
            "fps_den",
            "has_me",
        ]
    ).to_pylist()
    rows = dataset.segments.to_pylist()
    mes = [row for row in rows if row["kind"] == "me" and row["annotator"] == CONSENSUS]
    states = Counter(_state(row["state"]) for row in mes)
    minutes = sum(_minutes(clip) for clip in clips)
    names = sorted({row["annotator"] for row in rows})
    return DatasetStatistics(
        dataset=dataset.name,
        data_hash=dataset.data_hash,
        counts={
            "recordings": len({clip["recording_id"] for clip in clips}),
            "subjects": len({clip["subject_id"] for clip in clips}),
            "annotators": len([name for name in names if name != CONSENSUS]),
            "clips": len(clips),
            "clips_with_me": sum(clip["has_me"] for clip in clips),
            "frames": sum(clip["n_frames"] for clip in clips),
            "minutes": round(minutes, 3),
            "me": len(mes),
        },
        me_states={
            name: Share(states[name], states[name] / len(mes) if mes else None)
            for name in ("speaking", "listening", "unknown")
        },
        durations=durations_of([row["offset_ms"] - row["onset_ms"] for row in mes]),
        subjects=_group(clips, mes, "subject_id"),
        recordings=_group(clips, mes, "recording_id"),
        splits=_group([clip for clip in clips if clip["split"]], mes, "split"),
        annotators={name: _annotator(rows, name) for name in names},
        emotions=_label_counts(rows, "emotion", lambda label: [label.strip() or "(empty)"]),
        action_units=_label_counts(rows, "au", action_units),
    )


def durations_of(durations_ms: Sequence[int]) -> Durations:
    """Bins and order statistics of durations.

    Args:
        durations_ms: Positive whole milliseconds.
    """
    values = np.asarray(durations_ms, dtype=np.int64)
    bins = np.bincount(
        np.searchsorted(DURATION_EDGES_MS, values, side="left"), minlength=len(DURATION_BIN_LABELS)
    )
    short_edges = np.arange(SHORT_BIN_MS, DURATION_EDGES_MS[0] + 1, SHORT_BIN_MS)
    short = np.bincount(
        np.searchsorted(short_edges, values, side="left"), minlength=len(short_edges)
    )[: len(short_edges)]
    marks: list[float | None] = [None] * 6
    if len(values):
        quantiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
        marks = [*quantiles, float(values.mean())]
    return Durations(tuple(bins.tolist()), tuple(short.tolist()), *marks)


def action_units(label: str) -> list[str]:
    """The action units that a label names, once each.

    Args:
        label: As annotators write them: ``"AU4"``, ``"4+7"``, ``"AU1+AU2"``, ``"L12B"``, ``"au 6, au12"``.

    Returns:
        ``"AU4"`` and so on, by number; the label itself when it names none.

    Example:
        >>> action_units("L12B + au6")
        ['AU6', 'AU12']
    """
    numbers = sorted({int(found) for found in _AU.findall(label)})
    return [f"AU{number}" for number in numbers] or [label.strip() or "(empty)"]


def _state(value: str | None) -> str:
    lowered = (value or "").casefold()
    # The paper has two classes: speaking, and listening or silent.
    return {"speaking": "speaking", "listening": "listening", "silent": "listening"}.get(
        lowered, "unknown"
    )


def _minutes(clip: Mapping[str, Any]) -> float:
    return float(clip["n_frames"] * clip["fps_den"] / clip["fps_num"] / 60)


def _group(
    clips: Sequence[Mapping[str, Any]], mes: Sequence[Mapping[str, Any]], key: str
) -> dict[str, dict[str, Any]]:
    """Counts of clips and MEs for each value of a column of the clips table."""
    of_clip = {clip["clip_id"]: clip[key] for clip in clips}
    result: dict[str, dict[str, Any]] = {}
    for clip in clips:
        row = result.setdefault(
            clip[key],
            {"clips": 0, "frames": 0, "minutes": 0.0, "me": 0, "me_speaking": 0, "me_listening": 0},
        )
        row["clips"] += 1
        row["frames"] += clip["n_frames"]
        row["minutes"] += _minutes(clip)
    for me in mes:
        name = of_clip.get(me["clip_id"])
        if name is None:
            continue
        result[name]["me"] += 1
        state = _state(me["state"])
        if state != "unknown":
            result[name][f"me_{state}"] += 1
    for row in result.values():
        row["me_per_minute"] = round(row["me"] / row["minutes"], 4) if row["minutes"] else None
        row["minutes"] = round(row["minutes"], 3)
    return dict(sorted(result.items()))


def _annotator(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    own = [row for row in rows if row["annotator"] == name]
    lengths = [row["offset_ms"] - row["onset_ms"] for row in own if row["kind"] == "me"]
    frames = [row["offset_frame"] - row["onset_frame"] + 1 for row in own if row["kind"] == "state"]
    return {
        "me": len(lengths),
        "me_median_ms": float(np.median(lengths)) if lengths else None,
        "state_frames": sum(frames),
    }


def _label_counts(
    rows: Iterable[Mapping[str, Any]], kind: str, split: Any
) -> dict[str, dict[str, int]]:
    """Label to annotator to number of segments, most frequent label first."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        if row["kind"] == kind:
            for label in split(row["label"] or ""):
                counts.setdefault(label, Counter())[row["annotator"]] += 1
    order = sorted(counts, key=lambda label: (-sum(counts[label].values()), label))
    return {label: dict(sorted(counts[label].items())) for label in order}
