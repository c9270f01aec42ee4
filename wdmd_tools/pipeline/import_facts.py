"""What cards and datasheets say of a dataset that was imported from somebody else's release.

Its owners' licence binds whoever has it: neither crops nor tables are for passing on. What is said here
comes from ``dataset.json`` alone.
"""

from collections.abc import Mapping
from typing import Any

_LISTED = 40
"""Corrections that are written out; ``dataset.json`` has all."""


def imported(info: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What was imported; `None` for a dataset of one's own.

    Args:
        info: The content of ``dataset.json``.
    """
    said = info.get("import")
    return said if isinstance(said, Mapping) else None


def is_bound(info: Mapping[str, Any]) -> bool:
    """Whether pictures in it are somebody else's: it was imported, and is no format twin."""
    return imported(info) is not None and not info.get("synthetic")


def licence(said: Mapping[str, Any]) -> str:
    """Under what licence it is, in a sentence."""
    return (
        f"That of {said['display']}, by agreement with its owners: research only; neither crops nor tables "
        "may be passed on."
    )


def based_on(said: Mapping[str, Any]) -> dict[str, Any]:
    """The release, as a dataset that this one is based on (schema.org)."""
    sheets = said.get("sheets") or {}
    named = "; ".join(f"{name} sha256 {digest}" for name, digest in sheets.items())
    return {
        "@type": "sc:Dataset",
        "name": said["display"],
        "version": said["version"],
        "description": f"As released by its owners. Annotation files: {named or 'not known'}.",
    }


def corrections(said: Mapping[str, Any]) -> list[str]:
    """One line per correction that was applied, with who found it; the first says how many."""
    rows = said["corrections"]["applied"]
    count = (
        f"{len(rows)} correction{'' if len(rows) == 1 else 's'} ({said['corrections']['origin']})"
    )
    lines = [
        f"{row['key']}: {_change(row)} ({row['why']}; {row['source']}, {row['date']})"
        for row in rows[:_LISTED]
    ]
    more = [f"and {len(rows) - _LISTED} more, in dataset.json"] if len(rows) > _LISTED else []
    return [count, *lines, *more]


def _change(row: Mapping[str, Any]) -> str:
    if row["field"] == "drop":
        return "left out"
    return f"{row['field']} {row['old'] or 'empty'} -> {row['new'] or 'unknown'}"


def counts_apart(said: Mapping[str, Any]) -> list[str]:
    """Numbers that are not as published, one line each."""
    return [
        f"{one['what']}: {one['found']} here, {one['expected']} published"
        for one in said["counts"]
        if one["expected"] not in (None, one["found"])
    ]
