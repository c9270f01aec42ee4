"""CAS(ME)2: long videos at 30 fps, 57 micro- and 300 macro-expressions.

    CAS(ME)^2code_final.xlsx    CASFEcode_final   1 | anger1_1 | 557 | 572 | 608 | 4 | negative | macro-...
                                naming rule1      15 | s15 | 1         subject 1 is in folder s15
                                naming rule2      0401 | anger1        anger1 is film 0401
    rawpic/s15/15_0401girlcrashing/img001.jpg     number: from 1, as annotated; four digits from 1000 on

No sheet has a header; one that somebody added is skipped. The suffix of a clip name counts expressions.
Facts and how sure they are: docs/datasets/casme2sq.md.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from wdmd_tools.errors import DataError
from wdmd_tools.importers.clip_sets import Form
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.model import Count, EventKind, Release, ReleaseEvent, ReleaseVideo
from wdmd_tools.importers.published import count_events
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.sheets import Row, read_sheet, sheet_names
from wdmd_tools.importers.tree import Place, Tree, the_sheet, walk

FPS = Fraction(30)
SHEET_FILES = (r"code_?final", r"cas\(me\)\^?2.*code")
"""Names of the file, folded; see `wdmd_tools.importers.tree.the_sheet`."""
FORMS = (
    Form("rawpic: raw frames", ("rawpic",)),
    Form("rawvideo: raw films", ("rawvideo",)),
    Form("longVideoFaceCropped: cropped faces", ("longvideo",)),
    Form("frames as found", (), ("selected", "cropped")),
)
"""Forms of the whole videos, the preferred first. Those of single expressions are not used."""
EMOTIONS = {"negative": 21, "others": 19, "surprise": 9, "positive": 8}
"""Micro-expressions of each class."""
FOLDERS = dict(
    enumerate((15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40), 1)
)  # fmt: skip
"""Subject in the sheet to number of the folder, where the second sheet is missing."""
CODES = {
    "disgust1": "0101", "disgust2": "0102", "anger1": "0401", "anger2": "0402", "happy1": "0502",
    "happy2": "0503", "happy3": "0505", "happy4": "0507", "happy5": "0508",
}  # fmt: skip
"""Stimulus to code, where the third sheet is missing."""

_NAME = re.compile(r"0*(\d+)_(\d{4})(?!\d)", re.ASCII)
_CLIP = re.compile(r"\s*(.+?)_(\d+)\s*")
_KINDS: dict[str, EventKind] = {"micro": "me", "macro": "macro"}

Key = tuple[int, str]
"""Number of the subject's folder, and code of the film."""


@dataclass(frozen=True, slots=True)
class _Naming:
    folders: Mapping[int, int]
    codes: Mapping[str, str]


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
    path, others = the_sheet(tree, *SHEET_FILES, what="CAS(ME)^2code_final")
    reader = RowReader(corrections)
    reader.tell_unused(path, others)
    naming = _naming(path, reader)
    rows = _rows(path, reader)
    places, layout = _places(tree, reader)
    events: dict[Key, list[ReleaseEvent]] = defaultdict(list)
    for row in rows:
        found = _event(row, naming, reader)
        if found is not None:
            key, event = found
            events[key] += [event] if event is not None else []
    named = {key for key, group in events.items() if group}
    # A video none of whose rows can be used may not pass for one without expressions.
    spoilt = set(events) - named
    for key in sorted(named - set(places)):
        reader.tell(
            "E_NO_FRAMES",
            path.name,
            f"s{key[0]}, film {key[1]}: no frames for its {len(events[key])} expressions ({layout})",
            f"copy it from the release, as in rawpic/s{key[0]}/{key[0]}_{key[1]}.../img001.jpg",
        )
    videos = tuple(
        ReleaseVideo(
            f"s{key[0]}_{key[1]}", f"s{key[0]}", place.path, FPS, tuple(events.get(key, ()))
        )
        for key, place in sorted(places.items())
        if key not in spoilt
    )
    everything = [event for group in events.values() for event in group]
    expected = {"micro-expressions": 57, "macro-expressions": 300}
    counts = (
        *count_events(everything, expected, EMOTIONS),
        Count("subjects", 22, len({folder for folder, _ in named})),
        Count("videos named in the sheet", 95, len(named)),
        Count("videos with frames", None, len(videos)),
    )
    return Release(
        dataset="casme2sq",
        display="CAS(ME)²",
        version=f"{path.name}: {len(rows)} rows (the released file has 357)",
        videos=videos,
        problems=tuple(reader.problems),
        corrections=tuple(reader.applied),
        counts=counts,
        layout=layout,
    )


def _sheet(path: Path, *words: str) -> str | None:
    """The first sheet with one of these texts in its name."""
    for name in sheet_names(path):
        folded = re.sub(r"[\W_]+", "", name.casefold())
        if any(word in folded for word in words):
            return name
    return None


