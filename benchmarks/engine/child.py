"""A job's process: ``python -m benchmarks.engine.child SPEC.json``.

It ends when whoever started it is gone: else a job of a killed run would write into a folder that the next
run is using.
"""

import os
import sys
import threading
import time

_EVERY_S = 1.0


def die_with_the_parent() -> None:
    """Start a thread that ends this process and its children soon after the parent has died."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_EVERY_S)
        _kill_the_family()

    threading.Thread(target=watch, daemon=True, name="parent watch").start()


def _kill_the_family() -> None:
    from benchmarks.engine.tree import kill_children

    kill_children(os.getpid())
    os._exit(1)


def main(path: str) -> int:
    """Run the job described in a file; see `benchmarks.job.main`."""
    die_with_the_parent()
    from benchmarks.job import main as run

    return run(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
