"""Read an EAF into immutable values.

    bytes --guard--> lines, header --pympi-ling--> raw tables --resolve--> AnnotationDocument

pympi-ling parses; only its tables ``timeslots``, ``tiers`` and ``media_descriptors`` are read. Its query
methods lose or misplace annotations of nested tiers (see docs), and it ignores TIME_ORIGIN.
"""

import logging
import tempfile
from collections.abc import Mapping
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
    path = Path(path)
    data, scan = read_guarded(path)
    if scan.time_units != "milliseconds":
        raise AnnotationError(
            f"{path}: TIME_UNITS is {scan.time_units!r}, only milliseconds are read; "
            "open the file in a current ELAN and save it"
        )
    if _version(scan.version) > _NEWEST_READ:
        _log.warning("%s: EAF %s is newer than this reader (3.0)", path, scan.version)
    eaf = _parse(data, path)
    try:
        return _document(path, eaf, scan)
    except AnnotationError:
        raise
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise _unusable(path, error) from error


def _parse(data: bytes, path: Path) -> Any:
    """The tables of pympi-ling, from the very bytes that passed the guard."""
    from pympi.Elan import Eaf

    # A file on disk could change between the two reads, and pympi takes names only.
    with tempfile.TemporaryDirectory(prefix="wdmd-eaf-") as folder:
        copy = Path(folder) / "guarded.eaf"
        copy.write_bytes(data)
        try:
            return Eaf(str(copy), suppress_version_warning=True)
        except Exception as error:
            raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> AnnotationError:
    return AnnotationError(
        f"{path}: not a usable EAF ({type(error).__name__}: {error}); open and save it in ELAN"
    )


def _version(text: str) -> tuple[int, int]:
    parts = [int(part) if part.isdigit() else 0 for part in [*text.split("."), "0"][:2]]
    return parts[0], parts[1]


def _document(path: Path, eaf: Any, scan: Scan) -> AnnotationDocument:
    aligned = {
        tier_id: [
            Aligned(annotation_id, start, end, value)
            for annotation_id, (start, end, value, _) in tables[0].items()
        ]
        for tier_id, tables in eaf.tiers.items()
    }
    references = {
        tier_id: [
            Reference(annotation_id, parent, value, previous)
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
    tiers, problems = [], []
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
    return AnnotationDocument(path, tuple(tiers), media, tuple(problems))


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
