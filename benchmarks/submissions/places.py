"""Clips and films of a dataset under the names that files give them, and where frames and times lie."""

import bisect
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from benchmarks.submissions.notes import CUT, MACRO, OUTSIDE, Notes, Said
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.errors import DataError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import MACRO as MACRO_LABEL
from wdmd_tools.predictions import ClipPrediction, PredictedSegment
from wdmd_tools.review.frames import ClipTimes, recording_times

_NEAR_S = 0.02
"""Seconds by which a time may lie beyond the end of a clip before it is said to be cut."""


@dataclass(frozen=True)
class Places:
    """Where things are in a dataset.

    Args:
        dataset: An opened dataset.
    """

    dataset: Dataset

    @cached_property
    def clips(self) -> dict[str, dict[str, Any]]:
        """Rows of the clips table by clip id."""
        return {str(row["clip_id"]): row for row in self.dataset.clips.to_pylist()}

    @cached_property
    def films(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of each film's clips, in time, by recording id, which may be the name of a clip too."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.clips.values():
            found.setdefault(str(row["recording_id"]), []).append(row)
        return {
            name: sorted(rows, key=lambda row: row["start_frame"]) for name, rows in found.items()
        }

    @cached_property
    def _film_of_name(self) -> dict[str, str]:
        """Other names of films, where only one film has them, to recording ids.

        The file's name and stem, and ``<subject>_<either>``, as the challenges call films.
        """
        owners: dict[str, set[str]] = {}
        for name, rows in self.films.items():
            path = PurePosixPath(str(rows[0]["source_video"]))
            subject = rows[0]["subject_id"]
            aliases = {name, path.stem, path.name, str(path)}
            for alias in aliases | {f"{subject}_{one}" for one in (name, path.stem)}:
                owners.setdefault(alias.casefold(), set()).add(name)
        return {alias: next(iter(names)) for alias, names in owners.items() if len(names) == 1}

    @cached_property
    def has_macro(self) -> bool:
        """Whether macro-expressions are annotated."""
        table = self.dataset.segments
        kinds, people = table["kind"].to_pylist(), table["annotator"].to_pylist()
        return (MACRO_LABEL, CONSENSUS) in set(zip(kinds, people, strict=True))

    def film(self, name: str) -> str | None:
        """The recording of that id, or whose film has that name; `None` when there is none, or several."""
        return name if name in self.films else self._film_of_name.get(name.strip().casefold())

    def unknown(self, where: str, name: str, what: str = "video") -> DataError:
        """The error for a name that is neither a clip nor a film."""
        known = [*self.clips, *self.films]
        close = difflib.get_close_matches(name, known, n=1)
        hint = (
            f"did you mean {close[0]!r}?"
            if close
            else f"clips are called like {known[0]!r}, films like {next(iter(self.films))!r}"
        )
        return DataError(
            f"{where}: {what} {name!r} is neither a clip nor a recording of {self.dataset.root}; {hint}"
        )

    def starts_s(self, clip_id: str) -> list[float]:
        """When the frames of a clip begin, seconds from its first one, then when the last one ends."""
        from wdmd_tools.export.times import clip_starts_s

        if clip_id not in self._starts:
            self._starts[clip_id] = clip_starts_s(self.dataset, self.clips[clip_id])
        return self._starts[clip_id]

    def times(self, recording_id: str) -> dict[str, ClipTimes]:
        """When the frames of a film's clips begin, on ELAN's time line."""
        if recording_id not in self._times:
            self._times[recording_id] = recording_times(self.dataset, recording_id)
        return self._times[recording_id]

    @cached_property
    def _starts(self) -> dict[str, list[float]]:
        return {}

    @cached_property
    def _times(self) -> dict[str, dict[str, ClipTimes]]:
        return {}


@dataclass
class Collected:
    """Segments by clip, while a file is read.

    Args:
        places: Of the dataset.
        notes: To be told to the user.
    """

    places: Places
    notes: Notes = field(default_factory=Notes)
    segments: dict[str, list[PredictedSegment]] = field(default_factory=dict)

    def leaves_out(self, label: str) -> bool:
        """Whether segments of this label are not kept, which is noted."""
        left = label == MACRO_LABEL and not self.places.has_macro
        self.notes.add(MACRO, int(left))
        return left

    def mention(self, clip_id: str) -> None:
        """The file speaks about this clip, even if nothing is in it."""
        self.segments.setdefault(clip_id, [])

    def mention_film(self, name: str) -> None:
        """The file speaks about all clips of this recording."""
        for row in self.places.films[name]:
            self.mention(str(row["clip_id"]))

    def add(self, clip_id: str, frames: Interval, said: Said) -> None:
        """Add half-open frames of a clip, cut to it."""
        self.mention(clip_id)
        length = int(self.places.clips[clip_id]["n_frames"])
        first, end = max(0, frames.start_ms), min(length, frames.end_ms)
        if first >= end:
            self.notes.add(OUTSIDE)
            return
        if (first, end) != (frames.start_ms, frames.end_ms):
            self.notes.add(CUT)
        self.segments[clip_id].append(_segment(Interval(first, end), said))

    def add_seconds(self, clip_id: str, start: float, end: float, said: Said) -> None:
        """Add seconds of a clip; both ends go to the nearest beginning of a frame.

        Seconds in files are rounded, so the nearest is meant; the end is where the next frame begins.
        """
        self.mention(clip_id)
        edges = self.places.starts_s(clip_id)
        if end <= edges[0] or start >= edges[-1]:
            self.notes.add(OUTSIDE)
            return
        if start < edges[0] - _NEAR_S or end > edges[-1] + _NEAR_S:
            self.notes.add(CUT)
        first = min(nearest(edges, start), len(edges) - 2)
        last = max(nearest(edges, end), first + 1)
        self.segments[clip_id].append(_segment(Interval(first, last), said))

    def add_film_frames(self, name: str, frames: Interval, said: Said) -> None:
        """Add half-open frames of a whole film to the clip that holds most of them."""
        self.mention_film(name)
        best: tuple[int, str, Interval] | None = None
        for row in self.places.films[name]:
            start, length = int(row["start_frame"]), int(row["n_frames"])
            common = min(frames.end_ms, start + length) - max(frames.start_ms, start)
            if common > 0 and (best is None or common > best[0]):
                here = Interval(frames.start_ms - start, frames.end_ms - start)
                best = (common, str(row["clip_id"]), here)
        if best is None:
            self.notes.add(OUTSIDE)
            return
        self.add(best[1], best[2], said)

    def add_film_ms(
        self, name: str, start_ms: int, end_ms: int, said: Said, *, media: bool = True
    ) -> None:
        """Add a time span of a whole film to the clip that holds most of it.

        The frame of a time is the last that begins at or before it, for both ends, as `wdmd build` has it.

        Args:
            name: The recording.
            start_ms: Media time, or the time line of the dataset's ELAN files.
            end_ms: Likewise; not included.
            said: Score, label and emotion.
            media: Whether times are media times.
        """
        self.mention_film(name)
        if media:
            origin = int(self.places.films[name][0]["time_origin_ms"])
            start_ms, end_ms = start_ms - origin, end_ms - origin
        best: tuple[int, str, Interval] | None = None
        for clip_id, times in self.places.times(name).items():
            starts, clip_end = times.starts_ms, times.end_ms
            if not starts:
                continue
            common = min(end_ms, clip_end) - max(start_ms, starts[0])
            if common > 0 and (best is None or common > best[0]):
                first = bisect.bisect_right(starts, start_ms) - 1
                end = len(starts) if end_ms >= clip_end else bisect.bisect_right(starts, end_ms) - 1
                before = start_ms < starts[0]
                beyond = end_ms > clip_end
                if before or beyond:
                    best = (common, clip_id, Interval(-1 if before else first, end + beyond))
                else:
                    best = (common, clip_id, Interval(first, max(end, first + 1)))
        if best is None:
            self.notes.add(OUTSIDE)
            return
        self.add(best[1], best[2], said)

    def predictions(self) -> dict[str, ClipPrediction]:
        """What was collected, by clip id; segments of a clip by time."""
        return {
            clip_id: ClipPrediction(
                clip_id, tuple(sorted(found, key=lambda one: (one.interval, -one.score)))
            )
            for clip_id, found in sorted(self.segments.items())
        }


def _segment(interval: Interval, said: Said) -> PredictedSegment:
    return PredictedSegment(interval, said.score, said.label, said.emotion)


def nearest(edges: Sequence[float], time: float) -> int:
    """Index of the nearest of ascending times; of two equally near ones the earlier."""
    after = bisect.bisect_left(edges, time)
    if after == 0:
        return 0
    if after == len(edges):
        return len(edges) - 1
    return after - 1 if time - edges[after - 1] <= edges[after] - time else after
