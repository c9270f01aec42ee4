"""How far a build is, in seconds of film: recordings differ in length by a factor of a hundred."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wdmd_tools.pipeline.work import Task
from wdmd_tools.video.duration import declared_duration_s


@dataclass(frozen=True)
class BuildProgress:
    """How far a build is.

    Args:
        seconds: Seconds of film done by this call.
        seconds_total: Seconds of film there are to do; becomes exact when a film is begun.
        recordings: Recordings finished, also by earlier calls.
        recordings_total: Recordings in all.
    """

    seconds: float
    seconds_total: float
    recordings: int
    recordings_total: int


Progress = Callable[[BuildProgress], None]


class ProgressMeter:
    """Adds up what the workers say.

    Args:
        tasks: The recordings to build.
        finished: Recordings that were finished before.
        tell: Called after every change.
    """

    def __init__(self, tasks: Sequence[Task], finished: int, tell: Progress) -> None:
        self._totals = {
            task.name: declared_duration_s(task.recording.video, task.recording.rate)
            for task in tasks
        }
        self._done = dict.fromkeys(self._totals, 0.0)
        self._finished = finished
        self._recordings_total = finished + len(tasks)
        self._tell = tell
        self._report()

    def step(self, name: str, done: float, total: float) -> None:
        """A worker is at `done` of `total` seconds of the recording `name`."""
        self._done[name], self._totals[name] = done, total
        self._report()

    def finish(self, name: str) -> None:
        """The recording `name` is stored."""
        # One that was rejected early counts as done, or the end would never come.
        self._done[name] = self._totals[name]
        self._finished += 1
        self._report()

    def _report(self) -> None:
        self._tell(
            BuildProgress(
                seconds=sum(self._done.values()),
                seconds_total=sum(self._totals.values()),
                recordings=self._finished,
                recordings_total=self._recordings_total,
            )
        )
