"""A release as recordings to build: frame numbers become frames of the table, and those become times.

numbers      4  5  6  8  9  10         table      0  1  2  3  4  5
span 5..7       #  #                   frames     [1, 3)         ms of frame 1 to ms of frame 3
apex 7                                 nearest frame of the span: 6
"""

import bisect
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from wdmd_tools.annotations import Problem
from wdmd_tools.clips import slug
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import VideoError
from wdmd_tools.importers.model import RELEASE, FrameSpan, Release, ReleaseEvent, ReleaseVideo
from wdmd_tools.intervals import Interval
from wdmd_tools.pipeline.plan import Plan, RecordingPlan
from wdmd_tools.protocol import Event
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.probe import VideoInfo, probe

LABELS = {"me": "ME", "macro": "macro", "blink": "blink"}


class Policies(BaseModel):
    """What becomes of rows that leave something open; each use is a warning.

    Args:
        offset_zero: An offset of 0 is "not annotated". ``apex``: the expression ends at its apex, as
            SOFTNet and MEAN read CAS(ME)2. ``apex+20``: 20 frames later, as LGSNet does. ``drop``: left
            out. Without an apex it is left out under all three.
        onset_zero: An onset of 0 is "not annotated", except where frames begin at 0. ``drop``: left out,
            as the SOFTNet line does. ``first``: begins with the first frame.
        apex_at_onset: An apex on the onset frame. ``keep``: as released. ``unknown``: no apex.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    offset_zero: Literal["apex", "apex+20", "drop"] = "apex"
    onset_zero: Literal["drop", "first"] = "drop"
    apex_at_onset: Literal["keep", "unknown"] = "keep"


@dataclass(frozen=True, slots=True)
class Numbered:
    """What leads from frames back to the release's numbers.

    Args:
        video_id: Of the release.
        first_number: Number of the first frame.
        frames: Frames that are there.
        missing: Numbers between the first and the last without a frame.
    """

    video_id: str
    first_number: int
    frames: int
    missing: int


@dataclass(frozen=True)
class ReleasePlan:
    """A plan, and how its frames are numbered.

    Args:
        plan: For `wdmd_tools.pipeline.build.build_plan`.
        numbering: By recording.
    """

    plan: Plan
    numbering: dict[str, Numbered]


def plan_release(
    release: Release,
    src: Path,
    policies: Policies,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ReleasePlan:
    """Bring a release into the form in which ELAN projects are built.

    Args:
        release: As read.
        src: Its folder; videos are named relative to it.
        policies: See `Policies`.
        progress: Called with videos looked at and videos in all.

    Returns:
        The recordings, one per video; what cannot be used is among the problems.
    """
    problems = list(release.problems)
    recordings, numbering = [], {}
    ids = recording_ids([video.video_id for video in release.videos])
    for done, video in enumerate(release.videos):
        progress(done, len(release.videos))
        try:
            info = probe(video.path, rate=video.fps)
        except VideoError as error:
            problems.append(_unreadable(video, error))
            continue
        numbers = numbers_of(video, info)
        problems.extend(_about_frames(video, info, src))
        events: list[Event] = []
        for event in video.events:
            events.extend(_events(event, video, numbers, info.table, policies, problems))
        problems.extend(_overlapping(video, events))
        one = _recording(ids[video.video_id], release, video, src, info.table, events)
        recordings.append(one)
        numbering[one.recording_id] = Numbered(
            video.video_id,
            numbers[0],
            len(numbers),
            numbers[-1] - numbers[0] + 1 - len(numbers),
        )
    progress(len(release.videos), len(release.videos))
    recordings.sort(key=lambda plan: plan.recording_id)
    return ReleasePlan(Plan(tuple(recordings), tuple(problems), 0), numbering)


def numbers_of(video: ReleaseVideo, info: VideoInfo) -> Sequence[int]:
    """The release's number of every frame of a video.

    Args:
        video: With `first_number`.
        info: As probed.

    Returns:
        Strictly increasing.
    """
    if not video.path.is_dir():
        first = 1 if video.first_number is None else video.first_number
        return range(first, first + len(info.table))
    in_names = info.table.pts
    by = 0 if video.first_number is None else video.first_number - in_names[0]
    return [number + by for number in in_names]


def recording_ids(video_ids: Sequence[str]) -> dict[str, str]:
    """An id for files of each video: its name in lower case, with a hash only where two become one.

    Example:
        >>> recording_ids(["spNO.14_j"])
        {'spNO.14_j': 'spno-14_j'}
    """
    plain = {name: re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") for name in video_ids}
    times = Counter(plain.values())
    return {
        name: one if one and times[one] == 1 and len(one) <= 64 else slug(name)
        for name, one in plain.items()
    }


def _recording(
    recording_id: str,
    release: Release,
    video: ReleaseVideo,
    src: Path,
    table: FrameTable,
    events: list[Event],
) -> RecordingPlan:
    if release.clip_set:
        whole = Interval(table.floor_ms[0], table.end_ms)
        events = [Event("clip", RELEASE, whole, "", video.subject_id, "", "", "", 0), *events]
    facts = hashlib.sha256(repr(events).encode("utf-8", "surrogatepass")).hexdigest()
    return RecordingPlan(
        recording_id=recording_id,
        subject_id=video.subject_id,
        video=video.path,
        source_video=_named(video.path, src),
        events_file=video.events[0].source if video.events else release.display,
        eaf_hashes=(),
        annotators=(RELEASE,),
        events=tuple(events),
        time_origin_ms=0,
        rate=video.fps if video.path.is_dir() else None,
        facts=facts,
    )


def _events(
    event: ReleaseEvent,
    video: ReleaseVideo,
    numbers: Sequence[int],
    table: FrameTable,
    policies: Policies,
    problems: list[Problem],
) -> list[Event]:
    """The events of one row: the expression, its emotion and class, and each action unit."""
    span = _settle(event, numbers[0], policies, problems)
    if span is None:
        return []
    first = bisect.bisect_left(numbers, span.onset)
    stop = bisect.bisect_right(numbers, span.offset)
    if first >= stop:
        problems.append(
            _problem(
                event,
                "E_OUTSIDE_FRAMES",
                f"frames {span.onset} to {span.offset} are not among those of {video.video_id}, "
                f"{numbers[0]} to {numbers[-1]}",
                "check that the frames are whole, and of the release that the sheet belongs to",
            )
        )
        return []
    if span.onset < numbers[0] or span.offset > numbers[-1]:
        problems.append(
            _problem(
                event,
                "W_OUTSIDE_FRAMES",
                f"frames {span.onset} to {span.offset} leave those of {video.video_id}, {numbers[0]} to "
                f"{numbers[-1]}; the part inside is used",
                "check that the frames are whole",
            )
        )
    end_ms = table.floor_ms[stop] if stop < len(table) else table.end_ms
    interval = Interval(table.floor_ms[first], end_ms)
    apex_ms = None
    apex = span.apex
    if apex is not None:
        nearest = min(range(first, stop), key=lambda frame: abs(numbers[frame] - apex))
        apex_ms = table.floor_ms[nearest]

    file, _, row = event.source.partition("!")

    def of(kind: str, label: str, apex_ms: int | None = None) -> Event:
        who = video.subject_id
        return Event(kind, RELEASE, interval, label, who, file, row, event.key, 0, apex_ms)

    found = [of(event.kind, LABELS[event.kind], apex_ms)]
    if event.emotion:
        found.append(of("emotion", event.emotion))
        coarse = scheme("3").classify(event.emotion)
        if coarse is not None:
            found.append(of("emotion3", coarse))
    return [*found, *(of("au", unit) for unit in dict.fromkeys(event.action_units))]


def _settle(
    event: ReleaseEvent, first_number: int, policies: Policies, problems: list[Problem]
) -> FrameSpan | None:
    """The span after the policies, or `None` where the row is left out."""
    span = event.span
    onset, apex, offset = span.onset, span.apex, span.offset

    def tell(message: str, fix: str) -> None:
        problems.append(_problem(event, "W_OPEN_ROW", message, fix))

    if onset == 0 and first_number > 0:
        if policies.onset_zero == "drop":
            tell("onset 0 is not annotated; left out", "import with --onset-zero first to keep it")
            return None
        tell("onset 0 is not annotated; begins with the first frame", "nothing, if that is meant")
        onset = first_number
    if offset == 0:
        if policies.offset_zero == "drop" or apex is None:
            why = "" if apex is not None else " and there is no apex"
            tell(f"offset 0 is not annotated{why}; left out", "give it with --corrections")
            return None
        offset = apex + (20 if policies.offset_zero == "apex+20" else 0)
        tell(
            f"offset 0 is not annotated; ends at {offset} ({policies.offset_zero})",
            "choose with --offset-zero",
        )
    if apex is not None and apex == onset and policies.apex_at_onset == "unknown":
        apex = None
    return FrameSpan(onset, apex, offset)


def _about_frames(video: ReleaseVideo, info: VideoInfo, src: Path) -> Iterator[Problem]:
    if info.ignored:
        some = ", ".join(info.ignored[:5]) + (", ..." if len(info.ignored) > 5 else "")
        yield Problem(
            "W_NO_FRAME",
            f"{len(info.ignored)} files are no numbered frames and are ignored: {some}",
            "nothing, if none of them is a picture of the video",
            _named(video.path, src),
        )
    if not video.path.is_dir() and abs(info.table.fps / video.fps - 1) > 0.01:
        yield Problem(
            "W_OTHER_RATE",
            f"{float(info.table.fps):.3f} frames per second; the release has {float(video.fps):g}, and "
            "its frame numbers count those",
            "take the film as it was released, not a converted one",
            _named(video.path, src),
        )


def _overlapping(video: ReleaseVideo, events: Sequence[Event]) -> Iterator[Problem]:
    mes = sorted((event for event in events if event.kind == "me"), key=lambda e: e.interval)
    for one, other in itertools.pairwise(mes):
        if one.interval & other.interval is not None:
            yield Problem(
                "W_OVERLAPPING_ME",
                f"{video.video_id}: {one.annotation_id} and {other.annotation_id} overlap; both are kept",
                "nothing: they are so in the release",
                other.file,
            )


def _problem(event: ReleaseEvent, code: str, message: str, fix: str) -> Problem:
    return Problem(code, f"{event.key}: {message}", fix, event.source)


def _unreadable(video: ReleaseVideo, error: VideoError) -> Problem:
    message, _, fix = str(error).partition("; ")
    return Problem("E_VIDEO", message, fix or "copy it again from the release", video.video_id)


def _named(path: Path, src: Path) -> str:
    try:
        return path.relative_to(src).as_posix() or path.name
    except ValueError:
        return path.name
