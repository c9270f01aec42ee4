"""SAMM Long Videos: 147 recordings at 200 fps, 159 micro- and 343 macro-expressions.

    SAMM_LongVideos_V2_Release.xlsx          sheet FACS_Movement_Only; a title above the header (row 10)
    SAMM_longvideos/006_1/006_1_0001.jpg     subject_video_number, from 1; as annotated
    SAMM_Micro_FACS_Codes_v2.xlsx            of SAMM: this release has no emotions, the micro file has them

Filename 006_1_2 is subject, video, running number. Macro-expressions have fractions of frames, onset 0
(unknown) in ten rows, and no emotion.
Facts and how sure they are: docs/datasets/samm-lv.md.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from wdmd_tools.importers.clip_sets import ClipRow, read_clips
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.model import Count, EventKind, Release, ReleaseVideo
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.samm import EMOTIONS, FPS, fields, micro_rows
from wdmd_tools.importers.samm import SHEET_FILES as MICRO_FILES
from wdmd_tools.importers.sheets import Row, read_sheet, require_columns, sheet_names
from wdmd_tools.importers.tree import Tree, the_sheet, walk

SHEET = "FACS_Movement_Only"
"""Name of the sheet in V1 to V3; a file without it is read from its first sheet."""
SHEET_FILES = (r"longvideos?_?v3", r"longvideos?_?v2", r"samm_?long", r"sammlv")
"""Names of the file, folded, the newest first; see `wdmd_tools.importers.tree.the_sheet`."""
ROWS = 502
"""Rows of V2 and V3."""


def read(src: Path, corrections: Corrections) -> Release:
    """Read the release.

    Args:
        src: The folder that holds the sheet and the frames, and SAMM's micro file for the emotions.
        corrections: See `wdmd_tools.importers.corrections`.

    Raises:
        DataError: The sheet is not there or not as released, or there are no frames.
        ConfigError: `src` is no folder.
    """
    tree = walk(src)
    path, others = the_sheet(tree, *SHEET_FILES, what="SAMM_LongVideos_V2_Release")
    named = any(name.strip().casefold() == SHEET.casefold() for name in sheet_names(path))
    rows = read_sheet(path, SHEET if named else None)
    require_columns(
        rows, path, ("Subject",), ("Filename",), ("Onset",), ("Offset",), ("Type", "Micro")
    )
    rows = [row for row in rows if row.get("Filename")]
    reader = RowReader(corrections)
    reader.tell_unused(path, others)
    emotions = _emotions(tree, reader)
    clips = [clip for row in rows if (clip := _clip(reader, row, emotions)) is not None]
    found = read_clips(tree, reader, clips, fps=FPS, layout="SAMM_longvideos/006_1/006_1_0001.jpg")
    counts = found.counts(
        {"micro-expressions": 159, "macro-expressions": 343},
        EMOTIONS if emotions else {},
        subjects=30,
    )
    videos = {clip.video_id for clip in clips}
    return Release(
        dataset="samm-lv",
        display="SAMM Long Videos",
        version=_version(path, rows),
        videos=(*found.videos, *_quiet(tree, videos)),
        problems=tuple(reader.problems),
        corrections=tuple(reader.applied),
        counts=(*counts, Count("videos named in the sheet", 147, len(videos))),
        layout=found.layout,
    )


def _version(path: Path, rows: Sequence[Row]) -> str:
    named = re.search(r"_v([0-9])", path.name, re.IGNORECASE)
    name = f"V{named.group(1)} by its name" if named else "version not in its name"
    known = f"V2 and V3 have {ROWS}"
    return f"{path.name}: {name}, {len(rows)} rows ({known})"


def _emotions(tree: Tree, reader: RowReader) -> dict[str, str]:
    """Key of a micro-expression to its emotion, from the micro file of SAMM where it is there."""
    there = [path for path in tree.sheets if _is_micro(path)]
    if not there:
        reader.tell(
            "W_NO_EMOTIONS",
            str(tree.root),
            "this release has no emotions, and SAMM's micro file, which has them, is not in it",
            "copy SAMM_Micro_FACS_Codes_v2.xlsx of SAMM into this folder, to get them",
        )
        return {}
    path, others = the_sheet(tree, *MICRO_FILES, what="SAMM_Micro_FACS_Codes_v2")
    reader.tell_unused(path, others)
    return {
        "_".join(named): row.get("Estimated Emotion", "Emotion")
        for row in micro_rows(path)
        if (named := fields(row.get("Filename"))) is not None
    }


def _is_micro(path: Path) -> bool:
    folded = re.sub(r"\s+", "", path.name.casefold())
    return any(re.search(pattern, folded) for pattern in MICRO_FILES)


def _clip(reader: RowReader, row: Row, emotions: Mapping[str, str]) -> ClipRow | None:
    named = fields(row.get("Filename"))
    kind = _kind(row.get("Type", "Micro"))
    if named is None or kind is None:
        wrong = (
            f"Filename {row.get('Filename')!r} is not of the form 006_1_2"
            if named is None
            else f"{row.get('Filename')}: type {row.get('Type', 'Micro')!r} is neither Micro nor Macro"
        )
        reader.tell("E_ROW", row, wrong, "correct the row in the sheet")
        return None
    key, video = "_".join(named), "_".join(named[:2])
    emotion = emotions.get(key, "") if kind == "me" else ""
    if kind == "me" and emotions and not emotion:
        reader.tell(
            "W_NO_EMOTIONS",
            row,
            f"{key}: SAMM's micro file has no such micro-expression; it has no emotion here",
            "compare the versions of the two files",
        )
    return ClipRow(
        row=row,
        video_id=video,
        subject_id=named[0],
        folders=((video,),),
        key=key,
        cells={
            "onset": row.get("Onset"),
            "apex": row.get("Apex"),
            "offset": row.get("Offset"),
            "emotion": emotion,
            "action_units": row.get("Action Units"),
        },
        kind=kind,
    )


def _kind(text: str) -> EventKind | None:
    folded = text.strip().casefold()
    if folded.startswith("micro"):
        return "me"
    return "macro" if folded.startswith("macro") else None


def _quiet(tree: Tree, named: set[str]) -> list[ReleaseVideo]:
    """Recordings with frames that no row names: nobody annotated an expression in them."""
    quiet: dict[str, ReleaseVideo] = {}
    for place in tree.all_places():
        found = re.fullmatch(r"([0-9]+)_([0-9]+)", place.names[-1], re.ASCII)
        if found is None:
            continue
        subject = f"{int(found.group(1)):03d}"
        video = f"{subject}_{int(found.group(2))}"
        if video not in named and video not in quiet:
            quiet[video] = ReleaseVideo(video, subject, place.path, FPS, ())
    return sorted(quiet.values(), key=lambda one: one.video_id)
