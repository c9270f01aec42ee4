"""A dataset as lines of text for a terminal."""

import textwrap

from benchmarks.catalogue.check import Check
from benchmarks.catalogue.found import DatasetCounts, Found
from benchmarks.catalogue.model import KnownDataset

_INDENT = 11
_WIDTH = 100


def lines_of(found: Found, check: Check | None = None, *, full: bool = True) -> list[str]:
    """What to say of one dataset.

    Args:
        found: The dataset.
        check: Of its crops and counts; `None` when it was not checked.
        full: With its source, the layout of its release and its traps.
    """
    label = " (synthetic)" if found.synthetic else ""
    lines = [f"{found.name}: {found.display}{label}"]
    entry = found.entry
    if entry is not None:
        lines += _entry_lines(entry, full)
    if found.spec is not None:
        lines += _line("folder", f"{found.spec.path} (protocol {found.spec.protocol})")
    if found.release:
        lines += _line("release", found.release)
    if found.counts is not None:
        lines += _line("found", counts_text(found.counts))
    if found.missing:
        said = found.missing if found.spec is not None else "no file and no option names it"
        lines += _line("missing", said, wrap=False)
    if entry is not None and found.import_command and found.state != "ready":
        lines += _line("import", found.import_command, wrap=False)
    if found.spec is None:
        lines += _line("put it", f"anywhere; then in datasets.toml: {_entry_of(found)}", wrap=False)
    if found.state == "ready":
        lines += _line("state", "ready for bench run")
    if check is not None:
        lines += _check_lines(check)
    return lines


def _entry_of(found: Found) -> str:
    release = ', release = "RELEASE"' if found.import_command else ""
    return f'{found.name} = {{ path = "data/{found.name}"{release} }}'


def _entry_lines(entry: KnownDataset, full: bool) -> list[str]:
    lines = _line("what", f"{entry.what} Task: {' and '.join(entry.task)}.")
    published = ", ".join(
        f"{name} {' or '.join(f'{one:,}' for one in value)}"
        for name, value in entry.counts.known().items()
    )
    rate = f"; {entry.frames_per_second} frames/s" if entry.frames_per_second else ""
    lines += _line("published", f"{published}{rate}. {entry.counts_note}".strip())
    lines += _line("licence", entry.licence)
    lines += _line("apply", entry.apply)
    lines += _line("source", entry.source)
    if not full:
        return lines
    if entry.emotions:
        lines += _line("emotions", entry.emotions)
    for number, one in enumerate(entry.layout):
        lines += _line("" if number else "layout", f"RELEASE/{one}", wrap=False)
    for number, one in enumerate(entry.notes):
        lines += _line("" if number else "notes", one)
    return lines


def counts_text(counts: DatasetCounts) -> str:
    """Counts in words, such as ``57 micro-expressions in 120 clips``."""
    parts = [f"{counts.me:,} micro-expressions"]
    if counts.macro:
        parts.append(f"{counts.macro:,} macro-expressions")
    parts += [
        f"{counts.clips:,} clips ({counts.frames:,} frames)",
        f"{counts.recordings:,} recordings",
        f"{counts.subjects:,} subjects",
    ]
    text = ", ".join(parts)
    if counts.emotions:
        text += "; " + ", ".join(f"{word} {n}" for word, n in counts.emotions.items())
    return text


def _check_lines(check: Check) -> list[str]:
    lines = []
    if check.whole:
        lines += _line("check", f"{check.crops:,} crops are as they were built; counts agree")
    for one in check.damage[:_SHOWN]:
        lines += _line("damage", one, wrap=False)
    if len(check.damage) > _SHOWN:
        lines += _line("damage", f"and {len(check.damage) - _SHOWN:,} more (--json has all)")
    for one in check.differences:
        lines += _line("differs", one)
    return lines


_SHOWN = 10


def _line(title: str, text: str, *, wrap: bool = True) -> list[str]:
    """A title and its text under each other; commands and paths are not broken."""
    pieces = textwrap.wrap(text, _WIDTH - _INDENT - 2) if wrap else [text]
    return [
        f"  {title if not number else '':<{_INDENT}}{piece}" for number, piece in enumerate(pieces)
    ]
