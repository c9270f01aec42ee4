"""SMIC-E: long clips, and a sheet in the numbers of the camera's counter.

    Subject Filename  ... OnsetF OffsetF (OnsetF2 OffsetF2) ... FirstF ... Emotion
    3       s3_sur_01     308880 308921                         308866     surprise
    Remarks: ...                                              text below the rows is left alone

Numbers in file names are the counter's, as in the sheet. Copies whose frames were numbered anew are
placed by FirstF, the number of the first frame, which is text in some rows. Columns are taken by name;
the second expression of a row, whose columns are named differently in each file, by place as well.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from wdmd_tools.importers.clip_sets import ClipRow, Form, FoundClips, read_clips
from wdmd_tools.importers.model import Count, Release, ReleaseVideo
from wdmd_tools.importers.numbers import frame_number
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.sheets import Row, read_sheet, require_columns
from wdmd_tools.importers.smic_camera import CAMERAS, EMOTIONS, Camera, clip_name
from wdmd_tools.importers.tree import Place, Tree


def sheet_of(tree: Tree, camera: Camera) -> tuple[Path, tuple[Path, ...]] | None:
    """The sheet of a camera, and others that fit as well; `None` when there is none."""
    pattern = re.compile(rf"smic[-_]?{camera.name}[-_]?e[-_]?annot", re.IGNORECASE)
    fitting = [path for path in tree.sheets if pattern.search(re.sub(r"\s+", "", path.name))]
    # The dated one is newer; "_orig" is somebody's backup.
    fitting.sort(key=lambda path: ("_orig" in path.name, "_20" not in path.name, path.name))
    return (fitting[0], tuple(fitting[1:])) if fitting else None


def is_there(tree: Tree, camera: Camera) -> bool:
    """Whether a camera's sheet, and at least one long clip, are in the release."""
    return sheet_of(tree, camera) is not None and any(_long(tree, camera))


def read(tree: Tree, camera: Camera, reader: RowReader) -> Release:
    """Read a camera of SMIC-E.

    Args:
        tree: A release in which `is_there`.
        camera: Which.
        reader: Takes the problems.

    Raises:
        DataError: The sheet is not as released, or there are no frames for its rows.
    """
    sheet = sheet_of(tree, camera)
    assert sheet is not None  # noqa: S101 - is_there was asked
    path, others = sheet
    reader.tell_unused(path, others)
    rows = read_sheet(path)
    require_columns(
        rows, path, ("Subject",), ("Filename",), ("OnsetF", "Onset"), ("OffsetF", "Offset")
    )
    rows = [row for row in rows if clip_name(row.get("Filename")) is not None]
    found = read_clips(
        tree,
        reader,
        [clip for row in rows for clip in _clips(reader, row, camera)],
        fps=camera.fps,
        layout=f"{camera.name}_long/SMIC-{camera.name}-E/s03/s3_sur_01/image308866.jpg",
        forms=_forms(camera),
    )
    return Release(
        dataset="smic",
        display=f"SMIC-E ({camera.name})",
        version=f"{path.name}: {len(rows)} rows with clips"
        + (f" ({camera.long_clips} are known)" if camera.long_clips else ""),
        videos=tuple(_numbered(reader, found, rows)),
        problems=tuple(reader.problems),
        corrections=tuple(reader.applied),
        counts=(
            *found.counts({}, {}, camera.subjects),
            Count("long clips", camera.long_clips, len(rows)),
        ),
        layout=found.layout,
    )


def _long(tree: Tree, camera: Camera) -> Iterator[Place]:
    """Long clips: their folder is in the folder of their subject."""
    for place in tree.all_places():
        named = clip_name(place.names[-1])
        if named is not None and camera.may_have(place):
            above = place.names[-2] if len(place.names) > 1 else ""
            if above == f"s{int(named[0][1:])}":
                yield place


def _forms(camera: Camera) -> tuple[Form, ...]:
    others = tuple(other.name.casefold() for other in CAMERAS if other is not camera)
    return (
        Form(f"{camera.name}_long: long clips", (camera.name.casefold(),), others),
        Form("frames as found", without=others),
    )


def _clips(reader: RowReader, row: Row, camera: Camera) -> Iterator[ClipRow]:
    """The expressions of a row, one or two."""
    filename = row.get("Filename").strip()
    named = clip_name(filename)
    if named is None:
        return
    emotion = row.get("Emotion").casefold() or EMOTIONS[named[1]]
    if emotion != EMOTIONS[named[1]]:
        reader.tell(
            "W_EMOTION",
            row,
            f"{filename}: emotion {emotion!r}, but its name says {EMOTIONS[named[1]]!r}; "
            "the column is used",
            "correct the row in the sheet",
        )
    spans = [(row.get("OnsetF", "Onset"), row.get("OffsetF", "Offset")), *_second(row)]
    for place, (onset, offset) in enumerate(spans, 1):
        yield ClipRow(
            row=row,
            video_id=filename,
            subject_id=named[0],
            folders=((named[0], filename),),
            key=f"{camera.name}/{filename}" + (f"#{place}" if place > 1 else ""),
            cells={"onset": onset, "offset": offset, "emotion": emotion},
        )


def _second(row: Row) -> list[tuple[str, str]]:
    """Onset and offset of a row's second expression, where it has one."""
    folded = [re.sub(r"[\W_]+", "", name.casefold()) for name in row.head]
    onsets = [place for place, name in enumerate(folded) if "onset" in name]
    offsets = [place for place, name in enumerate(folded) if "offset" in name]
    if len(onsets) > 1 and len(offsets) > 1:
        column = (onsets[1], offsets[1])
    elif onsets and offsets and offsets[0] == onsets[0] + 1:
        # Without names of their own they stand next to the first pair.
        column = (offsets[0] + 1, offsets[0] + 2)
        if any(folded[place] for place in column if place < len(folded)):
            return []
    else:
        return []
    onset, offset = row.at(column[0]), row.at(column[1])
    return [(onset, offset)] if _number(onset) and _number(offset) else []


def _numbered(reader: RowReader, found: FoundClips, rows: Sequence[Row]) -> Iterator[ReleaseVideo]:
    """Videos; those whose file names do not hold the counter start at FirstF."""
    first = {row.get("Filename").strip(): _number(row.get("FirstF", "FirstFrame")) for row in rows}
    for video in found.videos:
        numbers = Place(video.path, ()).numbers() if video.path.is_dir() else []
        counted = numbers and any(
            numbers[0] <= event.span.onset <= numbers[-1] for event in video.events
        )
        start = first.get(video.video_id)
        if counted or not numbers or start is None:
            yield video
            continue
        reader.tell(
            "W_NUMBERED_ANEW",
            str(video.path),
            f"{video.video_id}: frames are numbered {numbers[0]} to {numbers[-1]}, the sheet counts from "
            f"{start}; placed by FirstF",
            "compare one onset with the pictures",
        )
        yield replace(video, first_number=start)


def _number(cell: str) -> int | None:
    try:
        return frame_number(cell)
    except ValueError:
        return None
