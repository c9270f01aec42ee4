"""Which way each action unit moves the face.

An action unit (AU) of one side is a sum of Gaussian windows placed on landmarks, each pulling its
neighbourhood in one direction. The sum is scaled so that the largest displacement of the two sides
together is 1 inter-ocular distance (IOD) at coefficient 1; coefficients are therefore displacements in
IOD, typically 0.01 to 0.03 for a micro-expression.

Directions follow the descriptions of the Facial Action Coding System (Ekman, Friesen and Hager 2002). The
windows are ours, judged by eye on contact sheets.
"""

from dataclasses import dataclass

import numpy as np

from wdmd_tools.synth.raster import FloatArray, f32

SIDES = ("left", "right")


@dataclass(frozen=True)
class Pull:
    """A Gaussian window that drags the face.

    Args:
        anchor: Landmark at its centre, from `portrait_landmarks.json`.
        direction: (outward, down): outward is away from the midline.
        sigma: (horizontal, vertical) width in IOD.
        shift: (outward, down) from the anchor to the centre, in IOD.
    """

    anchor: str
    direction: tuple[float, float]
    sigma: tuple[float, float]
    shift: tuple[float, float] = (0.0, 0.0)


FIELDS: dict[str, tuple[Pull, ...]] = {
    "1": (
        Pull("brow_inner", (0.0, -1.0), (0.18, 0.14)),
        Pull("brow_inner", (0.0, -0.5), (0.20, 0.20), (0.0, -0.25)),
    ),
    "2": (
        Pull("brow_outer", (0.05, -1.0), (0.18, 0.15)),
        Pull("brow_middle", (0.0, -0.6), (0.18, 0.14)),
        Pull("brow_middle", (0.0, -0.35), (0.25, 0.20), (0.1, -0.25)),
    ),
    "4": (
        Pull("brow_inner", (-0.55, 0.85), (0.16, 0.13)),
        Pull("brow_middle", (-0.25, 0.65), (0.20, 0.13)),
    ),
    "6": (
        Pull("cheek", (0.1, -1.0), (0.22, 0.20)),
        Pull("eye_lower", (0.05, -0.45), (0.20, 0.10)),
        Pull("eye_outer", (-0.25, -0.1), (0.12, 0.12)),
    ),
    "7": (
        Pull("eye_lower", (0.0, -1.0), (0.17, 0.08)),
        Pull("eye_upper", (0.0, 0.55), (0.17, 0.06)),
    ),
    "9": (
        Pull("nose_wing", (0.1, -1.0), (0.13, 0.13)),
        Pull("nose_root", (0.0, -0.55), (0.10, 0.16)),
        Pull("brow_inner", (-0.3, 0.5), (0.14, 0.12)),
        Pull("lip_upper", (0.0, -0.4), (0.16, 0.10)),
    ),
    "10": (
        Pull("lip_upper", (0.05, -1.0), (0.16, 0.11)),
        Pull("fold", (0.25, -0.6), (0.14, 0.14)),
        Pull("nose_wing", (0.1, -0.3), (0.12, 0.10)),
    ),
    "12": (
        Pull("mouth_corner", (0.7, -0.75), (0.17, 0.16)),
        Pull("cheek_low", (0.25, -0.45), (0.20, 0.20)),
    ),
    "14": (
        Pull("mouth_corner", (0.95, -0.2), (0.12, 0.13)),
        Pull("fold", (0.3, 0.1), (0.14, 0.14)),
    ),
    "15": (
        Pull("mouth_corner", (0.05, 1.0), (0.15, 0.14)),
        Pull("lip_lower", (0.0, 0.3), (0.16, 0.10)),
    ),
    "17": (
        Pull("chin", (0.0, -1.0), (0.24, 0.17)),
        Pull("lip_lower", (0.0, -0.65), (0.20, 0.11)),
    ),
    # Only speech uses these two.
    "18": (
        Pull("mouth_corner", (-1.0, 0.0), (0.20, 0.18)),
        Pull("fold", (-0.25, 0.0), (0.16, 0.16)),
    ),
    "20": (Pull("mouth_corner", (1.0, 0.2), (0.17, 0.15)),),
}
"""Pulls of the AU on one side; the other side is its mirror image."""

