"""What an ELAN document says, once read: tiers of timed annotations, and the media they belong to.

These are plain immutable values. `wdmd_tools.elan` makes them from bytes; `wdmd_tools.protocol` gives
tiers their meaning; nothing here knows XML.

Times are ELAN's own: whole milliseconds on the annotation time line. Media time is annotation time plus
the `time_origin_ms` of that medium (`wdmd_tools.timebase`).
"""

from dataclasses import dataclass, field
from pathlib import Path

from wdmd_tools.intervals import Interval

CONSENSUS = "consensus"
"""The annotator id under which the majority of all annotators is stored."""

STATES = ("speaking", "listening", "silent")
"""Conversational states. Listening and silent are one class in the paper and kept apart in the data."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One cell of a tier, with its times resolved.

    Args:
        annotation_id: The id in the file, unique there.
        interval: When, on ELAN's time line.
        value: What the annotator typed, as is.
        parent_id: The annotation it refers to, for a reference tier.
        line: Line in the file, 1-based; 0 when unknown.
        interpolated: Whether a boundary had no time of its own and was placed as ELAN would.
    """

    annotation_id: str
    interval: Interval
    value: str
    parent_id: str | None = None
    line: int = 0
    interpolated: bool = False


@dataclass(frozen=True, slots=True)
class Tier:
    """A named row of annotations, in order of time.

    Args:
        tier_id: Its name; any characters.
        annotations: Sorted by start, then end.
        participant: PARTICIPANT attribute, the person shown; may be empty.
        annotator: ANNOTATOR attribute, the person who annotated; may be empty.
        parent: Name of the parent tier, or `None`.
        line: Line in the file, 1-based; 0 when unknown.
    """

    tier_id: str
    annotations: tuple[Annotation, ...]
    participant: str = ""
    annotator: str = ""
    parent: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class MediaDescriptor:
    """A medium that the document was annotated on.

    Args:
        media_url: As written; never opened, only its basename is used.
        relative_media_url: As written, may be empty.
        mime_type: For example ``"video/mp4"``; may be empty.
        time_origin_ms: Media time of annotation time 0.
    """

    media_url: str
    relative_media_url: str = ""
    mime_type: str = ""
    time_origin_ms: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about an input, in a form for people and for machines.

    Args:
        code: Stable name such as ``"E_ZERO_LENGTH"``; ``E_`` stops the file or annotation from being
            used, ``W_`` does not.
        message: What is wrong, one line.
        fix: What to do about it, one line.
        file: The file it is about, as the user named it.
        tier: The tier, or empty.
        annotation_id: The annotation, or empty.
        line: 1-based line in the file; 0 when it does not apply.
        time_ms: Time in the annotation, or `None`.
    """

    code: str
    message: str
    fix: str
    file: str
    tier: str = ""
    annotation_id: str = ""
    line: int = 0
    time_ms: int | None = None

    @property
    def is_error(self) -> bool:
        """Whether it stops the thing it is about from being used."""
        return self.code.startswith("E_")

    def __str__(self) -> str:
        where = self.file + (f":{self.line}" if self.line else "")
        what = f" tier {self.tier!r}" if self.tier else ""
        which = f" annotation {self.annotation_id}" if self.annotation_id else ""
        when = f" at {self.time_ms} ms" if self.time_ms is not None else ""
        return f"{where}:{what}{which}{when} {self.code}: {self.message}; {self.fix}"


@dataclass(frozen=True, slots=True)
class AnnotationDocument:
    """One ELAN file.

    Args:
        path: Where it was read from.
        tiers: In the order of the file.
        media: In the order of the file.
        problems: What was found while reading.
        author: AUTHOR attribute; may be empty.
    """

    path: Path
    tiers: tuple[Tier, ...]
    media: tuple[MediaDescriptor, ...]
    problems: tuple[Problem, ...] = field(default=())
    author: str = ""

    def tier(self, tier_id: str) -> Tier | None:
        """The tier of that name, or `None`."""
        return next((tier for tier in self.tiers if tier.tier_id == tier_id), None)
