"""One recording after the other in this process: nothing is isolated, nothing has to start."""

from collections.abc import Iterator, Sequence

from wdmd_tools.pipeline.engine.base import Finished, OnProgress
from wdmd_tools.pipeline.work import Shared, Task, attempt, give_up


class InlineEngine:
    """Builds in the calling process."""

    def run(
        self, tasks: Sequence[Task], shared: Shared, on_progress: OnProgress
    ) -> Iterator[Finished]:
        """See `wdmd_tools.pipeline.engine.base.Engine.run`."""
        for task in tasks:

            def tell(done: float, total: float, name: str = task.name) -> None:
                on_progress(name, done, total)

            retried = ""
            lost = attempt(task, shared, tell)
            if lost is not None and lost.why == "memory":
                retried = lost.detail
                lost = attempt(task, shared, tell)
            problem = None if lost is None else give_up(task, shared, lost)
            yield Finished(task.name, retried, problem)
