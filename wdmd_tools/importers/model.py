"""What a release says, once read: videos, expressions in its own frame numbers, and what is odd.

numbers in file names   4   5   6   8   9  10        7 was never recorded
span 5..9 (inclusive)       #   #   #   #            four frames, and a gap in time
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from wdmd_tools.annotations import Problem
from wdmd_tools.importers.corrections import Correction

EventKind = Literal["me", "macro", "blink"]
"""Micro-expression, macro-expression, eye blink."""

RELEASE = "release"
"""The annotator id under which a release's own labels are stored."""


@dataclass(frozen=True, slots=True)
class FrameSpan:
    """Frames of an expression in the numbering of the release, both ends inclusive.

    Args:
        onset: Number of the first frame; 0 where the release gives none.
        apex: Number of the frame of greatest displacement, or `None`.
        offset: Number of the last frame; 0 where the release gives none.
    """

    onset: int
    apex: int | None
    offset: int


@dataclass(frozen=True, slots=True)
class ReleaseEvent:
    """One row of a release's annotation.

    Args:
        kind: See `EventKind`.
        span: When, after corrections; oddities such as offset 0 stay for the policies of
            `wdmd_tools.importers.plan`.
        emotion: The release's own word, or `None`.
        action_units: Parsed, such as ``("AU4", "AU12")``.
        source: Where it stands, such as ``"code_final.xlsx!CASFEcode_final row 15"``.
        key: What corrections name it by; stable between versions of a file, never a row number.
        corrections: What was corrected, in words.
    """

    kind: EventKind
    span: FrameSpan
    emotion: str | None
    action_units: tuple[str, ...]
    source: str
    key: str
    corrections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseVideo:
    """A film, or a folder of numbered frames, and what was annotated on it.

    Args:
        video_id: Unique in the release.
        subject_id: The person shown.
        path: A folder of frames or a film.
        fps: Frames per second, as published.
        events: In the order of the file.
        first_number: Number of the first frame. For a folder: where file names do not give it (`None`
            takes the numbers in the names). For a film `None` means 1.
    """

    video_id: str
    subject_id: str
    path: Path
    fps: Fraction
    events: tuple[ReleaseEvent, ...]
    first_number: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A number that the publication or the known file gives, and the one found.

    Args:
        what: For example ``"micro-expressions"``.
        expected: As published; `None` where no source gives it.
        found: In this copy.
    """

    what: str
    expected: int | None
    found: int

    @property
    def agrees(self) -> bool:
        """Whether both are equal, or nothing is expected."""
        return self.expected is None or self.expected == self.found


@dataclass(frozen=True, slots=True)
class Release:
    """A dataset as it lies on disk.

    Args:
        dataset: A key of `wdmd_tools.importers.READERS`.
        display: Its name as people write it, such as ``"CAS(ME)²"``.
        version: Which release this seems to be, and by what sign.
        videos: All with frames, also those without an expression.
        problems: What could not be read (``E_``) or is odd (``W_``).
        corrections: Those that were applied.
        counts: See `Count`.
        layout: Which of several forms of the pictures was taken, such as ``"rawpic: raw frames"``.
        clip_set: Whether each video is a short clip around one expression; it then becomes one clip,
            whatever its length. Long videos are cut into windows.
    """

    dataset: str
    display: str
    version: str
    videos: tuple[ReleaseVideo, ...]
    problems: tuple[Problem, ...]
    corrections: tuple[Correction, ...]
    counts: tuple[Count, ...]
    layout: str = ""
    clip_set: bool = False
