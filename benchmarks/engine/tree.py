"""A process and its children: how much memory they hold, and how they are ended."""

from contextlib import suppress

import psutil


def memory_of(pid: int) -> int:
    """Resident memory in bytes of a process and all that it started, 0 when it is gone."""
    total = 0
    for one in _family(pid):
        with suppress(psutil.Error):
            total += one.memory_info().rss
    return total


def kill_tree(pid: int) -> None:
    """End a process and all that it started, at once."""
    _kill(_family(pid))


def kill_children(pid: int) -> None:
    """End all that a process started."""
    _kill([one for one in _family(pid) if one.pid != pid])


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def _kill(family: list[psutil.Process]) -> None:
    # Parents first, so that none starts another child meanwhile.
    for one in family:
        with suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(family, timeout=5)