ME_ACTION_UNITS = ("1", "2", "4", "6", "7", "9", "10", "12", "14", "15", "17")
"""AUs that micro- and macro-expressions use."""

CHANNELS: tuple[tuple[str, str], ...] = tuple((au, side) for au in FIELDS for side in SIDES)
"""(AU, side) of each coefficient, in the order of all coefficient arrays."""

CHANNEL_INDEX = {channel: index for index, channel in enumerate(CHANNELS)}

LIMITS = {"7": 0.07, "9": 0.08, "10": 0.08, "14": 0.09}
"""Displacement in IOD that an AU approaches however strong it is; lids and nose have little room."""

_OTHER_LIMIT = 0.16


def saturate(coefficients: FloatArray) -> FloatArray:
    """Bend large coefficients towards the anatomical limit of their AU; small ones keep their size.

    Args:
        coefficients: (..., len(CHANNELS)) displacements in IOD.
    """
    limits = f32([LIMITS.get(unit, _OTHER_LIMIT) for unit, _ in CHANNELS])
    return f32(limits * np.tanh(coefficients / limits))


def anchor_point(landmarks: dict[str, FloatArray], anchor: str, side: str) -> FloatArray:
    """The landmark of one side, in face coordinates.

    Args:
        landmarks: As in `Portrait.landmarks`.
        anchor: A name of the table, or `eye_upper`, `eye_lower`, `eye_outer`.
        side: `left` or `right` in the image.
    """
    if anchor == "eye_outer":
        rows = landmarks[f"eye_{side}_upper"]
        return np.asarray(rows[0] if side == "left" else rows[-1], np.float32)
    if anchor in ("eye_upper", "eye_lower"):
        lid = "upper" if anchor == "eye_upper" else "lower"
        rows = landmarks[f"eye_{side}_{lid}"]
        return np.asarray(rows[len(rows) // 2], np.float32)
    rows = landmarks[anchor]
    return np.asarray(rows[0] if side == "left" else rows[-1], np.float32)


def window(u: FloatArray, centre: FloatArray, sigma: tuple[float, float]) -> FloatArray:
    """A Gaussian window on a grid of face coordinates.

    Args:
        u: (..., 2) face coordinates.
        centre: (2,) face coordinates.
        sigma: (horizontal, vertical) width in IOD.
    """
    d = (u - centre) / f32(sigma)
    return np.asarray(np.exp(-0.5 * (d * d).sum(-1)), np.float32)


def basis_fields(landmarks: dict[str, FloatArray], u: FloatArray) -> FloatArray:
    """Displacement fields of all channels on a grid.

    Args:
        landmarks: Landmarks of the identity, in face coordinates.
        u: (h, w, 2) face coordinates of the grid.

    Returns:
        (len(CHANNELS), h, w, 2) displacements in IOD per unit of coefficient, pointing where the face
        moves to.
    """
    fields = np.zeros((len(CHANNELS), *u.shape), np.float32)
    for au in FIELDS:
        pair = [CHANNEL_INDEX[au, side] for side in SIDES]
        for index, side in zip(pair, SIDES, strict=True):
            fields[index] = side_field(landmarks, u, au, side)
        peak = np.linalg.norm(fields[pair[0]] + fields[pair[1]], axis=-1).max()
        for index in pair:
            fields[index] /= max(float(peak), 1e-6)
    return fields


def side_field(landmarks: dict[str, FloatArray], u: FloatArray, au: str, side: str) -> FloatArray:
    """Displacement of one action unit on one side, before it is scaled.

    Args:
        landmarks: In face coordinates.
        u: (..., 2) face coordinates.
        au: A key of `FIELDS`.
        side: `left` or `right` in the image.

    Returns:
        (..., 2), pointing where the face moves to.
    """
    outward = f32([-1 if side == "left" else 1, 1])
    field = np.zeros(u.shape, np.float32)
    for pull in FIELDS[au]:
        centre = anchor_point(landmarks, pull.anchor, side) + outward * pull.shift
        field += window(u, centre, pull.sigma)[..., None] * (outward * f32(pull.direction))
    return field
