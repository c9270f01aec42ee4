"""Look at the bytes of an EAF before any parser builds objects from them.

One pass with expat, without building a tree:

- at most `MAX_BYTES`, no DOCTYPE, no entities, at most `MAX_DEPTH` levels: hostile or broken XML ends here;
- what the parser behind (pympi-ling) answers with a bare `KeyError` or with silent loss of data is found
  here with its line. Where nothing can be lost it is noted as a fault and mended before pympi sees it
  (`wdmd_tools.elan.pympi_faults`): no VERSION, an annotation without a value, ids without a number or used
  twice. Where something could be lost the file is refused: two tiers of one name, references to an id that
  is there twice, times that are no whole numbers;
- the line of every tier and annotation is kept, so that later findings can name it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from wdmd_tools.errors import AnnotationError, describe_os_error

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
}
_ANNOTATIONS = ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
_HAS_NUMBER = re.compile("[0-9]")
_OTHER_DIGIT = re.compile("[^\\x00-\\x7f]")
_WHOLE = re.compile(r"\s*([0-9]{1,12})(?:\.0*)?\s*", re.ASCII)
_SCHEMA = "xsi:noNamespaceSchemaLocation"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong that is mended before parsing, since nothing can be lost.

    Args:
        message: What is wrong.
        line: Where, 1-based.
        annotation_id: The annotation, or empty.
        tier: The tier, or empty.
    """

    message: str
    line: int
    annotation_id: str = ""
    tier: str = ""


@dataclass
class Scan:
    """What the pass found.

    Args:
        annotation_lines: Line of each annotation by id, 1-based.
        tier_lines: Line of each tier by name, 1-based.
        version: FORMAT of the document, or VERSION where there is none.
        time_units: TIME_UNITS of the header.
        units_line: Its line.
        author: AUTHOR of the document.
        faults: What has to be mended before parsing.
    """

    annotation_lines: dict[str, int] = field(default_factory=dict)
    tier_lines: dict[str, int] = field(default_factory=dict)
    version: str = ""
    time_units: str = "milliseconds"
    units_line: int = 0
    author: str = ""
    faults: list[Fault] = field(default_factory=list)


def read_guarded(path: Path) -> tuple[bytes, Scan]:
    """Read a file and scan it.

    Args:
        path: The EAF.

    Returns:
        Its bytes, and what the scan found.

    Raises:
        AnnotationError: It cannot be read, is too large, is not well-formed, or is not an EAF.
    """
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


def usable_id(text: str) -> bool:
    """Whether pympi finds a number in an id."""
    return (
        text.isascii()
        and len(text) < 1000
        and (text[-1:].isdigit() or _HAS_NUMBER.search(text) is not None)
    )


def whole_ms(text: str) -> str | None:
    """A time as plain digits: ``" 100 "`` and ``"100.0"`` are 100; `None` if it is no whole number."""
    found = _WHOLE.fullmatch(text)
    return found.group(1) if found else None


def _why_no_time(text: str) -> str:
    digits = text.strip().lstrip("-+")
    plain = digits.isascii() and digits.isdigit()
    if plain and text.strip().startswith("-"):
        return "a time is not negative"
    if plain and len(digits) > 12:
        return "too large for a time in milliseconds"
    return "expected whole milliseconds"


def second_name(name: str, count: int) -> str:
    """The name that the second, third ... annotation of one id is read under."""
    return f"{name}#{count}"


