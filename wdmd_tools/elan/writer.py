"""Write ELAN files (EAF 3.0) that ELAN opens without a complaint.

A document is a tree of small immutable values. `write_eaf` checks it, turns it into XML whose elements
stand in the order of the EAF 3.0 schema, and writes it atomically. The same document always gives the
same bytes.

    EafDocument
      media         MEDIA_DESCRIPTOR    where the video is
      tiers         TIER                one row each; a child names its parent
        annotations ALIGNABLE_ANNOTATION (EafAligned) or REF_ANNOTATION (EafRef)
      types         LINGUISTIC_TYPE     how a tier relates to its parent
      vocabularies  CONTROLLED_VOCABULARY

Reference: EAF Annotation Format, schema EAFv3.0.xsd (Max Planck Institute for Psycholinguistics, 2016).
"""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wdmd_tools.atomic import write_bytes
from wdmd_tools.errors import AnnotationError

SCHEMA_ADDRESS = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"

CONSTRAINTS = {
    "Time_Subdivision": "Time subdivision of parent annotation's time interval, no time gaps "
    "allowed within this interval",
    "Symbolic_Subdivision": "Symbolic subdivision of a parent annotation. Annotations refering to "
    "the same parent are ordered",
    "Symbolic_Association": "1-1 association with a parent annotation",
    "Included_In": "Time alignable annotations within the parent annotation's time interval, gaps "
    "are allowed",
}
"""ELAN's stereotypes of child tiers, with the descriptions that ELAN writes itself."""

_MAX_MS = 2**32 - 1
_LANGUAGE = "und"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class EafMedia:
    """A linked video or sound file.

    Args:
        media_url: Usually a `file:///` address, or a bare file name.
        relative_media_url: Relative to the EAF, for example `./a.mp4`; left out when empty.
        mime_type: For example `video/mp4`.
        time_origin_ms: Media time of annotation time 0; left out when 0.
    """

    media_url: str
    relative_media_url: str = ""
    mime_type: str = "video/mp4"
    time_origin_ms: int = 0


@dataclass(frozen=True, slots=True)
class EafAligned:
    """An annotation with its own times, whole milliseconds, half-open."""

    start_ms: int
    end_ms: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class EafRef:
    """An annotation that takes its times from its parent.

    Args:
        parent_index: 0-based place of the parent among the annotations of the parent tier.
        value: What it says.
    """

    parent_index: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class EafTier:
    """One row of annotations.

    Args:
        tier_id: Its name, unique in the document; any printable characters.
        annotations: All `EafAligned` or all `EafRef`, in the order they are written.
        linguistic_type: Name of an `EafLinguisticType` of the document.
        participant: The person shown.
        annotator: The person who annotated.
        parent: Name of the parent tier, or empty for a tier of its own.
    """

    tier_id: str
    annotations: tuple[EafAligned | EafRef, ...] = ()
    linguistic_type: str = "default-lt"
    participant: str = ""
    annotator: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class EafLinguisticType:
    """How tiers of this type relate to their parents.

    Args:
        type_id: Its name.
        constraint: A key of `CONSTRAINTS`, or empty for top-level tiers.
        vocabulary: Name of an `EafVocabulary`, or empty.
    """

    type_id: str
    constraint: str = ""
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class EafVocabulary:
    """A closed list of values for a tier.

    Args:
        vocabulary_id: Its name.
        entries: (value, description) pairs.
        description: What the list is for.
    """

    vocabulary_id: str
    entries: tuple[tuple[str, str], ...]
    description: str = ""


DEFAULT_TYPES = (
    EafLinguisticType("default-lt"),
    EafLinguisticType("included-in-lt", "Included_In"),
    EafLinguisticType("association-lt", "Symbolic_Association"),
)


@dataclass(frozen=True, slots=True)
class EafDocument:
    """A whole ELAN file.

    Args:
        tiers: In the order ELAN shows them; parents may come after their children.
        media: Linked files; the first is the one ELAN plays.
        author: AUTHOR attribute.
        date: DATE attribute, with a time zone; give a fixed one for reproducible bytes.
        types: Linguistic types; every tier must name one.
        vocabularies: Controlled vocabularies that types name.
        properties: Further header properties, for example `(("made_by", "meldae spot"),)`.
    """

    tiers: tuple[EafTier, ...]
    media: tuple[EafMedia, ...] = ()
    author: str = ""
    date: dt.datetime = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    types: tuple[EafLinguisticType, ...] = DEFAULT_TYPES
    vocabularies: tuple[EafVocabulary, ...] = ()
    properties: tuple[tuple[str, str], ...] = field(default=())


