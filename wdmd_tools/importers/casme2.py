"""CASME II: about 250 clips at 200 fps with one micro-expression each.

    CASME2-coding-20140508.xlsx               also ...-20190701.xlsx, CASME2_label_Ver_2.xls; header row 1
    CASME2-RAW/sub01/EP02_01f/img001.jpg      whole clips; number from 1, as annotated
    CASME2_RAW_selected/sub01/EP02_01f/...    onset to offset only
    Cropped/sub01/EP02_01f/reg_img46.jpg      cropped and registered, onset to offset, same numbers

Subjects are numbers or text in the sheet, and two digits in folders.
Facts and how sure they are: docs/datasets/casme2.md.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from wdmd_tools.importers.clip_sets import ClipRow, Form, read_clips
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.model import Release
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.sheets import Row, read_sheet, require_columns
from wdmd_tools.importers.tree import the_sheet, walk

FPS = Fraction(200)
SHEET_FILES = (
    r"casme2-coding-20190701",
    r"casme2-coding-20140508",
    r"casme2-coding",
    r"casme2_label",
    r"casme(2|ii).*(coding|label)",
)
"""Names of the file, folded, the newest first; see `wdmd_tools.importers.tree.the_sheet`."""
FORMS = (
    Form("CASME2-RAW: whole clips", ("raw",), ("select", "crop")),
    Form("CASME2_RAW_selected: onset to offset only", ("select",), ("crop",)),
    Form("Cropped: cropped and registered, onset to offset only", ("crop",)),
    Form("frames as found"),
)
"""Forms of the pictures, the preferred first."""
EMOTIONS = {"others": 99, "happiness": 32, "repression": 27, "surprise": 25}
"""Micro-expressions of the emotions on which sources agree; disgust is given as 61 to 64."""
ROWS = 255
"""Rows of the released file; the publication counts 247 samples."""


def read(src: Path, corrections: Corrections) -> Release:
    """Read the release.

    Args:
        src: The folder that holds the sheet and the frames.
        corrections: See `wdmd_tools.importers.corrections`.

    Raises:
        DataError: The sheet is not there or not as released, or there are no frames.
        ConfigError: `src` is no folder.
    """
    tree = walk(src)
    path, others = the_sheet(tree, *SHEET_FILES, what="CASME2-coding-20140508")
    rows = read_sheet(path)
    require_columns(
        rows,
        path,
        ("Subject",),
        ("Filename",),
        ("OnsetFrame", "Onset"),
        ("OffsetFrame", "Offset"),
        ("Estimated Emotion", "Emotion"),
    )
    rows = [row for row in rows if row.get("Filename")]
    reader = RowReader(corrections)
    reader.tell_unused(path, others)
    found = read_clips(
        tree,
        reader,
        [clip for row in rows if (clip := _clip(reader, row)) is not None],
        fps=FPS,
        layout="CASME2-RAW/sub01/EP02_01f/img001.jpg",
        forms=FORMS,
    )
    return Release(
        dataset="casme2",
        display="CASME II",
        version=_version(path, rows),
        videos=found.videos,
        problems=tuple(reader.problems),
        corrections=tuple(reader.applied),
        counts=tuple(found.counts({"micro-expressions": ROWS}, EMOTIONS, subjects=26)),
        layout=found.layout,
        clip_set=True,
    )


def _version(path: Path, rows: Sequence[Row]) -> str:
    dated = re.search(r"(20[0-9]{2})([01][0-9])([0-3][0-9])", path.name)
    named = f"of {'-'.join(dated.groups())} by its name" if dated else "no date in its name"
    open_apexes = sum(row.get("ApexFrame", "Apex") in ("", "/", "-1") for row in rows)
    apexes = f"{open_apexes} without apex (that of 2014-05-08 has one)"
    return f"{path.name}: {named}, {len(rows)} rows ({ROWS} are known), {apexes}"


def _clip(reader: RowReader, row: Row) -> ClipRow | None:
    cell, filename = row.get("Subject"), row.get("Filename")
    found = re.fullmatch(r"(?:sub)?\s*([0-9]+)", cell.casefold(), re.ASCII)
    if found is None:
        reader.tell(
            "E_ROW",
            row,
            f"{filename}: subject {cell!r} is no number",
            "correct the row in the sheet",
        )
        return None
    subject = f"sub{int(found.group(1)):02d}"
    return ClipRow(
        row=row,
        video_id=f"{subject}_{filename}",
        subject_id=subject,
        folders=((subject, filename),),
        key=f"{subject}/{filename}",
        cells={
            "onset": row.get("OnsetFrame", "Onset"),
            "apex": row.get("ApexFrame", "Apex"),
            "offset": row.get("OffsetFrame", "Offset"),
            "emotion": row.get("Estimated Emotion", "Emotion"),
            "action_units": row.get("Action Units", "AU"),
        },
    )
