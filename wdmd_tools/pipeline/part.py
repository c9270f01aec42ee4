"""The tables of one recording, written clip by clip and read group by group: memory does not grow.

data/.build/parts/<recording>/clips.parquet, segments.parquet, frames.parquet, done.json
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from wdmd_tools.annotations import Problem
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest.stream import TableStream, iter_table, open_table_stream
from wdmd_tools.manifest.tables import read_table

Row = dict[str, Any]
DONE = "done.json"
TABLES = ("clips", "segments", "frames")


@dataclass(frozen=True)
class Part:
    """A finished recording, as stored.

    Args:
        folder: Where its tables lie.
        clips: Its clips, without splits.
        problems: Found while building.
        video_sha256: Of the film.
        try_again: Whether it was given up for want of memory or time.
    """

    folder: Path
    clips: pa.Table
    problems: tuple[Problem, ...]
    video_sha256: str
    try_again: bool

    def tables(self, name: str) -> Iterator[pa.Table]:
        """The table ``"segments"`` or ``"frames"`` in pieces."""
        return iter_table(self.folder / f"{name}.parquet", name)


@dataclass(frozen=True)
class EmptyPart(Part):
    """A part whose rows are not used."""

    def tables(self, name: str) -> Iterator[pa.Table]:  # noqa: ARG002 - the interface
        """Nothing."""
        return iter(())


class PartWriter:
    """Takes what was built of one recording; a context manager.

    Attributes:
        problems: Found while building; append here.
        video_sha256: Of the film; set here.
        try_again: Set when the recording is given up for a reason that another run may not meet.
        crop_paths: Crops of the clips added so far, relative to the dataset folder.

    Args:
        folder: Where the tables go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self._streams: dict[str, TableStream] = {}
        self.problems: list[Problem] = []
        self.video_sha256 = ""
        self.try_again = False
        self.crop_paths: list[str] = []

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def _open(self) -> None:
        for name in TABLES:
            path = self._folder / f"{name}.parquet"
            self._streams[name] = self._stack.enter_context(open_table_stream(path, name))

    def add(self, clip: Row, segments: Iterable[Row], frames: Iterable[Row]) -> None:
        """Append the rows of a clip whose crop is finished.

        Args:
            clip: Of the clips table.
            segments: Of the segments table.
            frames: Of the frames table.
        """
        for name, rows in zip(TABLES, ([clip], segments, frames), strict=True):
            self._streams[name].write(rows)
        self.crop_paths.append(clip["crop_path"])

    def restart(self) -> None:
        """Forget all that was added."""
        with contextlib.suppress(_ForgetError), self._stack:
            raise _ForgetError
        self.problems, self.crop_paths = [], []
        self._open()

    def finish(self) -> None:
        """Close the tables: from here on they are whole."""
        self._stack.close()


class _ForgetError(Exception):
    """Unwinds the open files without keeping them."""


def read_part(folder: Path) -> Part:
    """Open the part of a finished recording.

    Args:
        folder: Where its tables lie.

    Raises:
        ManifestError: It is damaged.
    """
    try:
        done = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"{folder}: damaged ({error}); delete {folder}") from error
    return Part(
        folder=folder,
        clips=read_table(folder / "clips.parquet", "clips"),
        problems=tuple(Problem(**problem) for problem in done["problems"]),
        video_sha256=done["video_sha256"],
        try_again=bool(done.get("try_again")),
    )
