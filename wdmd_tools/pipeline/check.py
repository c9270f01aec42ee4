"""All problems of a project at once, without decoding a frame: what `wdmd check` prints."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wdmd_tools.annotations import Problem
from wdmd_tools.config import BuildConfig
from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import AnnotationError, VideoError
from wdmd_tools.pipeline.labels import label_frames
from wdmd_tools.pipeline.lookalikes import lookalike_names
from wdmd_tools.pipeline.plan import (
    RecordingPlan,
    find_eafs,
    names_of_file,
    plan_project,
    unreadable,
)
from wdmd_tools.protocol import Interpretation, Protocol, interpret
from wdmd_tools.video.probe import VideoInfo, probe


@dataclass(frozen=True)
class RecordingFacts:
    """One recording, as found.

    Args:
        recording_id: Its id.
        subject_id: The person.
        source_video: Path under the videos folder.
        width: Pixels.
        height: Pixels.
        fps: Frames per second, average.
        n_frames: Frames that the video announces packet by packet.
        annotators: Who annotated it.
        n_me: MEs by all annotators together.
        near_frame_starts: Share of boundaries within 1 ms of the start of a frame.
    """

    recording_id: str
    subject_id: str
    source_video: str
    width: int
    height: int
    fps: float
    n_frames: int
    annotators: tuple[str, ...]
    n_me: int
    near_frame_starts: float | None


@dataclass(frozen=True)
class CheckReport:
    """What was found.

    Args:
        n_eaf: ELAN files looked at.
        recordings: Those that a build would use.
        problems: Sorted by file and line.
        n_me: Micro-expressions by all annotators together.
    """

    n_eaf: int
    recordings: tuple[RecordingFacts, ...]
    problems: tuple[Problem, ...]
    n_me: int = 0

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop something from being used."""
        return [problem for problem in self.problems if problem.is_error]


def check_project(
    elan: Path,
    videos: Path,
    config: BuildConfig,
    protocol: Protocol,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    subjects: Path | None = None,
) -> CheckReport:
    """Read every file and collect every problem.

    Args:
        elan: Folder of ELAN files, or one file.
        videos: Folder of videos, or one file.
        config: Settings; thresholds of rate and resolution are used.
        protocol: Which tier means what.
        progress: Called with recordings looked at and recordings in all.
        subjects: See `wdmd_tools.pipeline.plan.plan_project`.

    Raises:
        ConfigError: A path does not exist, or holds no ELAN file or no video.
    """
    plan = plan_project(elan, videos, protocol, progress, subjects)
    problems = list(plan.problems)
    facts = []
    for number, recording in enumerate(plan.recordings):
        progress(number, len(plan.recordings))
        try:
            info = probe(recording.video)
        except VideoError as error:
            message, _, fix = str(error).partition("; ")
            problems.append(Problem("E_VIDEO", message, fix, recording.events_file))
            continue
        labels = label_frames(
            recording.events,
            recording.annotators,
            recording.time_origin_ms,
            info.table,
            config.consensus,
        )
        problems.extend(labels.problems)
        problems.extend(_quality(recording, info, config))
        facts.append(_facts(recording, info))
    progress(len(plan.recordings), len(plan.recordings))
    return CheckReport(
        plan.n_eaf,
        tuple(facts),
        # A film of two people is looked at twice.
        tuple(_sorted(list(dict.fromkeys(problems)))),
        sum(item.n_me for item in facts),
    )


def check_annotations(
    elan: Path,
    protocol: Protocol,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> CheckReport:
    """Read every ELAN file and collect every problem, without looking for films.

    Args:
        elan: Folder of ELAN files, or one file.
        protocol: Which tier means what.
        progress: Called with files looked at and files in all.

    Returns:
        A report without recordings: those need films.

    Raises:
        ConfigError: The path does not exist, or holds no ELAN file.
    """
    paths = find_eafs(elan)
    problems: list[Problem] = []
    mes = 0
    everything: list[tuple[Path, Interpretation]] = []
    for number, path in enumerate(paths):
        progress(number, len(paths))
        try:
            document = read_eaf(path)
        except AnnotationError as error:
            problems.append(unreadable(path, error))
            continue
        said = interpret(document, protocol, names_of_file(path, None, protocol))
        mes += sum(event.kind == "me" for event in said.events)
        problems.extend(said.problems)
        everything.append((path, said))
    problems.extend(lookalike_names(everything))
    progress(len(paths), len(paths))
    return CheckReport(len(paths), (), tuple(_sorted(problems)), mes)


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.file, p.line, p.code, p.tier, p.annotation_id))


def _facts(recording: RecordingPlan, info: VideoInfo) -> RecordingFacts:
    events = [event for event in recording.events if event.kind == "me"]
    bounds = [
        time + recording.time_origin_ms
        for event in events
        for time in (event.interval.start_ms, event.interval.end_ms)
    ]
    return RecordingFacts(
        recording_id=recording.recording_id,
        subject_id=recording.subject_id,
        source_video=recording.source_video,
        width=info.width,
        height=info.height,
        fps=float(info.table.fps),
        n_frames=len(info.table),
        annotators=recording.annotators,
        n_me=len(events),
        near_frame_starts=info.table.share_near_frame_starts(bounds),
    )


def _quality(recording: RecordingPlan, info: VideoInfo, config: BuildConfig) -> list[Problem]:
    found = []
    quality, fps = config.quality, float(info.table.fps)
    if fps < quality.min_fps - 0.1:
        found.append(
            Problem(
                "W_LOW_FPS",
                f"{recording.source_video} has {fps:.4g} frames per second, "
                f"{quality.min_fps:g} are advised",
                "record faster; a micro-expression of 0.2 s has few frames (kept, and flagged)",
                recording.events_file,
            )
        )
    if info.height < quality.min_height:
        found.append(
            Problem(
                "W_LOW_RES",
                f"{recording.source_video} is {info.width}x{info.height}, "
                f"{quality.min_height} lines are advised",
                "use the original instead of a reduced copy, if there is one (kept, and flagged)",
                recording.events_file,
            )
        )
    return found
