"""Rows of the two tables of the first page: films, and clips."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.report.model import ClipView, RecordingLine


@dataclass(frozen=True, slots=True)
class ClipEntry:
    """One clip as the first page's script reads it; the order of fields is the order in the page.

    Args:
        clip_id: Its id.
        href: Link to its place on a film's page.
        recording: The film.
        subject: The person.
        split: train, val, test or empty.
        state: speaking, listening, mixed or unknown.
        me: Consensus micro-expressions.
        seconds: Length.
        coverage: Percent of frames with a face.
        yaw: Largest absolute yaw, degrees, or `None`.
        jitter: Motion that alignment left, crop px, or `None`.
        flags: Quality codes.
    """

    clip_id: str
    href: str
    recording: str
    subject: str
    split: str
    state: str
    me: int
    seconds: float
    coverage: float
    yaw: float | None
    jitter: float | None
    flags: tuple[str, ...]


def clip_entry(clip: ClipView, page: str) -> ClipEntry:
    """A clip's row.

    Args:
        clip: The clip.
        page: File name of its page in ``recordings``.
    """
    return ClipEntry(
        clip_id=clip.clip_id,
        href=f"recordings/{page}#{clip.anchor}",
        recording=clip.recording_id,
        subject=clip.subject_id,
        split=clip.split,
        state=clip.state,
        me=clip.n_me,
        seconds=round(clip.seconds, 3),
        coverage=round(100 * clip.coverage, 2),
        yaw=None if clip.yaw_max_deg is None else round(clip.yaw_max_deg, 2),
        jitter=None if clip.jitter_px is None else round(clip.jitter_px, 4),
        flags=clip.flags,
    )


def me_per_clip(segments: pa.Table) -> Counter[str]:
    """Consensus micro-expressions of every clip that has one.

    Args:
        segments: The segments table.
    """
    is_me = pc.equal(segments["kind"].cast(pa.string()), "me")
    agreed = pc.equal(segments["annotator"].cast(pa.string()), CONSENSUS)
    return Counter(segments.filter(pc.and_(is_me, agreed))["clip_id"].to_pylist())


def recording_line(
    clips: Sequence[Mapping[str, Any]], page: str, mes: Mapping[str, int]
) -> RecordingLine:
    """A film's row.

    Args:
        clips: Its rows of the clips table, at least one.
        page: File name of its first page.
        mes: Micro-expressions per clip.
    """
    sizes = sorted({f"{c['width']}×{c['height']}" for c in clips})
    rates = sorted({c["fps_num"] / c["fps_den"] for c in clips})
    return RecordingLine(
        recording_id=clips[0]["recording_id"],
        page=page,
        subjects=", ".join(sorted({c["subject_id"] for c in clips})),
        source_video=", ".join(sorted({c["source_video"] for c in clips})),
        size=", ".join(sizes),
        fps=", ".join(f"{rate:.5g}" for rate in rates),
        clips=len(clips),
        me=sum(mes.get(c["clip_id"], 0) for c in clips),
        minutes=sum(c["end_ms"] - c["start_ms"] for c in clips) / 60_000,
        flagged=sum(bool(c["flags"]) for c in clips),
    )
