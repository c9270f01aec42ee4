"""Models of other people's packages, found by their entry points; none is imported before it runs.

    [project.entry-points."benchmarks.models"]
    my-model = "my_package.spotter:MySpotter"

What is wrong with one of them never stops the others: it becomes an entry that says what is wrong, and a
failed row when it is run.
"""

import importlib.util
import re
import sys
from collections.abc import Collection
from functools import lru_cache
from importlib import metadata

from benchmarks.registry import ModelEntry
from benchmarks.specs import NAME

ENTRY_POINTS = "benchmarks.models"
"""The group of entry points."""

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def plugin_entries(taken: Collection[str]) -> tuple[ModelEntry, ...]:
    """Models that installed packages offer, by package and name.

    A model whose name is taken, or cannot be a folder's name, is called ``<package>.<name>``.

    Args:
        taken: Names of the built-in models.
    """
    return _entries(tuple(taken), tuple(sys.path))


@lru_cache(maxsize=4)
def _entries(taken: tuple[str, ...], _path: tuple[str, ...]) -> tuple[ModelEntry, ...]:
    used, entries = set(taken), []
    points = metadata.entry_points(group=ENTRY_POINTS)
    for point in sorted(points, key=lambda one: (_package(one), one.name, one.value)):
        package = _package(point)
        name, note = point.name, f"From the package {package}."
        if name in used or not NAME.fullmatch(name):
            why = "was taken" if name in used else "cannot be a folder's"
            name = _UNFIT.sub("-", f"{package}.{point.name}").strip(".-")[:60]
            note = f"From the package {package}, which calls it {point.name!r}; that name {why}."
        if name in used:
            continue
        used.add(name)
        problem = _problem(point, package)
        source = point.value.partition(":")[0].partition(".")[0].strip()
        entries.append(
            ModelEntry(name, point.value, name, problem or note, sources=(source,), problem=problem)
        )
    return tuple(entries)


def _package(point: metadata.EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown"


def _problem(point: metadata.EntryPoint, package: str) -> str:
    """What is plainly wrong, told by package; empty when nothing is."""
    where = f"model {point.name!r} of the package {package}"
    module, colon, attribute = point.value.partition(":")
    if not (module and colon and attribute):
        return f"{where}: {point.value!r} is not of the form 'module:object'; ask its authors"
    top = module.partition(".")[0]
    try:
        there = importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        there = False
    if not there:
        return f"{where}: its module {top!r} is not there; install {package} again"
    return ""
