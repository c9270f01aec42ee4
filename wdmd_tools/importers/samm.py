"""SAMM: 159 micro-expressions, each a clip of gray frames at 200 fps.

    SAMM_Micro_FACS_Codes_v2.xlsx      sheet MICRO_ONLY; title, key and help above the header (row 14)
    SAMM/006/006_1_2/006_05562.jpg     number: absolute in the long recording, 4 or 5 digits, as annotated

Facts and how sure they are: docs/datasets/samm.md.
"""

import re
from fractions import Fraction
from pathlib import Path

from wdmd_tools.importers.clip_sets import ClipRow, read_clips
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.model import Release
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.sheets import Row, read_sheet, require_columns, sheet_names
from wdmd_tools.importers.tree import the_sheet, walk

FPS = Fraction(200)
SHEET = "MICRO_ONLY"
"""Name of the sheet; a file without it is read from its first sheet."""
SHEET_FILES = (r"^samm_micro_facs_codes_v2", r"micro_?facs")
"""Names of the file, folded; see `wdmd_tools.importers.tree.the_sheet`."""
EMOTIONS = {
    "anger": 57,
    "other": 26,
    "happiness": 26,
    "surprise": 15,
    "contempt": 12,
    "disgust": 9,
    "fear": 8,
    "sadness": 6,
}
"""Micro-expressions of each emotion; they add up to the composite set's 92, 26 and 15."""


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
    path, others = the_sheet(tree, *SHEET_FILES, what="SAMM_Micro_FACS_Codes_v2")
    rows = micro_rows(path)
    reader = RowReader(corrections)
    reader.tell_unused(path, others)
    found = read_clips(
        tree,
        reader,
        [clip for row in rows if (clip := _clip(reader, row)) is not None],
        fps=FPS,
        layout="SAMM/006/006_1_2/006_05562.jpg",
    )
    classes = "objective classes" if rows[0].has("Objective Classes") else "no objective classes"
    known = "as known of v2" if len(rows) == 159 else "159 are known of v2"
    return Release(
        dataset="samm",
        display="SAMM",
        version=f"{path.name}: {len(rows)} rows ({known}), {classes}",
        videos=found.videos,
        problems=tuple(reader.problems),
        corrections=tuple(reader.applied),
        counts=tuple(found.counts({"micro-expressions": 159}, EMOTIONS, subjects=29)),
        layout=found.layout,
        clip_set=True,
    )


def micro_rows(path: Path) -> list[Row]:
    """The rows of the micro-expression sheet; SAMM Long Videos takes its emotions from here.

    Args:
        path: The file.

    Raises:
        DataError: The sheet or a column is missing.
    """
    named = any(name.strip().casefold() == SHEET.casefold() for name in sheet_names(path))
    rows = read_sheet(path, SHEET if named else None)
    require_columns(
        rows,
        path,
        ("Subject",),
        ("Filename",),
        ("Onset Frame", "Onset"),
        ("Offset Frame", "Offset"),
        ("Estimated Emotion", "Emotion"),
    )
    return [row for row in rows if row.get("Filename")]


def fields(filename: str) -> tuple[str, str, str] | None:
    """Subject (three digits), video and running number of a name such as ``006_1_2``.

    The running number may have two digits, and a spreadsheet may have eaten the zeros.

    Example:
        >>> fields("6_1_12"), fields("006_1")
        (('006', '1', '12'), None)
    """
    found = re.fullmatch(r"\s*([0-9]+)_([0-9]+)_([0-9]+)\s*", filename, re.ASCII)
    if found is None:
        return None
    subject, video, index = (int(part) for part in found.groups())
    return f"{subject:03d}", str(video), str(index)


def _clip(reader: RowReader, row: Row) -> ClipRow | None:
    named = fields(row.get("Filename"))
    if named is None:
        reader.tell(
            "E_ROW",
            row,
            f"Filename {row.get('Filename')!r} is not of the form 006_1_2",
            "correct the row in the sheet",
        )
        return None
    key = "_".join(named)
    return ClipRow(
        row=row,
        video_id=key,
        subject_id=named[0],
        folders=((key,),),
        key=key,
        cells={
            "onset": row.get("Onset Frame", "Onset"),
            "apex": row.get("Apex Frame", "Apex"),
            "offset": row.get("Offset Frame", "Offset"),
            "emotion": row.get("Estimated Emotion", "Emotion"),
            "action_units": row.get("Action Units"),
        },
    )
