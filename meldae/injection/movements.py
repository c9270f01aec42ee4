"""What moves where, by action unit, in an aligned crop.

The crop puts the outer corners of the eyes at fixed places (`wdmd_tools.faces.align`), so a place on the
face is a place in the crop up to the differences between faces. Unit is the distance of these corners,
about 90 mm of a grown face; the origin is their middle, x to the right, y down.

        brow  (0.15 to 0.48, -0.23)
        lids  (0.34, 0)
        cheek (0.42, 0.30)
        nose  (0.20, 0.42)
        mouth (0.29, 0.74)  corner
        chin  (0, 1.08)

Places follow mean widths and heights of faces (inner and outer canthal distance 32 and 90 mm, nose 35 mm
wide, mouth 51 mm wide and 66 mm below the eyes, brows 21 mm above them, chin point 105 mm below);
directions follow the Facial Action Coding System. They are not those of the synthetic films.

Reference:
    Farkas, Anthropometry of the Head and Face, 2nd ed. 1994 (means of adults, rounded).
    Ekman, Friesen and Hager, Facial Action Coding System, 2002.
"""

from dataclasses import dataclass

from wdmd_tools.faces.align import EYE_HEIGHT, EYE_SPAN


@dataclass(frozen=True)
class Bump:
    """A part of the skin that moves: a Gaussian of displacement.

    Args:
        x: Place, in eye spans from the middle of the eyes, right.
        y: The same, down.
        right: Displacement of the middle, relative to the movement's amplitude.
        down: The same, down.
        sigma: Standard deviation, eye spans.
    """

    x: float
    y: float
    right: float
    down: float
    sigma: float


EXPRESSIONS: dict[str, tuple[Bump, ...]] = {
    "AU1": (Bump(0.15, -0.24, 0.0, -1.0, 0.12),),
    "AU2": (Bump(0.44, -0.23, 0.0, -1.0, 0.14),),
    "AU1+2": (Bump(0.15, -0.24, 0.0, -1.0, 0.12), Bump(0.44, -0.23, 0.0, -1.0, 0.14)),
    "AU4": (Bump(0.14, -0.20, -0.6, 0.8, 0.12),),
    "AU6": (Bump(0.42, 0.28, 0.0, -1.0, 0.15),),
    "AU7": (Bump(0.34, 0.07, 0.0, -1.0, 0.08), Bump(0.34, -0.05, 0.0, 0.5, 0.08)),
    "AU9": (Bump(0.14, 0.30, -0.2, -1.0, 0.13),),
    "AU10": (Bump(0.14, 0.62, 0.0, -1.0, 0.11),),
    "AU12": (Bump(0.29, 0.73, 0.7, -0.7, 0.13),),
    "AU6+12": (Bump(0.29, 0.73, 0.7, -0.7, 0.13), Bump(0.42, 0.28, 0.0, -0.7, 0.15)),
    "AU14": (Bump(0.32, 0.73, -0.9, 0.0, 0.10),),
    "AU15": (Bump(0.29, 0.76, 0.1, 1.0, 0.11),),
    "AU17": (Bump(0.0, 0.98, 0.0, -1.0, 0.15),),
    "AU20": (Bump(0.30, 0.76, 1.0, 0.1, 0.13),),
    "AU24": (Bump(0.08, 0.67, 0.0, 0.8, 0.09), Bump(0.08, 0.81, 0.0, -0.8, 0.09)),
}
"""Right half; the left one mirrors it, each with its own strength."""

BLINK = (Bump(0.34, -0.05, 0.0, 1.0, 0.09), Bump(0.34, 0.06, 0.0, -0.2, 0.08))
"""AU45: upper lids go down, lower ones a little up."""

JAW = (
    Bump(0.10, 0.86, 0.0, 0.9, 0.14),
    Bump(0.0, 1.06, 0.0, 1.0, 0.22),
    Bump(0.38, 0.84, 0.0, 0.4, 0.20),
)
"""AU25 and 26 of speech: lower lip, chin, and cheeks that follow the jaw."""

LIPS = (Bump(0.27, 0.74, -1.0, 0.0, 0.12), Bump(0.10, 0.67, 0.0, -0.4, 0.09))
"""AU18 of speech: corners come together, the upper lip rises."""


@dataclass(frozen=True)
class Canvas:
    """Where the eyes are in a model's frame.

    Args:
        size: Height and width, px.
        span: Distance of the outer eye corners, px.
        x: Middle of the eyes, px; the centre of the first pixel is 0.
        y: The same, down.
    """

    size: int
    span: float
    x: float
    y: float


def canvas(size: int, zoom: float = 1.0) -> Canvas:
    """The canvas of crops of which the middle ``1 / zoom`` is taken.

    Args:
        size: Of the model's frame, px.
        zoom: `InputConfig.zoom`.

    Example:
        >>> canvas(100)
        Canvas(size=100, span=42.0, x=49.5, y=35.5)
    """
    middle = 0.5 + (EYE_HEIGHT - 0.5) * zoom
    return Canvas(size, EYE_SPAN * zoom * size, size / 2 - 0.5, middle * size - 0.5)
