"""Where a release keeps its sheets and its frames: one walk over the folder, names compared leniently.

sub01 = sub1 = Sub001        zeros before a number, blanks and case do not tell names apart
CASME2-RAW | Cropped         several forms of the same pictures may lie side by side; the reader chooses
                             by the names of the folders, and tells
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wdmd_tools.errors import ConfigError, DataError, describe_os_error
from wdmd_tools.importers.sheets import SPREADSHEETS

IMAGES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
"""Endings of frames."""

FILMS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".wmv", ".mpg"})
"""Endings of films."""

_DEPTH = 12
_DIGITS = re.compile(r"[0-9]+")


def comparable(name: str) -> str:
    """A name without case, blanks and the zeros before numbers.

    Example:
        >>> comparable("sub01 "), comparable("EP02_01F"), comparable("006_1_2")
        ('sub1', 'ep2_1f', '6_1_2')
    """
    bare = re.sub(r"\s+", "", name.casefold())
    return _DIGITS.sub(lambda found: found.group().lstrip("0") or "0", bare)


def last_number(name: str) -> int | None:
    """The number of a frame: the last run of digits in a file's name, without its ending.

    Example:
        >>> last_number("006_05562.jpg"), last_number("reg_img46.jpg"), last_number("cover.jpg")
        (5562, 46, None)
    """
    found = _DIGITS.findall(name.rpartition(".")[0] or name)
    return int(found[-1]) if found else None


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with frames, or a film.

    Args:
        path: Of the folder or film.
        names: Comparable names of the folders from the release down to it, and its own (of a film without
            the ending).
        film: Whether it is a film.
    """

    path: Path
    names: tuple[str, ...]
    film: bool = False

    def has(self, word: str) -> bool:
        """Whether a folder above it, or itself, has this text in its comparable name."""
        return any(word in name for name in self.names)

    def numbers(self) -> list[int]:
        """Numbers of the frames of a folder, in order; empty for a film."""
        if self.film:
            return []
        found = (last_number(name) for name in _pictures(self.path))
        return sorted(number for number in found if number is not None)


@dataclass(frozen=True, slots=True)
class Tree:
    """A release on disk.

    Args:
        root: The folder that was given.
        sheets: Spreadsheets and CSV files in it, by path.
        places: Comparable own name to folders with frames and films, by path.
        links: Links to folders, which are not followed, by path.
    """

    root: Path
    sheets: tuple[Path, ...]
    places: dict[str, tuple[Place, ...]]
    links: tuple[Path, ...] = ()

    def all_places(self) -> Iterator[Place]:
        """Every folder with frames, and every film."""
        for group in self.places.values():
            yield from group

    def find(self, *names: str) -> tuple[Place, ...]:
        """Folders of frames, else films, that end in these names.

        Args:
            names: Folder names, outermost first, the own name last; compared leniently.

        Returns:
            By path; empty when there is none.
        """
        wanted = tuple(map(comparable, names))
        fitting = [
            place
            for place in self.places.get(wanted[-1], ())
            if place.names[-len(wanted) :] == wanted
        ]
        return tuple([place for place in fitting if not place.film] or fitting)


def walk(root: Path) -> Tree:
    """Look through a release once; links are followed only to files.

    Args:
        root: The folder of the release.

    Raises:
        ConfigError: It is no folder, or cannot be read.
    """
    if not root.is_dir():
        raise ConfigError(
            f"{root}: not a folder; give the folder of the release as it was unpacked"
        )
    sheets: list[Path] = []
    places: dict[str, list[Place]] = defaultdict(list)
    links: list[Path] = []
    try:
        _walk(root, (), sheets, places, links)
    except OSError as error:
        raise ConfigError(describe_os_error(error, error.filename or root)) from None
    return Tree(
        root,
        tuple(sorted(sheets)),
        {name: tuple(sorted(group, key=lambda one: one.path)) for name, group in places.items()},
        tuple(sorted(links)),
    )


def the_sheet(tree: Tree, *patterns: str, what: str) -> tuple[Path, tuple[Path, ...]]:
    """The annotation file of a release.

    Args:
        tree: The release.
        patterns: Regular expressions on the file's name without case and blanks, the preferred first.
        what: Its name as released, for the message.

    Returns:
        The file, and others that fit as well.

    Raises:
        DataError: There is none; the message lists the spreadsheets that are there.
    """
    fitting: list[Path] = []
    for pattern in patterns:
        fitting += [
            path
            for path in tree.sheets
            if path not in fitting and re.search(pattern, re.sub(r"\s+", "", path.name.casefold()))
        ]
    if not fitting:
        there = ", ".join(str(path.relative_to(tree.root)) for path in tree.sheets[:10])
        raise DataError(
            f"{tree.root}: no {what} (xlsx, xls or csv) in it (there: {there or 'no spreadsheet'}); "
            "copy it into this folder"
        )
    return fitting[0], tuple(fitting[1:])


def _walk(
    folder: Path,
    names: tuple[str, ...],
    sheets: list[Path],
    places: dict[str, list[Place]],
    links: list[Path],
) -> None:
    has_frames = False
    below: list[os.DirEntry[str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            # "~$": Excel's lock of an open file; ".": AppleDouble files and hidden folders.
            if entry.name.startswith((".", "~$")) or entry.name == "__MACOSX":
                continue
            if entry.is_dir(follow_symlinks=False):
                below.append(entry)
                continue
            if entry.is_symlink() and entry.is_dir():
                # It may lead back up, or to another form of the same pictures.
                links.append(Path(entry.path))
                continue
            ending = _ending(entry.name)
            if ending in IMAGES:
                has_frames = True
            elif ending in SPREADSHEETS:
                sheets.append(Path(entry.path))
            elif ending in FILMS:
                own = comparable(entry.name[: -len(ending)])
                places[own].append(Place(Path(entry.path), (*names, own), film=True))
    if has_frames:
        own = names[-1] if names else comparable(folder.name)
        places[own].append(Place(folder, names or (own,)))
    if len(names) < _DEPTH:
        for entry in sorted(below, key=lambda one: one.name):
            _walk(Path(entry.path), (*names, comparable(entry.name)), sheets, places, links)


def _pictures(folder: Path) -> list[str]:
    # Plain strings: a folder can hold ten thousand frames.
    with os.scandir(folder) as entries:
        return [
            entry.name
            for entry in entries
            if _ending(entry.name) in IMAGES and not entry.name.startswith(".")
        ]


def _ending(name: str) -> str:
    bare, dot, ending = name.rpartition(".")
    return f".{ending}".lower() if bare and dot else ""