def write_eaf(path: Path, document: EafDocument) -> None:
    """Write a document atomically.

    Args:
        path: File to write, replaced if there.
        document: What to write.

    Raises:
        AnnotationError: The document would not be a valid EAF; nothing is written.
    """
    write_bytes(path, eaf_bytes(document, name=str(path)))


def eaf_bytes(document: EafDocument, name: str = "EAF") -> bytes:
    """The XML of a document, UTF-8.

    Args:
        document: What to write.
        name: Used in error messages.

    Raises:
        AnnotationError: The document would not be a valid EAF; the message names tier and annotation.
    """
    _check(document, name)
    date = document.date.astimezone(document.date.tzinfo).isoformat(timespec="seconds")
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": document.author,
            "DATE": date,
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": SCHEMA_ADDRESS,
        },
    )
    header = _add_header(root, document)
    last_id = _add_tiers(root, document.tiers)
    for key, value in (*document.properties, ("lastUsedAnnotationId", str(last_id))):
        ET.SubElement(header, "PROPERTY", {"NAME": key}).text = value
    _add_types(root, document)
    _add_vocabularies(root, document.vocabularies)
    ET.indent(root, "    ")
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _add_header(root: ET.Element, document: EafDocument) -> ET.Element:
    header = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    for medium in document.media:
        attributes = {"MEDIA_URL": medium.media_url, "MIME_TYPE": medium.mime_type}
        if medium.relative_media_url:
            attributes["RELATIVE_MEDIA_URL"] = medium.relative_media_url
        if medium.time_origin_ms:
            attributes["TIME_ORIGIN"] = str(medium.time_origin_ms)
        ET.SubElement(header, "MEDIA_DESCRIPTOR", attributes)
    return header


def _add_tiers(root: ET.Element, tiers: tuple[EafTier, ...]) -> int:
    """Add time slots and tiers; returns the largest annotation number."""
    order = ET.SubElement(root, "TIME_ORDER")
    aligned = [
        (time, place, tier_number, number)
        for tier_number, tier in enumerate(tiers)
        for number, cell in enumerate(tier.annotations)
        if isinstance(cell, EafAligned)
        for place, time in enumerate((cell.start_ms, cell.end_ms))
    ]
    # Each boundary has a slot of its own, as in ELAN: moving one annotation must not move another.
    slots: dict[tuple[int, int, int], str] = {}
    for slot_number, (time, place, tier_number, number) in enumerate(sorted(aligned), start=1):
        slot = f"ts{slot_number}"
        slots[tier_number, number, place] = slot
        ET.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(time)})

    ids: dict[tuple[str, int], str] = {}
    for tier in tiers:
        for number in range(len(tier.annotations)):
            ids[tier.tier_id, number] = f"a{len(ids) + 1}"
    for tier_number, tier in enumerate(tiers):
        attributes = {"LINGUISTIC_TYPE_REF": tier.linguistic_type, "TIER_ID": tier.tier_id}
        optional = (
            ("PARTICIPANT", tier.participant),
            ("ANNOTATOR", tier.annotator),
            ("PARENT_REF", tier.parent),
        )
        attributes |= {key: value for key, value in optional if value}
        row = ET.SubElement(root, "TIER", attributes)
        for number, cell in enumerate(tier.annotations):
            holder = ET.SubElement(row, "ANNOTATION")
            identity = {"ANNOTATION_ID": ids[tier.tier_id, number]}
            if isinstance(cell, EafAligned):
                start, end = (slots[tier_number, number, place] for place in (0, 1))
                times = {"TIME_SLOT_REF1": start, "TIME_SLOT_REF2": end}
                element = ET.SubElement(holder, "ALIGNABLE_ANNOTATION", identity | times)
            else:
                parent = {"ANNOTATION_REF": ids[tier.parent, cell.parent_index]}
                element = ET.SubElement(holder, "REF_ANNOTATION", identity | parent)
            ET.SubElement(element, "ANNOTATION_VALUE").text = cell.value
    return len(ids)


def _add_types(root: ET.Element, document: EafDocument) -> None:
    for kind in document.types:
        aligned = kind.constraint in ("", "Included_In", "Time_Subdivision")
        attributes = {
            "GRAPHIC_REFERENCES": "false",
            "LINGUISTIC_TYPE_ID": kind.type_id,
            "TIME_ALIGNABLE": "true" if aligned else "false",
        }
        if kind.constraint:
            attributes["CONSTRAINTS"] = kind.constraint
        if kind.vocabulary:
            attributes["CONTROLLED_VOCABULARY_REF"] = kind.vocabulary
        ET.SubElement(root, "LINGUISTIC_TYPE", attributes)
    if document.vocabularies:
        language = {"LANG_DEF": "", "LANG_ID": _LANGUAGE, "LANG_LABEL": "undetermined (und)"}
        ET.SubElement(root, "LANGUAGE", language)
    for name, description in CONSTRAINTS.items():
        ET.SubElement(root, "CONSTRAINT", {"DESCRIPTION": description, "STEREOTYPE": name})


