"""The three cameras of SMIC, and what is known of each."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from wdmd_tools.importers.tree import Place

EMOTIONS = {"ne": "negative", "po": "positive", "sur": "surprise"}
"""Middle part of a clip's name to its emotion."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera.

    Args:
        name: ``"HS"`` (high speed), ``"VIS"`` (visible light), ``"NIR"`` (near infrared).
        fps: As published.
        subjects: People filmed with micro-expressions.
        clips: Clips with a micro-expression, of SMIC.
        long_clips: Rows of the sheet of SMIC-E; `None` where no source gives it.
        emotions: Clips of each emotion, of SMIC; empty where no source gives them.
    """

    name: str
    fps: Fraction
    subjects: int
    clips: int
    long_clips: int | None = None
    emotions: dict[str, int] = field(default_factory=dict)

    def may_have(self, place: Place) -> bool:
        """Whether no folder above a place names another camera."""
        return not any(other is not self and other.has(place) for other in CAMERAS)

    def has(self, place: Place) -> bool:
        """Whether a folder above a place names this camera."""
        return any(map(self.named_by, place.names))

    def named_by(self, folder: str) -> bool:
        """Whether a folder's name has this camera's as a word: ``HS_long``, ``SMIC-HS-E``, ``hs``."""
        word = rf"(?<![a-z]){self.name.casefold()}(?![a-z])"
        return re.search(word, folder.casefold()) is not None


CAMERAS = (
    Camera("HS", Fraction(100), 16, 164, 157, {"negative": 70, "positive": 51, "surprise": 43}),
    Camera("VIS", Fraction(25), 8, 71),
    Camera("NIR", Fraction(25), 8, 71),
)
"""The preferred first."""


def clip_name(text: str) -> tuple[str, str, str] | None:
    """Subject (``s`` and two digits), code of the emotion and running number of a clip's name.

    Example:
        >>> clip_name("s3_sur_01"), clip_name("Remarks: ...")
        (('s03', 'sur', '01'), None)
    """
    found = re.fullmatch(r"s([0-9]+)_(ne|po|sur)_([0-9]+)", text.strip().casefold(), re.ASCII)
    if found is None:
        return None
    return f"s{int(found.group(1)):02d}", found.group(2), found.group(3)
