"""One clip's rows of the tables to what the page shows of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.report.model import Bar, Cell, ClipView, Lane, Line, SegmentLine, SheetRow
from wdmd_tools.report.text import clock, file_stem, natural, percent
from wdmd_tools.report.timeline import curve, motion, runs, time_ticks

CHANGE_GAIN = 6
"""How much the difference apex - onset is magnified in its picture."""

_STATES = ("speaking", "listening", "silent")
_LEAST_POSE_DEG = 15.0
_LEAST_MOTION_PX = 0.5


def clip_view(
    clip: Mapping[str, Any], segments: Sequence[Mapping[str, Any]], frames: pa.Table
) -> ClipView:
    """Gather one clip.

    Args:
        clip: Its row of the clips table.
        segments: Its rows of the segments table.
        frames: Its rows of the frames table, by frame.
    """
    n_frames = clip["n_frames"]
    fps = clip["fps_num"] / clip["fps_den"]
    mes = sorted(
        (s for s in segments if s["kind"] == "me" and s["annotator"] == CONSENSUS),
        key=lambda s: (s["onset_frame"], s["offset_frame"]),
    )
    times = _Times(clip, frames)
    return ClipView(
        clip_id=clip["clip_id"],
        anchor=f"clip-{file_stem(clip['clip_id'])}",
        recording_id=clip["recording_id"],
        subject_id=clip["subject_id"],
        split=clip["split"] or "",
        state=clip["state"],
        n_me=len(mes),
        n_frames=n_frames,
        fps=fps,
        seconds=(clip["end_ms"] - clip["start_ms"]) / 1000,
        span=f"{clock(clip['start_ms'])} to {clock(clip['end_ms'])}",
        coverage=clip["face_coverage"],
        yaw_max_deg=clip["yaw_max_deg"],
        jitter_px=clip["jitter_px"],
        flags=tuple(clip["flags"]),
        crop_path=clip["crop_path"],
        crop_sha256=clip["crop_sha256"],
        lanes=_lanes(segments, frames),
        ticks=time_ticks(clip["start_ms"], clip["end_ms"]),
        summary=_summary(clip, mes, segments),
        rows=_sheet(mes, segments, n_frames, times),
        segments=tuple(_segment_line(row) for row in sorted(segments, key=_reading_order)),
    )


class _Times:
    """ELAN time of a frame: measured where the frames table has it, else from the rate."""

    def __init__(self, clip: Mapping[str, Any], frames: pa.Table) -> None:
        self._start, self._fps = clip["start_ms"], clip["fps_num"] / clip["fps_den"]
        self._ms = {
            index: pts // 1000 - clip["time_origin_ms"]
            for index, pts in zip(
                frames["frame_index"].to_pylist(), frames["pts_us"].to_pylist(), strict=True
            )
        }

    def of(self, frame: int) -> str:
        return clock(self._ms.get(frame, self._start + 1000 * frame / self._fps))


def _sheet(
    mes: Sequence[Mapping[str, Any]],
    segments: Sequence[Mapping[str, Any]],
    n_frames: int,
    times: _Times,
) -> tuple[SheetRow, ...]:
    def cell(label: str, frame: int) -> Cell:
        # A table may say more than a film holds; the picture nearest to it is shown.
        frame = min(max(frame, 0), n_frames - 1)
        return Cell(label, frame, times.of(frame))

    if n_frames <= 0:
        return ()
    if not mes:
        ends = (cell("first", 0), cell("middle", n_frames // 2), cell("last", n_frames - 1))
        return (SheetRow("No micro-expression (ME)", ends),)
    rows = []
    for number, me in enumerate(mes, start=1):
        onset, apex, offset = me["onset_frame"], me["apex_frame"], me["offset_frame"]
        peak = "apex" if apex is not None else "middle"
        cells = (
            cell("onset", onset),
            cell("middle (no apex)", (onset + offset) // 2) if apex is None else cell("apex", apex),
            cell("offset", offset),
            Cell(f"change ×{CHANGE_GAIN}", None, f"{peak} − onset"),
        )
        rows.append(SheetRow(_me_title(number, me, segments), cells))
    return tuple(rows)


def _me_title(number: int, me: Mapping[str, Any], segments: Sequence[Mapping[str, Any]]) -> str:
    words = [
        f"ME {number}",
        f"frames {me['onset_frame']}–{me['offset_frame']}",
        f"{me['offset_ms'] - me['onset_ms']} ms",
        me["state"],
    ]
    label = (me["label"] or "").strip()
    if label.lower() not in ("", "me"):
        words.append(label)
    # Emotions and action units are each annotator's own; all that were said are shown.
    for kind, prefix in (("emotion", ""), ("au", "AU ")):
        said = {
            (row["label"] or "").strip()
            for row in segments
            if row["kind"] == kind
            and row["onset_frame"] <= me["offset_frame"]
            and row["offset_frame"] >= me["onset_frame"]
        } - {""}
        if said:
            bare = all(value[0].isdigit() for value in said)
            words.append((prefix if bare else "") + ", ".join(natural(said)))
    return " · ".join(words)


def _lanes(segments: Sequence[Mapping[str, Any]], frames: pa.Table) -> tuple[Lane, ...]:
    # Whoever marked a state but no ME still gets a lane: an empty one is an answer.
    annotators = natural({s["annotator"] for s in segments} - {CONSENSUS})
    lanes = [Lane("consensus", "ME", bars=_me_bars(segments, CONSENSUS, "consensus"))]
    lanes += [Lane(name, "ME", bars=_me_bars(segments, name, "me")) for name in annotators]
    macro = _me_bars(segments, CONSENSUS, "other", kind="macro")
    if macro:
        lanes.append(Lane("macro", bars=macro))
    lanes.append(Lane("state", bars=_state_bars(frames)))
    if frames.num_rows:
        lanes += [_missing_lane(frames), _pose_lane(frames), _motion_lane(frames)]
    return tuple(lanes)


def _me_bars(
    segments: Sequence[Mapping[str, Any]], annotator: str, css: str, *, kind: str = "me"
) -> tuple[Bar, ...]:
    name = {"me": "ME"}.get(kind, kind)
    rows = [s for s in segments if s["kind"] == kind and s["annotator"] == annotator]
    return tuple(
        Bar(
            row["onset_frame"],
            row["offset_frame"] + 1,
            css,
            f"{annotator}: {name}, frames {row['onset_frame']}–{row['offset_frame']}, "
            f"{row['offset_ms'] - row['onset_ms']} ms",
        )
        for row in sorted(rows, key=lambda s: (s["onset_frame"], s["offset_frame"]))
    )


def _state_bars(frames: pa.Table) -> tuple[Bar, ...]:
    states = frames["state"].to_pylist()
    return tuple(
        Bar(
            start, end, state if state in _STATES else "other", f"{state}, frames {start}–{end - 1}"
        )
        for start, end, state in runs(states)
        if state is not None
    )


def _missing_lane(frames: pa.Table) -> Lane:
    gaps = [(a, b) for a, b, found in runs(frames["face_found"].to_pylist()) if not found]
    missing = sum(b - a for a, b in gaps)
    bars = tuple(Bar(a, b, "missing", f"no face, frames {a}–{b - 1}") for a, b in gaps)
    return Lane("no face", f"{missing} frames" if missing else "none", bars=bars)


def _pose_lane(frames: pa.Table) -> Lane:
    yaw, pitch = _floats(frames, "yaw"), _floats(frames, "pitch")
    both = np.abs(np.concatenate([yaw, pitch]))
    if not np.isfinite(both).any():
        return Lane("pose", "n/a (no face)")
    reach = max(_LEAST_POSE_DEG, float(np.ceil(np.nanmax(both) / 15) * 15))
    lines = (
        Line("yaw", "yaw", curve(yaw, -reach, reach)),
        Line("pitch", "pitch", curve(pitch, -reach, reach)),
    )
    return Lane("pose", f"±{reach:g}°", lines=lines)


def _motion_lane(frames: pa.Table) -> Lane:
    before, after = motion(_vectors(frames, "bbox", 4), _vectors(frames, "affine", 6))
    both = np.concatenate([before, after])
    if not np.isfinite(both).any():
        return Lane("motion", "n/a (no face)")
    top = max(_LEAST_MOTION_PX, float(np.nanmax(both)))
    lines = (
        Line("before", "in the film", curve(before, 0, top)),
        Line("after", "left in the crop", curve(after, 0, top)),
    )
    return Lane("motion", f"0–{top:.1f} px", lines=lines)


def _floats(frames: pa.Table, name: str) -> npt.NDArray[np.float64]:
    column = frames[name].cast(pa.float64()).combine_chunks()
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _vectors(frames: pa.Table, name: str, width: int) -> npt.NDArray[np.float64]:
    rows = frames[name].to_pylist()
    nothing = [np.nan] * width
    return np.array([row or nothing for row in rows], dtype=np.float64).reshape(-1, width)


def _reading_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["kind"] != "me", row["annotator"] != CONSENSUS, row["onset_ms"], row["annotator"])


def _segment_line(row: Mapping[str, Any]) -> SegmentLine:
    apex = "" if row["apex_frame"] is None else f", apex {row['apex_frame']}"
    source = " ".join(part for part in (row["tier"], row["source_annotation_id"]) if part)
    return SegmentLine(
        annotator=row["annotator"],
        kind=row["kind"],
        label=row["label"] or "",
        onset=clock(row["onset_ms"]),
        offset=clock(row["offset_ms"]),
        frames=f"{row['onset_frame']}–{row['offset_frame']}{apex}",
        duration_ms=row["offset_ms"] - row["onset_ms"],
        source=source,
    )


def _summary(
    clip: Mapping[str, Any],
    mes: Sequence[Mapping[str, Any]],
    segments: Sequence[Mapping[str, Any]],
) -> str:
    spans = ", ".join(f"{s['onset_frame']}–{s['offset_frame']}" for s in mes)
    said = {
        name: sum(s["kind"] == "me" and s["annotator"] == name for s in segments)
        for name in sorted({s["annotator"] for s in segments} - {CONSENSUS})
    }
    words = [
        f"Timeline of {clip['clip_id']}, {clip['n_frames']} frames",
        f"consensus MEs at frames {spans}" if mes else "no consensus ME",
        f"state {clip['state']}",
        f"face in {percent(clip['face_coverage'])} of frames",
    ]
    words += [f"{name} marked {count}" for name, count in said.items()]
    return "; ".join(words)
