"""The ranked list of a review: what to look at first."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wdmd_tools.errors import ConfigError
from wdmd_tools.export.cells import safe_cell
from wdmd_tools.spreadsheet_in import read_sheet

COLUMNS = (
    "rank",
    "eaf",
    "recording_id",
    "clip_id",
    "time",
    "onset_ms",
    "offset_ms",
    "onset_frame",
    "offset_frame",
    "score",
    "where",
    "iou_consensus",
    "decision",
)
"""``time`` is ELAN's display of onset_ms; ``decision`` is left to the reviewer."""


@dataclass(frozen=True)
class Finding:
    """A span to look at.

    Args:
        rank: 1 is the surest of the model's; `None` for what only the annotators saw.
        recording_id: Where.
        clip_id: Where.
        onset_ms: ELAN time (of the dataset's time line).
        offset_ms: ELAN time, exclusive.
        onset_frame: Clip-relative.
        offset_frame: Clip-relative, inclusive.
        score: Confidence, or `None` for what only the annotators saw.
        where: ``both`` (overlaps a consensus ME), ``only_model`` or ``only_humans``.
        iou: Largest temporal IoU with a consensus ME of the clip.
    """

    rank: int | None
    recording_id: str
    clip_id: str
    onset_ms: int
    offset_ms: int
    onset_frame: int
    offset_frame: int
    score: float | None
    where: str
    iou: float | None

    def ranked(self, rank: int) -> "Finding":
        """The same with a rank."""
        return replace(self, rank=rank)


def elan_time(time_ms: int) -> str:
    """As ELAN shows it.

    Example:
        >>> elan_time(3_723_004)
        '01:02:03.004'
    """
    sign, time = ("-", -time_ms) if time_ms < 0 else ("", time_ms)
    seconds, ms = divmod(time, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}.{ms:03d}"


Place = tuple[str, str, str]
"""Clip, onset frame and offset frame as written: what a decision is about."""


def read_decisions(path: Path) -> dict[Place, str]:
    """Decisions that a person wrote into an earlier list.

    Args:
        path: ``review.csv`` as a spreadsheet saved it; absent is fine.

    Raises:
        ConfigError: It lacks a column; it is some other table.
    """
    if not path.is_file():
        return {}
    sheet = read_sheet(path)
    missing = sorted({"clip_id", "onset_frame", "offset_frame", "decision"} - set(sheet.head))
    if missing:
        raise ConfigError(
            f"{path}: not a review list, lacks {', '.join(missing)}; choose another --out"
        )
    return {
        (row.get("clip_id", ""), row.get("onset_frame", ""), row.get("offset_frame", "")): said
        for _, row in sheet.rows
        if (said := row.get("decision", "").strip())
    }


def queue_bytes(
    findings: Sequence[Finding],
    files: Mapping[str, str],
    zeros: Mapping[str, int],
    decisions: Mapping[Place, str] | None = None,
) -> bytes:
    """The list as CSV for spreadsheets (UTF-8 with a byte order mark).

    Args:
        findings: In the order to be written.
        files: Recording to the name of its EAF.
        zeros: Recording to how far its EAF's time line was moved (`make_document`), ms, so that ``time``
            is what ELAN shows.
        decisions: From an earlier list (`read_decisions`); those about the same span stay.
    """
    kept = decisions or {}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in findings:
        writer.writerow(
            [
                "" if one.rank is None else one.rank,
                safe_cell(files[one.recording_id]),
                safe_cell(one.recording_id),
                safe_cell(one.clip_id),
                elan_time(one.onset_ms + zeros[one.recording_id]),
                one.onset_ms,
                one.offset_ms,
                one.onset_frame,
                one.offset_frame,
                "" if one.score is None else f"{one.score:.4f}",
                one.where,
                "" if one.iou is None else f"{one.iou:.3f}",
                safe_cell(kept.get((one.clip_id, str(one.onset_frame), str(one.offset_frame)), "")),
            ]
        )
    return text.getvalue().encode("utf-8-sig")
