"""One recording as a piece of work: what every engine runs, wherever it runs it."""

import contextlib
import errno
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wdmd_tools.annotations import Problem
from wdmd_tools.config import BuildConfig
from wdmd_tools.errors import WdmdError
from wdmd_tools.pipeline.journal import Journal
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.pipeline.recording import FilmLimit, build_recording

Loss = Literal["killed", "memory", "time", "fault"]
"""Why a recording was not finished: its worker died, memory ran out, it stood still, or a fault of ours."""


@dataclass(frozen=True)
class Task:
    """A recording to build.

    Args:
        recording: What to build.
        key: See `wdmd_tools.pipeline.journal.recording_key`.
    """

    recording: RecordingPlan
    key: str

    @property
    def name(self) -> str:
        """The recording's id."""
        return self.recording.recording_id


@dataclass(frozen=True)
class Shared:
    """What all tasks of a build have in common.

    Args:
        config: Settings.
        model_file: The face landmark model.
        out: Dataset folder.
    """

    config: BuildConfig
    model_file: Path
    out: Path


@dataclass(frozen=True)
class Lost:
    """A task that was not finished.

    Args:
        why: See `Loss`.
        detail: For people, for example ``"SIGKILL"``.
    """

    why: Loss
    detail: str


def attempt(
    task: Task,
    shared: Shared,
    on_progress: Callable[[float, float], None],
    limit: FilmLimit = contextlib.nullcontext,
) -> Lost | None:
    """Build a recording and store it.

    Args:
        task: The recording.
        shared: Of the build.
        on_progress: Called with the seconds of film done and to do.
        limit: What the film may cost; see `wdmd_tools.pipeline.recording.FilmLimit`.

    Returns:
        `None` when it is stored; else what went wrong with this recording and no other.

    Raises:
        WdmdError: Something that every other recording would meet too, such as a missing binary.
        OSError: The disk is full or not writable.
    """
    try:
        with Journal(shared.out).part(task.name, task.key) as part:
            build_recording(
                task.recording,
                shared.config,
                shared.model_file,
                shared.out,
                part,
                on_progress,
                limit,
            )
    except MemoryError as error:
        return Lost("memory", str(error).splitlines()[0] if str(error) else "no memory left")
    except OSError as error:
        if error.errno == errno.ENOMEM:
            return Lost("memory", "no memory for another process")
        raise
    except WdmdError:
        raise
    except Exception as error:  # noqa: BLE001 - one odd film must not end a build of a thousand
        return Lost("fault", _place(error))
    return None


def give_up(task: Task, shared: Shared, lost: Lost) -> Problem:
    """Store a recording as rejected; the next build tries it again.

    Args:
        task: The recording.
        shared: Of the build.
        lost: What went wrong.

    Returns:
        The row of the rejects table.
    """
    problem = _problem(task, lost)
    with Journal(shared.out).part(task.name, task.key) as part:
        part.problems.append(problem)
        part.try_again = True
    return problem


def _problem(task: Task, lost: Lost) -> Problem:
    film, file = task.recording.source_video, task.recording.events_file
    if lost.why == "memory":
        return Problem(
            "E_OUT_OF_MEMORY",
            f"{film}: memory ran out twice, the second time with nothing beside it ({lost.detail})",
            "convert the film to a smaller size, or build on a machine with more memory",
            file,
        )
    if lost.why == "killed":
        return Problem(
            "E_WORKER_KILLED",
            f"{film}: its worker process died twice, the second time alone ({lost.detail})",
            "run the same command again, which tries it again; if that does not help convert the film",
            file,
        )
    if lost.why == "time":
        return Problem(
            "E_TIME_LIMIT",
            f"{film}: {lost.detail}",
            "run the same command again, which tries it again, or convert the film",
            file,
        )
    return Problem(
        "E_INTERNAL",
        f"{film}: a fault of this program: {lost.detail}",
        "please report it with the film, if you may; the next build tries it again",
        file,
    )


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}{where}"
