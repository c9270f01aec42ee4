"""What an engine is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from wdmd_tools.annotations import Problem
from wdmd_tools.pipeline.work import Shared, Task

OnProgress = Callable[[str, float, float], None]
"""Called with a recording's id, the seconds of its film that are done, and those there are to do."""


@dataclass(frozen=True)
class Finished:
    """A recording that is stored.

    Args:
        name: The recording's id.
        retried: Why it was tried a second time; empty when it was not.
        problem: Why it was given up, as stored; `None` when it was built.
    """

    name: str
    retried: str = ""
    problem: Problem | None = None


class Engine(Protocol):
    """Builds recordings."""

    def run(
        self, tasks: Sequence[Task], shared: Shared, on_progress: OnProgress
    ) -> Iterator[Finished]:
        """Build and store all recordings.

        Args:
            tasks: The recordings, each once.
            shared: Of the build.
            on_progress: See `OnProgress`.

        Yields:
            Every recording once, when it is stored.

        Raises:
            WdmdError: Something that every recording would meet.
            OSError: The disk is full or not writable.
        """
        ...
