"""Look at the bytes of an EAF before any parser builds objects from them.

One pass with expat, without building a tree:

- at most `MAX_BYTES`, no DOCTYPE, no entities, at most `MAX_DEPTH` levels: hostile or broken XML ends here;
- what the parser behind (pympi-ling) answers with a bare `KeyError` or with silent loss of data is found
  here with its line: duplicate tier and annotation ids, values missing, times that are not whole numbers;
- the line of every tier and annotation is kept, so that later findings can name it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from wdmd_tools.errors import AnnotationError

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are refused; the largest real EAF known to us has 2.4 MB."""

MAX_DEPTH = 64
MAX_TOKEN = 4 * 1024 * 1024
"""Longest piece of markup. Older expat versions take quadratic time over one long token."""

_CHUNK = 1024 * 1024
_REQUIRED = {
    "TIER": ("TIER_ID",),
    "TIME_SLOT": ("TIME_SLOT_ID",),
    "ALIGNABLE_ANNOTATION": ("ANNOTATION_ID", "TIME_SLOT_REF1", "TIME_SLOT_REF2"),
    "REF_ANNOTATION": ("ANNOTATION_ID", "ANNOTATION_REF"),
    "MEDIA_DESCRIPTOR": ("MEDIA_URL",),
}
_ANNOTATIONS = ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
_HAS_DIGIT = re.compile("[0-9]")
_SCHEMA = "xsi:noNamespaceSchemaLocation"


@dataclass
class Scan:
    """What the pass found.

    Args:
        annotation_lines: Line of each annotation by id, 1-based.
        tier_lines: Line of each tier by name, 1-based.
        version: FORMAT of the document, or VERSION where there is none.
        time_units: TIME_UNITS of the header.
    """

    annotation_lines: dict[str, int] = field(default_factory=dict)
    tier_lines: dict[str, int] = field(default_factory=dict)
    version: str = ""
    time_units: str = "milliseconds"


def read_guarded(path: Path) -> tuple[bytes, Scan]:
    """Read a file and scan it.

    Args:
        path: The EAF.

    Returns:
        Its bytes, and what the scan found.

    Raises:
        AnnotationError: It cannot be read, is too large, is not well-formed, or is not an EAF.
    """
    from wdmd_tools.errors import describe_os_error

    try:
        if path.stat().st_size > MAX_BYTES:
            raise AnnotationError(
                f"{path}: {path.stat().st_size / 2**20:.0f} MiB; an EAF of more than "
                f"{MAX_BYTES // 2**20} MiB is not read; is this an EAF?"
            )
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise AnnotationError(describe_os_error(error, path)) from error
    return data, scan(data, str(path))


def scan(data: bytes, name: str) -> Scan:
    """Scan the bytes of an EAF.

    Args:
        data: The file's content.
        name: The file, for messages.

    Returns:
        Lines and header facts.

    Raises:
        AnnotationError: The content is refused; the message has the line.
    """
    if len(data) > MAX_BYTES:
        raise AnnotationError(f"{name}: larger than {MAX_BYTES // 2**20} MiB; is this an EAF?")
    if not data.strip():
        raise AnnotationError(f"{name}: the file is empty; restore it from a backup (name.eaf.001)")
    pass_ = _Pass(name)
    try:
        pass_.feed(data)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, str(error))
        raise AnnotationError(
            f"{name}:{error.lineno}: not well-formed XML ({reason}); "
            "restore it from ELAN's backup (name.eaf.001)"
        ) from error
    except (LookupError, ValueError) as error:
        raise AnnotationError(f"{name}: not readable as XML ({error})") from error
    return pass_.result()


class _Pass:
    """State of one scan."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._scan = Scan()
        self._path: list[str] = []
        self._slots: set[str] = set()
        self._value_seen = True
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        self._parser = parser

    def feed(self, data: bytes) -> None:
        for start in range(0, len(data), _CHUNK):
            self._parser.Parse(data[start : start + _CHUNK], False)
            if start + _CHUNK - self._parser.CurrentByteIndex > MAX_TOKEN:
                raise self._error("one piece of markup of more than 4 MiB; is this an EAF?")
        self._parser.Parse(b"", True)

    def result(self) -> Scan:
        return self._scan

    def _error(self, message: str) -> AnnotationError:
        return AnnotationError(f"{self._name}:{self._parser.CurrentLineNumber}: {message}")

    def _refuse_doctype(self, *_: object) -> None:
        raise self._error(
            "a DOCTYPE or entity declaration; ELAN never writes one: open and save it in ELAN"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        if len(self._path) > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} levels of elements; this is not an EAF")
        if len(self._path) == 1:
            self._start_document(tag, attributes)
        for key in _REQUIRED.get(tag, ()):
            if key not in attributes:
                raise self._error(f"{tag} without {key}; open and save the file in ELAN")
        if tag == "HEADER":
            self._scan.time_units = attributes.get("TIME_UNITS", "milliseconds")
        elif tag == "TIER":
            self._start_tier(attributes["TIER_ID"])
        elif tag == "TIME_SLOT":
            self._start_slot(attributes)
        elif tag in _ANNOTATIONS:
            self._start_annotation(attributes["ANNOTATION_ID"])
        elif len(self._path) > 1 and self._path[-2] in _ANNOTATIONS:
            self._value_seen = True

    def _end(self, tag: str) -> None:
        if tag in _ANNOTATIONS and not self._value_seen:
            raise self._error("an annotation without ANNOTATION_VALUE; open and save it in ELAN")
        self._path.pop()

    def _start_document(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "ANNOTATION_DOCUMENT":
            raise self._error(f"the root is {tag!r}, expected ANNOTATION_DOCUMENT; is this an EAF?")
        if "VERSION" not in attributes or _SCHEMA not in attributes:
            raise self._error("no VERSION or schema in the root; open and save the file in ELAN")
        self._scan.version = attributes.get("FORMAT", attributes["VERSION"])

    def _start_tier(self, tier_id: str) -> None:
        first = self._scan.tier_lines.get(tier_id)
        if first is not None:
            raise self._error(
                f"tier {tier_id!r} exists already in line {first}; rename one of the two in ELAN"
            )
        self._scan.tier_lines[tier_id] = self._parser.CurrentLineNumber

    def _start_slot(self, attributes: dict[str, str]) -> None:
        slot, value = attributes["TIME_SLOT_ID"], attributes.get("TIME_VALUE")
        if slot in self._slots:
            raise self._error(f"time slot {slot!r} is defined twice; open and save it in ELAN")
        self._slots.add(slot)
        if not _HAS_DIGIT.search(slot):
            raise self._error(f"time slot id {slot!r} has no number; open and save it in ELAN")
        if value is not None and not (value.isascii() and value.isdigit() and len(value) <= 12):
            raise self._error(
                f"time slot {slot!r} has the time {value!r}, expected whole milliseconds"
            )

    def _start_annotation(self, annotation_id: str) -> None:
        line = self._parser.CurrentLineNumber
        if annotation_id in self._scan.annotation_lines:
            first = self._scan.annotation_lines[annotation_id]
            raise self._error(
                f"annotation {annotation_id!r} exists already in line {first}; "
                "open and save the file in ELAN"
            )
        if not _HAS_DIGIT.search(annotation_id):
            raise self._error(f"annotation id {annotation_id!r} has no number")
        self._scan.annotation_lines[annotation_id] = line
        self._value_seen = False
