"""Read an EAF into immutable values.

    bytes --guard--> lines, header --pympi-ling--> raw tables --resolve--> AnnotationDocument

pympi-ling parses; only its tables ``timeslots``, ``tiers`` and ``media_descriptors`` are read. Its query
methods lose or misplace annotations of nested tiers (see docs), and it ignores TIME_ORIGIN.
"""

import gc
import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wdmd_tools.annotations import (
    Annotation,
    AnnotationDocument,
    MediaDescriptor,
    Problem,
    Tier,
)
from wdmd_tools.elan.guard import Scan, read_guarded
from wdmd_tools.elan.pympi_faults import mend
from wdmd_tools.elan.resolve import (
    Aligned,
    Reference,
    Span,
    interpolate_slots,
    resolve_references,
)
from wdmd_tools.errors import AnnotationError
from wdmd_tools.intervals import Interval

_log = logging.getLogger(__name__)
_NEWEST_READ = (3, 0)
_MOST_FAULTS = 50


def read_eaf(path: Path | str) -> AnnotationDocument:
    """Read an ELAN annotation file.

    Args:
        path: The ``.eaf`` file.

    Returns:
        All tiers with resolved times. An annotation without usable times is not in its tier but in
        `problems`, with its line.

    Raises:
        AnnotationError: The file as a whole cannot be used.
    """
    with _without_collector():
        return _read(Path(path))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the cycle collector: everything made while reading is kept, so it would search in vain.

    It costs 40 % of the time of a large file (perf/eaf.py).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(path: Path) -> AnnotationDocument:
    data, scan = read_guarded(path)
    if scan.time_units != "milliseconds":
        raise AnnotationError(_wrong_units(path, scan))
    eaf, known_as = _parse(data, path, scan)
    try:
        return _document(path, eaf, scan, known_as)
    except AnnotationError:
        raise
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise _unusable(path, error) from error


def _parse(data: bytes, path: Path, scan: Scan) -> tuple[Any, dict[str, str]]:
    """The tables of pympi-ling, from the very bytes that passed the guard, mended where they must be."""
    if not scan.faults:
        try:
            return _tables(data), {}
        except Exception as error:  # noqa: BLE001  # pympi raises bare Exception
            _log.debug("%s: mended after %r", path, error)
    try:
        mended, known_as = mend(data)
        return _tables(mended), known_as
    except Exception as error:
        raise _unusable(path, error) from error


def _tables(data: bytes) -> Any:
    from pympi.Elan import Eaf

    # A file on disk could change between the two reads, and pympi takes names only.
    with tempfile.TemporaryDirectory(prefix="wdmd-eaf-") as folder:
        copy = Path(folder) / "guarded.eaf"
        copy.write_bytes(data)
        return Eaf(str(copy), suppress_version_warning=True)


def _wrong_units(path: Path, scan: Scan) -> str:
    """Frames are refused, never converted: programs may have written frames or milliseconds.

    What ELAN does with them we could not confirm, and a guess could move every label by a factor of 33
    or 40.
    """
    frame = {"PAL-frames": "40", "NTSC-frames": "1001/30"}.get(
        scan.time_units, "the length of a frame in"
    )
    return (
        f"{path}:{scan.units_line}: TIME_UNITS is {scan.time_units!r}, only milliseconds are read, since "
        "a file with these units may hold frames or milliseconds; if the times look right in ELAN, set "
        'TIME_UNITS="milliseconds" in this line with a text editor; if they count frames, also '
        f"multiply every TIME_VALUE by {frame} ms"
    )


def _findings(path: Path, scan: Scan) -> list[Problem]:
    """What was mended, and a version that is newer than this reader."""
    found = [
        Problem(
            "W_MENDED",
            fault.message,
            "open and save the file in ELAN",
            str(path),
            fault.tier,
            fault.annotation_id,
            fault.line,
        )
        for fault in scan.faults[:_MOST_FAULTS]
    ]
    if len(scan.faults) > _MOST_FAULTS:
        more = len(scan.faults) - _MOST_FAULTS
        fix = "open and save the file in ELAN"
        found.append(Problem("W_MENDED", f"{more} further faults of this kind", fix, str(path)))
    if _version(scan.version) > _NEWEST_READ:
        found.append(
            Problem(
                "W_NEWER_FORMAT",
                f"EAF {scan.version} is newer than this reader, which knows 3.0",
                "compare the counts of annotations with ELAN's; ask for an update if they differ",
                str(path),
                line=1,
            )
        )
    return found


def _unusable(path: Path, error: Exception) -> AnnotationError:
    return AnnotationError(
        f"{path}: not a usable EAF ({type(error).__name__}: {error}); open and save it in ELAN"
    )


