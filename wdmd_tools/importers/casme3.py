"""CAS(ME)3, part A: long videos at 30 fps, 860 micro- and 3,346 macro-expressions (v2), eye blinks.

    cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx    sheet label: micro-expressions, emotions; all text
    CAS(ME)3_part_A_v2.xls                       AU+Emotion: macro and micro; eye blink
    part_A/spNO.1/a/color/112.jpg                number: as annotated, not from 1, with gaps; depth/ beside

(subject, file) names several rows, so a row's key has its numbers: ``spNO.149/d/112-83-358``.
Facts and how sure they are: docs/datasets/casme3.md.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from wdmd_tools.errors import DataError
from wdmd_tools.importers.clip_sets import ClipRow, Form, read_clips
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.model import Count, EventKind, Release
from wdmd_tools.importers.numbers import frame_number
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.sheets import Row, read_sheet, require_columns, sheet_names
from wdmd_tools.importers.tree import Tree, comparable, walk

FPS = Fraction(30)
LABEL_FILES = (r"part_?a_me_label.*v2", r"part_?a_me_label(?!.*v1)", r"part_?a_me_label.*v1")
"""Names of the file of micro-expressions, folded, the newest first."""
ALL_FILES = (r"part_?a_v2", r"part_?a\.", r"part_?a_v1")
"""Names of the file of all expressions, folded, the newest first."""
FORMS = (Form("part_A/.../color: colour frames", ("color", "colour")), Form("frames as found"))
"""Forms of the pictures; depth is not used."""
LAYOUT = "part_A/spNO.1/a/color/112.jpg"
PUBLISHED: Mapping[str, Mapping[str, int]] = {
    "v2": {
        "micro-expressions": 860,
        "macro-expressions": 3346,
        "blinks": 841,
        "subjects": 94,
        "videos": 463,
    },
    "v1": {"micro-expressions": 921, "macro-expressions": 3285},
}
"""Numbers of each version; subjects and videos are those with a micro-expression."""
EMOTIONS = {
    "disgust": 250,
    "surprise": 187,
    "others": 161,
    "fear": 86,
    "anger": 64,
    "sad": 57,
    "happy": 55,
}
"""Micro-expressions of each emotion in v2; ``Others`` (3 rows) is ``others``."""

_KINDS: dict[str, EventKind] = {"micro": "me", "macro": "macro"}
_SAME_NUMBERING = 0.9


def read(src: Path, corrections: Corrections) -> Release:
    """Read part A; parts B (not annotated) and C (where its frames lie is not known) are not read.

    Args:
        src: The folder that holds the sheets and the frames.
        corrections: See `wdmd_tools.importers.corrections`.

    Raises:
        DataError: No sheet is there or it is not as released, or there are no frames.
        ConfigError: `src` is no folder.
    """
    tree = walk(src)
    reader = RowReader(corrections)
    labels, everything = _file(tree, reader, LABEL_FILES), _file(tree, reader, ALL_FILES)
    if labels is None and everything is None:
        there = ", ".join(path.name for path in tree.sheets[:10]) or "no spreadsheet"
        raise DataError(
            f"{src}: neither cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx nor CAS(ME)3_part_A_v2.xls in it "
            f"(there: {there}); copy them into this folder"
        )
    micro = _label_rows(labels) if labels else []
    rest = _all_rows(everything, reader) if everything else []
    version = _version(labels or everything, len(micro) or _number(rest, "me"))
    _tell_absent(reader, src, tree, labels, everything, version)
    if micro:
        _compare(reader, micro, rest)
        rest = [(row, kind) for row, kind in rest if kind != "me"]
    clips = [_clip(row, kind) for row, kind in (*((row, _KINDS["micro"]) for row in micro), *rest)]
    found = read_clips(tree, reader, clips, fps=FPS, layout=LAYOUT, forms=FORMS)
    published = dict(PUBLISHED[version])
    if everything is None:
        published = {name: n for name, n in published.items() if name == "micro-expressions"}
    emotions = EMOTIONS if version == "v2" and labels else {}
    of_me = {clip.video_id for clip in clips if clip.kind == "me"}
    counts = [
        *(one for one in found.counts(published, emotions, None) if one.what != "subjects"),
        Count(
            "subjects with micro-expressions",
            PUBLISHED[version].get("subjects"),
            len({clip.subject_id for clip in clips if clip.kind == "me"}),
        ),
        Count("videos with micro-expressions", PUBLISHED[version].get("videos"), len(of_me)),
    ]
    _tell_unnamed(reader, tree, {clip.video_id for clip in clips})
    return Release(
        dataset="casme3",
        display="CAS(ME)³",
        version=f"part A, {version}: {', '.join(p.name for p in (labels, everything) if p)}",
        videos=found.videos,
        problems=tuple(reader.problems),
        corrections=tuple(reader.applied),
        counts=tuple(counts),
        layout=found.layout,
    )


def _file(tree: Tree, reader: RowReader, patterns: Sequence[str]) -> Path | None:
    fitting: list[Path] = []
    for pattern in patterns:
        for path in tree.sheets:
            folded = re.sub(r"[\s\-]+", "_", path.name.casefold())
            if path not in fitting and "wrong" not in folded and re.search(pattern, folded):
                fitting.append(path)
    if not fitting:
        return None
    reader.tell_unused(fitting[0], fitting[1:])
    return fitting[0]


def _label_rows(path: Path) -> list[Row]:
    named = "label" in [name.strip().casefold() for name in sheet_names(path)]
    rows = read_sheet(path, "label" if named else None)
    require_columns(rows, path, ("Subject",), ("Filename",), ("Onset",), ("Offset",))
    return [row for row in rows if row.get("Subject") and row.get("Filename")]


def _all_rows(path: Path, reader: RowReader) -> list[tuple[Row, EventKind]]:
    names = {re.sub(r"[\W_]+", "", name.casefold()): name for name in sheet_names(path)}
    rows = read_sheet(path, names.get("auemotion"))
    require_columns(
        rows,
        path,
        ("Subject",),
        ("Filename",),
        ("Onset",),
        ("Offset",),
        ("Expression type", "Type"),
    )
    found: list[tuple[Row, EventKind]] = []
    for row in rows:
        word = row.get("Expression type", "Type")
        kind = _KINDS.get(word.casefold()[:5])
        if kind is None or not (row.get("Subject") and row.get("Filename")):
            reader.tell(
                "E_ROW",
                row,
                f"{_key(row)}: type {word!r} is neither micro- nor macro-expression",
                "correct the row in the sheet",
            )
            continue
        found.append((row, kind))
    blinks = names.get("eyeblink")
    shut = read_sheet(path, blinks) if blinks else []
    return [
        *found,
        *((row, "blink") for row in shut if row.get("Subject") and row.get("Filename")),
    ]


def _clip(row: Row, kind: EventKind) -> ClipRow:
    subject, file = _names(row)
    cells = {"onset": row.get("Onset"), "offset": row.get("Offset"), "apex": row.get("Apex")}
    if kind != "blink":
        cells |= {
            "emotion": row.get("emotion") if kind == "me" else "",
            "action_units": row.get("AU", "AUs", "Action Units"),
        }
    return ClipRow(
        row=row,
        video_id=f"{subject}_{file}",
        subject_id=subject,
        folders=((subject, file, "color"), (subject, file, "colour"), (subject, file)),
        key=_key(row),
        cells=cells,
        kind=kind,
    )


def _names(row: Row) -> tuple[str, str]:
    """Subject as ``spNO.14`` and the letter of the file; one row has an upper-case one."""
    number = re.sub(r"\D", "", row.get("Subject"))
    subject = f"spNO.{int(number)}" if number else row.get("Subject")
    return subject, row.get("Filename").casefold()


def _key(row: Row) -> str:
    subject, file = _names(row)
    return f"{subject}/{file}/{'-'.join(_plain(row.get(name)) for name in ('Onset', 'Apex', 'Offset'))}"


def _plain(cell: str) -> str:
    try:
        number = frame_number(cell)
    except ValueError:
        return cell
    return "" if number is None else str(number)


def _version(path: Path | None, n_me: int) -> str:
    name = path.name.casefold() if path else ""
    if "v1" in name or "v2" in name:
        return "v1" if "v1" in name else "v2"
    counts = {
        version: abs(numbers["micro-expressions"] - n_me) for version, numbers in PUBLISHED.items()
    }
    return min(counts, key=lambda one: counts[one])


def _number(rows: Sequence[tuple[Row, EventKind]], kind: EventKind) -> int:
    return sum(one == kind for _, one in rows)


def _compare(
    reader: RowReader, micro: Sequence[Row], rest: Sequence[tuple[Row, EventKind]]
) -> None:
    """Whether both sheets number frames alike: the micro-expressions are in both."""
    there = {_key(row) for row, kind in rest if kind == "me"}
    if not there:
        return
    common = sum(_key(row) in there for row in micro) / len(micro)
    if common < _SAME_NUMBERING:
        reader.tell(
            "W_NUMBERING",
            micro[0].file,
            f"only {common:.0%} of its micro-expressions have the same numbers in the file of all "
            "expressions: the two may count frames differently, or be of two versions; micro-expressions "
            "are of this file, macro-expressions and blinks of the other",
            "use two files of one version, and compare some macro-expressions with their frames",
        )


def _tell_absent(
    reader: RowReader,
    src: Path,
    tree: Tree,
    labels: Path | None,
    everything: Path | None,
    version: str,
) -> None:
    if labels is None:
        reader.tell(
            "W_NO_EMOTIONS",
            str(src),
            "the file of micro-expressions, which has the emotions, is not here; there are none then",
            "copy cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx into this folder",
        )
    if everything is None:
        reader.tell(
            "W_NO_MACRO",
            str(src),
            "the file of all expressions is not here: no macro-expressions and no blinks",
            "copy CAS(ME)3_part_A_v2.xls into this folder",
        )
    if version == "v1":
        reader.tell(
            "W_OLD_VERSION",
            str(src),
            "this is v1, of which the owners later withdrew micro-expressions as wrongly labelled",
            "get the annotation of v2",
        )
    part_c = [path for path in tree.sheets if "part_c" in path.name.casefold()]
    if part_c:
        reader.tell(
            "W_NOT_IMPORTED",
            part_c[0].name,
            "part C is not read: how its frames are filed is not known to this program",
            "tell the developers, if you have it",
        )


def _tell_unnamed(reader: RowReader, tree: Tree, named: set[str]) -> None:
    """Videos without a row are left out: nothing says that anybody looked at them."""
    wanted = {comparable(name) for name in named}
    unnamed = set()
    for place in tree.all_places():
        names = place.names[:-1] if place.names[-1] in ("color", "colour") else place.names
        if len(names) >= 2 and re.fullmatch(r"spno\.\d+", names[-2]) and names[-1] != "depth":
            video = f"{names[-2]}_{names[-1]}"
            if video not in wanted:
                unnamed.add(video)
    if unnamed:
        some = ", ".join(sorted(unnamed)[:5]) + (", ..." if len(unnamed) > 5 else "")
        reader.tell(
            "W_NOT_IMPORTED",
            str(tree.root),
            f"{len(unnamed)} videos are in no row and left out: {some}",
            "nothing: whether anybody looked at them is not said",
        )
