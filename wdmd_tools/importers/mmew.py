"""MMEW: 300 clips at 90 fps with one micro-expression each, cropped faces of 231 px.

    MMEW_Micro_Exp.xlsx                                       also "MMEW_Micro_Exp (20).xlsx", ..._v2.xlsx
    MMEW_Final/Micro_Expression/anger/S01-07-001/1.jpg        number from 1 within the clip, not padded
    MMEW_Final/Macro_Expression/S01/anger/S01-07-001.jpg      900 macro-expressions, not imported

The folder is named by the emotion, or by subject and emotion in other copies; only the clip's own name,
which is unique, is used to find it.
Facts and how sure they are: docs/datasets/mmew.md.
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
from wdmd_tools.importers.tree import Tree, the_sheet, walk

FPS = Fraction(90)
SHEET_FILES = (r"mmew_?micro_?exp.*v2", r"mmew_?micro_?exp", r"mmew.*micro")
"""Names of the file, folded, the newest first; see `wdmd_tools.importers.tree.the_sheet`."""
FORMS = (
    Form("Micro_Expression: cropped faces", ("micro",), ("macro",)),
    Form("frames as found", without=("macro",)),
)
"""Forms of the pictures, the preferred first."""
EMOTIONS = {
    "surprise": 89,
    "disgust": 72,
    "others": 66,
    "happiness": 36,
    "fear": 16,
    "sadness": 13,
    "anger": 8,
}
"""Micro-expressions of each emotion; they add up to 300."""


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
    path, others = the_sheet(tree, *SHEET_FILES, what="MMEW_Micro_Exp")
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
        layout="MMEW_Final/Micro_Expression/anger/S01-07-001/1.jpg",
        forms=FORMS,
    )
    _tell_macro(tree, reader)
    return Release(
        dataset="mmew",
        display="MMEW",
        version=_version(path, rows),
        videos=found.videos,
        problems=tuple(reader.problems),
        corrections=tuple(reader.applied),
        counts=tuple(found.counts({"micro-expressions": 300}, EMOTIONS, subjects=30)),
        layout=found.layout,
        clip_set=True,
    )


def _version(path: Path, rows: Sequence[Row]) -> str:
    marked = re.search(r"_v([0-9]+)", path.name, re.IGNORECASE)
    named = f"v{marked.group(1)} by its name" if marked else "no version in its name"
    remarks = "with remarks" if rows and rows[0].has("remarks", "remark") else "without remarks"
    return f"{path.name}: {named}, {remarks}, {len(rows)} rows (300 are known)"


def _clip(reader: RowReader, row: Row) -> ClipRow | None:
    filename = row.get("Filename")
    found = re.match(r"s?([0-9]+)-", filename.casefold(), re.ASCII)
    if found is None:
        reader.tell(
            "E_ROW",
            row,
            f"Filename {filename!r} is not of the form S01-07-001",
            "correct the row in the sheet",
        )
        return None
    return ClipRow(
        row=row,
        video_id=filename,
        subject_id=f"S{int(found.group(1)):02d}",
        folders=((filename,),),
        key=filename,
        cells={
            "onset": row.get("OnsetFrame", "Onset"),
            "apex": row.get("ApexFrame", "Apex"),
            "offset": row.get("OffsetFrame", "Offset"),
            "emotion": row.get("Estimated Emotion", "Emotion"),
            "action_units": row.get("Action Units", "AU"),
        },
    )


def _tell_macro(tree: Tree, reader: RowReader) -> None:
    macro = sum(place.has("macro") for place in tree.all_places())
    if macro:
        reader.tell(
            "W_NOT_IMPORTED",
            "Macro_Expression",
            f"{macro} folders of macro-expressions are left out: no sheet gives their onset and offset",
            "nothing; the micro-expressions are complete without them",
        )