def _version(text: str) -> tuple[int, int]:
    parts = [int(part) if part.isdigit() else 0 for part in [*text.split("."), "0"][:2]]
    return parts[0], parts[1]


def _document(path: Path, eaf: Any, scan: Scan, known_as: Mapping[str, str]) -> AnnotationDocument:
    def known(name: str) -> str:
        return known_as.get(name, name)

    aligned = {
        tier_id: [
            Aligned(known(annotation_id), start, end, value)
            for annotation_id, (start, end, value, _) in tables[0].items()
        ]
        for tier_id, tables in eaf.tiers.items()
    }
    references = {
        tier_id: [
            Reference(
                known(annotation_id), known(parent), value, known(previous) if previous else None
            )
            for annotation_id, (parent, value, previous, _) in tables[1].items()
        ]
        for tier_id, tables in eaf.tiers.items()
    }
    times, placed = interpolate_slots(eaf.timeslots, aligned)
    spans: dict[str, Span] = {
        item.annotation_id: (times[item.start_slot], times[item.end_slot])
        for items in aligned.values()
        for item in items
        if item.start_slot in times and item.end_slot in times
    }
    resolved, failed = resolve_references(
        [item for items in references.values() for item in items], spans
    )
    spans |= resolved
    uneven = {
        item.annotation_id
        for items in aligned.values()
        for item in items
        if item.start_slot in placed or item.end_slot in placed
    }
    tiers, problems = [], _findings(path, scan)
    for tier_id, tables in eaf.tiers.items():
        raw: list[Aligned | Reference] = [*aligned[tier_id], *references[tier_id]]
        kept = []
        for item in raw:
            problem = _check(item, spans, failed, str(path), tier_id, scan)
            if problem is not None:
                problems.append(problem)
                continue
            kept.append(
                Annotation(
                    annotation_id=item.annotation_id,
                    interval=Interval(*spans[item.annotation_id]),
                    value=item.value,
                    parent_id=item.parent_id if isinstance(item, Reference) else None,
                    line=scan.annotation_lines.get(item.annotation_id, 0),
                    interpolated=item.annotation_id in uneven,
                )
            )
        kept.sort(key=lambda annotation: annotation.interval)
        tiers.append(_tier(tier_id, kept, tables[2], scan))
    media = tuple(_medium(path, attributes) for attributes in eaf.media_descriptors)
    return AnnotationDocument(path, tuple(tiers), media, tuple(problems), scan.author)


def _tier(tier_id: str, kept: list[Annotation], attributes: Mapping[str, str], scan: Scan) -> Tier:
    return Tier(
        tier_id=tier_id,
        annotations=tuple(kept),
        participant=attributes.get("PARTICIPANT", "").strip(),
        annotator=attributes.get("ANNOTATOR", "").strip(),
        parent=attributes.get("PARENT_REF"),
        line=scan.tier_lines.get(tier_id, 0),
    )


def _medium(path: Path, attributes: Mapping[str, str]) -> MediaDescriptor:
    origin = attributes.get("TIME_ORIGIN", "0").strip() or "0"
    try:
        time_origin_ms = int(origin)
    except ValueError:
        raise AnnotationError(
            f"{path}: TIME_ORIGIN is {origin!r}, expected whole milliseconds; set the media offset "
            "again in ELAN"
        ) from None
    return MediaDescriptor(
        media_url=attributes.get("MEDIA_URL", ""),
        relative_media_url=attributes.get("RELATIVE_MEDIA_URL", ""),
        mime_type=attributes.get("MIME_TYPE", ""),
        time_origin_ms=time_origin_ms,
    )


def _check(
    item: Aligned | Reference,
    spans: Mapping[str, Span],
    failed: Mapping[str, str],
    file: str,
    tier_id: str,
    scan: Scan,
) -> Problem | None:
    """Why an annotation has no usable interval, or `None`."""
    span = spans.get(item.annotation_id)
    time_ms = None
    if span is None and isinstance(item, Reference):
        code, message = "E_DANGLING_REFERENCE", failed.get(item.annotation_id, "no times")
        fix = "delete the annotation in ELAN and make it again"
    elif span is None:
        code, message = "E_UNALIGNED", "a boundary has no time and no timed neighbour"
        fix = "align the annotation in ELAN"
    elif span[0] == span[1]:
        code, message, time_ms = "E_ZERO_LENGTH", "it begins and ends at the same time", span[0]
        fix = "give it a length in ELAN, or delete it"
    elif span[0] > span[1]:
        code, message, time_ms = "E_REVERSED", f"it ends before it begins ({span[1]} ms)", span[0]
        fix = "correct its boundaries in ELAN"
    else:
        return None
    line = scan.annotation_lines.get(item.annotation_id, 0)
    return Problem(code, message, fix, file, tier_id, item.annotation_id, line, time_ms)