class _Pass:
    """State of one scan."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._scan = Scan()
        self._path: list[str] = []
        self._slots: dict[str, str | None] = {}
        self._tier = ""
        self._open = ""
        self._first_child = ""
        self._value_seen = True
        self._counts: dict[str, int] = {}
        self._references: set[str] = set()
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
        for name, count in self._counts.items():
            if count > 1 and name in self._references:
                line = self._scan.annotation_lines[second_name(name, 2)]
                raise AnnotationError(
                    f"{self._name}:{line}: annotation {name!r} exists already in line "
                    f"{self._scan.annotation_lines[name]}, and others refer to it; "
                    "restore the file from ELAN's backup (name.eaf.001), or delete one of the two"
                )
        return self._scan

    def _error(self, message: str) -> AnnotationError:
        return AnnotationError(f"{self._name}:{self._parser.CurrentLineNumber}: {message}")

    def _fault(self, message: str, annotation_id: str = "") -> None:
        line = self._parser.CurrentLineNumber
        tier = self._tier if annotation_id else ""
        self._scan.faults.append(Fault(message, line, annotation_id, tier))

    def _refuse_doctype(self, *_: object) -> None:
        raise self._error(
            "a DOCTYPE or entity declaration; ELAN never writes one: open and save it in ELAN"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        # The hot path of reading: some 36,000 calls for 9,000 annotations.
        path = self._path
        path.append(tag)
        if self._open:
            if path[-2] in _ANNOTATIONS:
                self._first_child = self._first_child or tag
                self._value_seen = self._value_seen or tag == "ANNOTATION_VALUE"
            elif len(path) > MAX_DEPTH:
                raise self._too_deep()
            return
        required = _REQUIRED.get(tag)
        if required is not None:
            for key in required:
                if key not in attributes:
                    raise self._error(f"{tag} without {key}; open and save the file in ELAN")
            if tag in _ANNOTATIONS:
                self._start_annotation(attributes)
            elif tag == "TIME_SLOT":
                self._start_slot(attributes)
            else:
                self._start_tier(attributes["TIER_ID"])
        elif tag == "HEADER":
            self._scan.time_units = attributes.get("TIME_UNITS", "milliseconds")
            self._scan.units_line = self._parser.CurrentLineNumber
        if len(path) == 1:
            self._start_document(tag, attributes)
        elif len(path) > MAX_DEPTH:
            raise self._too_deep()

    def _too_deep(self) -> AnnotationError:
        return self._error(f"more than {MAX_DEPTH} levels of elements; this is not an EAF")

    def _end(self, tag: str) -> None:
        if tag in _ANNOTATIONS:
            if not self._value_seen:
                self._fault("an annotation without ANNOTATION_VALUE, read as empty", self._open)
            elif self._first_child != "ANNOTATION_VALUE":
                self._fault("ANNOTATION_VALUE is not the first part of the annotation", self._open)
            self._open = ""
        self._path.pop()

    def _start_document(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "ANNOTATION_DOCUMENT":
            raise self._error(f"the root is {tag!r}, expected ANNOTATION_DOCUMENT; is this an EAF?")
        if "VERSION" not in attributes:
            self._fault("no VERSION in the root, read as 3.0")
        elif _SCHEMA not in attributes:
            self._fault("no schema in the root")
        self._scan.version = attributes.get("FORMAT", attributes.get("VERSION", "3.0"))
        self._scan.author = attributes.get("AUTHOR", "").strip()

    def _start_tier(self, tier_id: str) -> None:
        first = self._scan.tier_lines.get(tier_id)
        if first is not None:
            raise self._error(
                f"tier {tier_id!r} exists already in line {first}; rename one of the two, in a text "
                "editor if ELAN shows only one"
            )
        self._scan.tier_lines[tier_id] = self._parser.CurrentLineNumber
        self._tier = tier_id

    def _start_slot(self, attributes: dict[str, str]) -> None:
        slot, value = attributes["TIME_SLOT_ID"], attributes.get("TIME_VALUE")
        time = value
        if value is not None and not (value.isascii() and value.isdigit() and len(value) <= 12):
            time = whole_ms(value)
            if time is None:
                raise self._error(
                    f"time slot {slot!r} has the time {value!r}, {_why_no_time(value)}; "
                    "correct it in a text editor, or make the annotation again in ELAN"
                )
            self._fault(f"time slot {slot!r} has the time {value!r}, read as {time}")
        if slot in self._slots:
            if self._slots[slot] != time:
                raise self._error(
                    f"time slot {slot!r} is defined twice, with two times; "
                    "restore the file from ELAN's backup (name.eaf.001)"
                )
            self._fault(f"time slot {slot!r} is defined twice, with the same time")
        self._slots[slot] = time
        if not usable_id(slot):
            self._fault(f"time slot id {slot!r} has no plain number")

    def _start_annotation(self, attributes: dict[str, str]) -> None:
        name = attributes["ANNOTATION_ID"]
        count = self._counts[name] = self._counts.get(name, 0) + 1
        known = name if count == 1 else second_name(name, count)
        self._scan.annotation_lines[known] = self._parser.CurrentLineNumber
        self._open, self._first_child, self._value_seen = known, "", False
        if count > 1:
            first = self._scan.annotation_lines[name]
            self._fault(f"its id {name!r} exists already in line {first}", known)
        if not usable_id(name):
            self._fault(f"annotation id {name!r} has no plain number", known)
        for key in ("ANNOTATION_REF", "PREVIOUS_ANNOTATION"):
            if key in attributes:
                self._references.add(attributes[key])
