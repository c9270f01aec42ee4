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
    """End a process and all that it started, at once.

    The process itself is left for the one who started it to wait for: a child can be asked only once how it
    ended.
    """
    family = _family(pid)
    _kill(family, family[1:])


def kill_children(pid: int) -> None:
    """End all that a process started."""
    children = [one for one in _family(pid) if one.pid != pid]
    _kill(children, children)


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def _kill(family: list[psutil.Process], awaited: list[psutil.Process]) -> None:
    # Parents first, so that none starts another child meanwhile.
    for one in family:
        with suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(awaited, timeout=5)