def _add_vocabularies(root: ET.Element, vocabularies: tuple[EafVocabulary, ...]) -> None:
    for vocabulary in vocabularies:
        element = ET.SubElement(root, "CONTROLLED_VOCABULARY", {"CV_ID": vocabulary.vocabulary_id})
        about = ET.SubElement(element, "DESCRIPTION", {"LANG_REF": _LANGUAGE})
        about.text = vocabulary.description
        for number, (value, description) in enumerate(vocabulary.entries, start=1):
            entry = ET.SubElement(element, "CV_ENTRY_ML", {"CVE_ID": f"cve{number}"})
            attributes = {"LANG_REF": _LANGUAGE} | (
                {"DESCRIPTION": description} if description else {}
            )
            ET.SubElement(entry, "CVE_VALUE", attributes).text = value


def _check(document: EafDocument, name: str) -> None:
    """Refuse what ELAN or the schema would refuse."""
    if document.date.tzinfo is None:
        raise AnnotationError(f"{name}: the date {document.date} has no time zone")
    types = {kind.type_id: kind for kind in document.types}
    tiers = {tier.tier_id: tier for tier in document.tiers}
    vocabularies = [item.vocabulary_id for item in document.vocabularies]
    _unique(name, "tier", [tier.tier_id for tier in document.tiers])
    _unique(name, "linguistic type", [kind.type_id for kind in document.types])
    _unique(name, "controlled vocabulary", vocabularies)
    for kind in document.types:
        if kind.constraint and kind.constraint not in CONSTRAINTS:
            raise AnnotationError(
                f"{name}: linguistic type {kind.type_id!r} has the unknown constraint "
                f"{kind.constraint!r}; known: {', '.join(CONSTRAINTS)}"
            )
        if kind.vocabulary and kind.vocabulary not in vocabularies:
            raise AnnotationError(
                f"{name}: linguistic type {kind.type_id!r} names the unknown vocabulary "
                f"{kind.vocabulary!r}"
            )
    for tier in document.tiers:
        where = f"{name}: tier {tier.tier_id!r}"
        if tier.linguistic_type not in types:
            raise AnnotationError(f"{where} has the unknown type {tier.linguistic_type!r}")
        constraint = types[tier.linguistic_type].constraint
        if bool(tier.parent) != bool(constraint):
            raise AnnotationError(
                f"{where}: a type {'with' if constraint else 'without'} a constraint "
                f"{'needs a parent tier' if constraint else 'is for tiers without a parent'}"
            )
        if tier.parent and tier.parent not in tiers:
            raise AnnotationError(f"{where} has the unknown parent {tier.parent!r}")
        for number, cell in enumerate(tier.annotations):
            _check_cell(f"{where} annotation {number}", cell, constraint, tiers.get(tier.parent))
    texts = [document.author, *(value for pair in document.properties for value in pair)]
    texts += [text for tier in document.tiers for text in (tier.tier_id, tier.participant)]
    texts += [cell.value for tier in document.tiers for cell in tier.annotations]
    for text in texts:
        if _FORBIDDEN.search(text):
            raise AnnotationError(f"{name}: {text!r} has a character that XML cannot hold")


def _check_cell(
    where: str, cell: EafAligned | EafRef, constraint: str, parent: EafTier | None
) -> None:
    symbolic = constraint.startswith("Symbolic")
    if isinstance(cell, EafAligned):
        if symbolic:
            raise AnnotationError(f"{where}: a {constraint} tier holds references, not times")
        if not 0 <= cell.start_ms < cell.end_ms <= _MAX_MS:
            raise AnnotationError(
                f"{where}: expected 0 <= start < end, got {cell.start_ms} and {cell.end_ms} ms"
            )
    elif not symbolic:
        raise AnnotationError(f"{where}: only symbolic tiers hold references")
    elif parent is not None and not 0 <= cell.parent_index < len(parent.annotations):
        raise AnnotationError(f"{where}: its parent has no annotation {cell.parent_index}")


def _unique(name: str, what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for item in ids:
        if not item or item in seen:
            raise AnnotationError(f"{name}: {what} name {item!r} is {'twice' if item else 'empty'}")
        seen.add(item)
