"""One clip's annotations and all models' predictions to a `ClipCase`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.report.clips.model import ClipCase, ModelLane, Reference, Spotted, Strip
from benchmarks.scoring import IOU_RULE, IOU_THRESHOLD
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.metrics.dialogue import majority_state
from wdmd_tools.metrics.error_types import FLOOR, prediction_kinds, reference_kinds
from wdmd_tools.predictions import ClipPrediction
from wdmd_tools.report.clip_view import CHANGE_GAIN
from wdmd_tools.report.model import Bar, Cell, SheetRow
from wdmd_tools.report.text import clock, file_stem
from wdmd_tools.report.timeline import curve, runs, time_ticks

MOST_ALARMS = 6
"""False alarms of one clip that are pictured, those of most models first."""


def clip_case(
    dataset: Dataset,
    row: Mapping[str, Any],
    said: Sequence[tuple[str, str, float | None, ClipPrediction]],
) -> ClipCase:
    """Gather one clip.

    Args:
        dataset: Its dataset.
        row: The clip's row of the clips table.
        said: Of each model its name, display name, threshold and prediction.
    """
    clip_id, n_frames = row["clip_id"], row["n_frames"]
    fps = row["fps_num"] / row["fps_den"]
    truth = dataset.reference_intervals(clip_id)
    speaking = dataset.speaking_by_frame(clip_id)
    references = tuple(
        Reference(one.start_ms, one.end_ms, _ms(one, fps), majority_state(one, speaking))
        for one in truth
    )
    lanes = tuple(_lane(*one, truth, speaking, fps) for one in said)
    alarms = _alarms(lanes)
    strips = [_reference_strip(dataset, clip_id, k, one) for k, one in enumerate(references, 1)]
    strips += [_alarm_strip(spotted, names) for spotted, names in alarms[:MOST_ALARMS]]
    states = dataset.clip_frames(clip_id)["state"].to_pylist()
    return ClipCase(
        clip_id=clip_id,
        anchor=f"clip-{file_stem(clip_id)}",
        recording_id=row["recording_id"],
        subject_id=row["subject_id"],
        split=row["split"] or "",
        state=row["state"],
        n_frames=n_frames,
        fps=fps,
        seconds=n_frames / fps,
        span=f"{clock(row['start_ms'])} to {clock(row['end_ms'])}",
        crop_path=row["crop_path"],
        crop_sha256=row["crop_sha256"],
        references=references,
        states=tuple(
            Bar(start, end, state, f"{state}, frames {start}–{end - 1}")
            for start, end, state in runs(states)
            if state is not None
        ),
        lanes=lanes,
        strips=tuple(strips),
        unpictured=max(0, len(alarms) - MOST_ALARMS),
        ticks=time_ticks(row["start_ms"], row["end_ms"]),
    )


def _ms(one: Interval, fps: float) -> int:
    """The duration of an interval of frames."""
    return round(1000 * (one.end_ms - one.start_ms) / fps)


def _lane(
    model: str,
    display: str,
    threshold: float | None,
    said: ClipPrediction,
    truth: Sequence[Interval],
    speaking: npt.NDArray[np.int8],
    fps: float,
) -> ModelLane:
    segments = sorted(said.segments, key=lambda s: (s.interval.start_ms, s.interval.end_ms))
    intervals = [one.interval for one in segments]
    kinds = prediction_kinds(intervals, truth, IOU_THRESHOLD, IOU_RULE)
    scores = said.frame_scores
    return ModelLane(
        model=model,
        display=display,
        curve="" if scores is None else curve(np.asarray(scores, np.float64), 0.0, 1.0),
        threshold=threshold,
        spotted=tuple(
            Spotted(
                one.interval.start_ms,
                one.interval.end_ms,
                _ms(one.interval, fps),
                one.score,
                kind,
                majority_state(one.interval, speaking),
            )
            for one, kind in zip(segments, kinds, strict=True)
        ),
        fates=tuple(reference_kinds(intervals, truth, IOU_THRESHOLD, IOU_RULE)),
        p_me=said.p_me,
    )


def _alarms(lanes: Sequence[ModelLane]) -> list[tuple[Spotted, list[str]]]:
    """False alarms of all models, those about the same frames together; of most models first.

    A chain of overlaps is not followed: each alarm joins the first earlier one that it overlaps by the
    floor of the error types.
    """
    groups: list[tuple[Spotted, list[str]]] = []
    every = [(s, lane.display) for lane in lanes for s in lane.spotted if s.kind == "background"]
    for spotted, name in sorted(every, key=lambda one: (one[0].start, one[0].end)):
        mine = Interval(spotted.start, spotted.end)
        for other, names in groups:
            if mine.iou(Interval(other.start, other.end)) >= FLOOR:
                if name not in names:
                    names.append(name)
                break
        else:
            groups.append((spotted, [name]))
    return sorted(groups, key=lambda one: (-len(one[1]), one[0].start))


def _reference_strip(dataset: Dataset, clip_id: str, number: int, one: Reference) -> Strip:
    row = dataset.clip_segments(clip_id)[number - 1]
    apex = row["apex_frame"]
    middle = (one.start + one.end - 1) // 2
    cells = (
        _cell("onset", one.start),
        _cell("middle", middle) if apex is None else _cell("apex", apex),
        _cell("offset", one.end - 1),
        Cell(f"change ×{CHANGE_GAIN}", None, ""),
    )
    title = f"ME {number} · frames {one.start}–{one.end - 1} · {one.ms} ms · {one.state}"
    return Strip(SheetRow(title, cells), "consensus")


def _alarm_strip(one: Spotted, names: Sequence[str]) -> Strip:
    cells = (
        _cell("start", one.start),
        _cell("middle", (one.start + one.end - 1) // 2),
        _cell("end", one.end - 1),
        Cell(f"change ×{CHANGE_GAIN}", None, ""),
    )
    title = (
        f"False alarm · frames {one.start}–{one.end - 1} · {one.ms} ms · {one.state} · "
        + ", ".join(names)
    )
    return Strip(SheetRow(title, cells), "missing")


def _cell(label: str, frame: int) -> Cell:
    return Cell(label, frame, f"frame {frame}")