def _rows(path: Path, reader: RowReader) -> list[Row]:
    rows = read_sheet(path, _sheet(path, "casfe", "codefinal"), header=None)
    kept = [row for row in rows if row.at(0).isdigit()]
    for row in rows:
        if not row.at(0).isdigit() and row.at(0).casefold() not in ("subject", "sub"):
            reader.tell(
                "E_ROW",
                row,
                f"the first cell is {row.at(0)!r}, expected the number of a subject",
                "correct the row in the sheet, or delete it",
            )
    if not kept or len(kept[0].cells) < 8:
        raise DataError(
            f"{path}: expected rows of subject, clip, onset, apex, offset, AUs, emotion, type, without a "
            "header; is this the file of the release?"
        )
    return kept


def _naming(path: Path, reader: RowReader) -> _Naming:
    """Folders and codes as the second and third sheet say, else as they are known."""
    folders, codes = dict(FOLDERS), dict(CODES)
    people, stimuli = _sheet(path, "rule1"), _sheet(path, "rule2")
    if people is None or stimuli is None:
        reader.tell(
            "W_NAMING",
            path.name,
            "the sheets 'naming rule1' and 'naming rule2' are not both there; the known names are used",
            "nothing, if folders are named as released",
        )
    for row in read_sheet(path, people, header=None) if people else ():
        number = row.at(1).casefold().removeprefix("s")
        if number.isdigit() and row.at(2).isdigit():
            folders[int(row.at(2))] = int(number)
    for row in read_sheet(path, stimuli, header=None) if stimuli else ():
        cells = (row.at(0), row.at(1)) if row.at(0).isdigit() else (row.at(1), row.at(0))
        if cells[0].isdigit() and cells[1]:
            codes[cells[1].casefold()] = cells[0].zfill(4)
    return _Naming(folders, codes)


def _event(row: Row, naming: _Naming, reader: RowReader) -> tuple[Key, ReleaseEvent | None] | None:
    """The video of a row and its event, which is `None` where the row cannot be used."""
    clip = _CLIP.fullmatch(row.at(1))
    code = naming.codes.get(clip.group(1).casefold()) if clip else None
    folder = naming.folders.get(int(row.at(0)))
    kind = _KINDS.get(row.at(7).casefold()[:5])
    wrong = {
        f"clip {row.at(1)!r} names no known film": code is None,
        f"no folder is known for subject {row.at(0)}": folder is None,
        f"type {row.at(7)!r} is neither micro- nor macro-expression": kind is None,
    }
    for message, holds in wrong.items():
        if holds:
            reader.tell("E_ROW", row, message, "correct the row in the sheet")
            return None
    assert code is not None and folder is not None and kind is not None  # noqa: S101, PT018
    cells = {"onset": row.at(2), "apex": row.at(3), "offset": row.at(4)}
    cells |= {"action_units": row.at(5), "emotion": row.at(6)}
    event = reader.event(row, f"s{folder}/{row.at(1)}", kind, cells)
    return (folder, code), event


def _places(tree: Tree, reader: RowReader) -> tuple[dict[Key, Place], str]:
    """The folder or film of each video, all of one form of the pictures."""
    named = [(key, place) for place in tree.all_places() if (key := _key(place)) is not None]
    for form in FORMS:
        fitting = [(key, place) for key, place in named if form.fits(place)]
        if fitting:
            break
    else:
        raise DataError(
            f"{tree.root}: no frames of whole videos; expected rawpic/s15/15_0101disgustingteeth/img001.jpg"
        )
    found: dict[Key, Place] = {}
    for key, place in sorted(fitting, key=lambda one: (not _filed(*one), one[1].path)):
        if key in found:
            reader.tell(
                "E_AMBIGUOUS_MEDIA",
                str(place.path.relative_to(tree.root)),
                f"frames of s{key[0]}, film {key[1]}, are also in {found[key].path.name} of "
                f"{found[key].path.parent.name}, which are used",
                "keep one of the two",
            )
            continue
        found[key] = place
        if not _filed(key, place):
            reader.tell(
                "W_MISFILED",
                str(place.path.relative_to(tree.root)),
                f"by its name it is subject {key[0]}, by its folder another; taken by its name",
                f"move it to s{key[0]}, or rename it",
            )
    return found, form.display


def _key(place: Place) -> Key | None:
    """Of ``15_0101disgustingteeth``."""
    name = place.path.stem if place.film else place.path.name
    match = _NAME.match(name)
    return (int(match.group(1)), match.group(2)) if match else None


def _filed(key: Key, place: Place) -> bool:
    """Whether a place lies in the folder of its subject, or in none of any subject."""
    above = [name for name in place.names[:-1] if re.fullmatch(r"s\d+", name)]
    return not above or above[-1] == f"s{key[0]}"
