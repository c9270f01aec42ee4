"""Who is shown: shape, colours, light and small marks of one synthetic subject.

An identity is drawn from a seed as plain numbers (`IdentityParams`). `neutral_texture` then bends and
recolours the portrait into that person with the smile taken out, in the pixels of the output frame.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from wdmd_tools.synth.action_units import anchor_point, window
from wdmd_tools.synth.portrait import load_portrait, mirror_landmarks
from wdmd_tools.synth.raster import ByteArray, FloatArray, blur, f32, to_bytes, warp_floats

FRAME_SPAN_IOD = 5.0
"""Width of the frame in inter-ocular distances: the head fills about half of it."""

FRAME_ORIGIN = (0.5, 0.47)
"""Where the point midway between the eyes lies in the frame, as a share of its size."""

_SHAPES = (
    "face_width",
    "jaw_width",
    "chin_length",
    "eye_spacing",
    "eye_size",
    "brow_height",
    "nose_length",
    "nose_width",
    "mouth_width",
    "mouth_height",
    "lip_fullness",
    "cheek_width",
    "hair_height",
)


@dataclass(frozen=True)
class IdentityParams:
    """The numbers that make one person.

    Args:
        shape: Feature name to strength in about [-1, 1].
        mirrored: Whether the portrait is flipped.
        skin_gain: Lightness of the skin, 1 = as photographed.
        skin_tint: Shift of the skin in Lab a and b.
        hair_gain: Lightness of the hair.
        hair_tint: Shift of the hair in Lab a and b.
        clothes_hue: Rotation of the suit's hue in degrees.
        clothes_gain: Saturation of the suit.
        backdrop: Two RGB colours between which the backdrop blends.
        light_angle: Direction of the key light in radians.
        light_strength: Contrast of the key light.
        stubble: Darkening of the beard area, 0 to 1.
        freckles: Strength of freckles, 0 to 1.
        glasses: Whether thin frames are drawn.
        texture_seed: Seed of skin grain and backdrop.
        asymmetry: How much stronger one side moves, in [-0.25, 0.25].
    """

    shape: dict[str, float]
    mirrored: bool
    skin_gain: float
    skin_tint: tuple[float, float]
    hair_gain: float
    hair_tint: tuple[float, float]
    clothes_hue: float
    clothes_gain: float
    backdrop: tuple[tuple[float, float, float], tuple[float, float, float]]
    light_angle: float
    light_strength: float
    stubble: float
    freckles: float
    glasses: bool
    texture_seed: int
    asymmetry: float


def draw_identity(seed: int, subject_index: int) -> IdentityParams:
    """Draw a person; the same seed and index give the same person.

    Args:
        seed: Seed of the data set.
        subject_index: 0-based number of the subject.
    """
    rng = np.random.default_rng([seed, 11, subject_index])
    # Cycling through the clear differences keeps neighbours apart whatever the seed draws.
    tone = (subject_index * 0.382 + rng.uniform(0, 0.2)) % 1.0
    hair = (subject_index * 0.618 + rng.uniform(0, 0.2)) % 1.0
    warm = rng.uniform(-1, 1)
    first, second = (rng.uniform(45, 200) + rng.normal(0, 22, 3) for _ in range(2))
    return IdentityParams(
        shape={name: float(rng.uniform(-1, 1)) for name in _SHAPES},
        mirrored=bool((subject_index + int(rng.integers(2))) % 2),
        skin_gain=0.62 + 0.46 * tone,
        skin_tint=(float(3 * warm + 2 * (1 - tone)), float(rng.uniform(-3, 5))),
        hair_gain=0.28 + 0.95 * hair,
        hair_tint=(float(rng.uniform(-3, 10)), float(rng.uniform(-14, 8))),
        clothes_hue=float(rng.uniform(0, 360)),
        clothes_gain=float(rng.uniform(0.25, 1.0)),
        backdrop=(tuple(map(float, first)), tuple(map(float, second))),  # type: ignore[arg-type]
        light_angle=float(rng.uniform(0, 2 * np.pi)),
        light_strength=float(rng.uniform(0.08, 0.26)),
        stubble=float(rng.uniform(0.4, 1.0)) if rng.random() < 0.35 else 0.0,
        freckles=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.3 else 0.0,
        glasses=bool(rng.random() < 0.2),
        texture_seed=int(rng.integers(2**31)),
        asymmetry=float(rng.uniform(-0.2, 0.2)),
    )


def frame_coordinates(size: int, step: float = 1.0) -> FloatArray:
    """Face coordinates of a grid of frame positions, head in its rest position.

    Args:
        size: Width and height of the frame in pixels.
        step: Distance of grid points in pixels.

    Returns:
        (n, n, 2) float32 with n = ceil(size / step).
    """
    scale = FRAME_SPAN_IOD / size
    count = int(np.ceil(size / step))
    pixels = (np.arange(count, dtype=np.float32) + 0.5) * step - 0.5
    x, y = ((pixels + 0.5) - origin * size for origin in FRAME_ORIGIN)
    return np.asarray(np.stack(np.meshgrid(x * scale, y * scale), -1), np.float32)


def to_frame_pixels(u: FloatArray, size: int) -> FloatArray:
    """Face coordinates to pixels of a frame, head in its rest position."""
    origin = f32(FRAME_ORIGIN) * size - 0.5
    return np.asarray(u * (size / FRAME_SPAN_IOD) + origin, np.float32)


def _shape_field(
    params: IdentityParams, landmarks: dict[str, FloatArray], u: FloatArray
) -> FloatArray:
    """Displacement from the portrait's shape to the identity's, smile removed, in IOD."""
    s = params.shape
    field = np.zeros_like(u)
    x, y = u[..., 0], u[..., 1]

    def add(
        centre: tuple[float, float] | FloatArray, sigma: tuple[float, float], dx: Any, dy: object
    ) -> None:
        weight = window(u, f32(centre), sigma)
        field[..., 0] += weight * f32(dx)
        field[..., 1] += weight * f32(dy)

    add((0, 0.5), (1.1, 1.1), 0.14 * s["face_width"] * x, 0)
    add((0, 1.25), (0.9, 0.4), 0.16 * s["jaw_width"] * x, 0)
    add((0, 1.75), (0.8, 0.35), 0, 0.14 * s["chin_length"])
    add((0, 0.55), (1.0, 0.3), 0.08 * s["cheek_width"] * x, 0)
    add((0, -1.3), (1.2, 0.45), 0, -0.12 * s["hair_height"])
    add(landmarks["nose_tip"][0], (0.3, 0.3), 0, 0.07 * s["nose_length"])
    lips = (landmarks["lip_upper_middle"][0] + landmarks["lip_lower_middle"][0]) / 2
    add(lips, (0.6, 0.3), 0, 0.06 * s["mouth_height"])
    add(lips, (0.5, 0.16), 0, 0.22 * s["lip_fullness"] * (y - lips[1]))
    for side, sign in (("left", -1.0), ("right", 1.0)):
        eye = (landmarks[f"eye_{side}_upper"][4] + landmarks[f"eye_{side}_lower"][4]) / 2
        zoom = 0.14 * s["eye_size"]
        add(eye, (0.3, 0.25), zoom * (x - eye[0]), zoom * (y - eye[1]))
        add(eye, (0.35, 0.4), sign * 0.05 * s["eye_spacing"], 0)
        brow = anchor_point(landmarks, "brow_middle", side)
        add(brow, (0.4, 0.17), 0, -0.06 * s["brow_height"])
        wing = anchor_point(landmarks, "nose_wing", side)
        add(wing, (0.16, 0.16), sign * 0.045 * s["nose_width"], 0)
        corner = anchor_point(landmarks, "mouth_corner", side)
        # The sitter smiles: corners go in and down, cheeks down, so that the rest face is neutral.
        add(corner, (0.24, 0.2), sign * (0.05 * s["mouth_width"] - 0.085), 0.075)
        add(anchor_point(landmarks, "cheek_low", side), (0.22, 0.2), -sign * 0.02, 0.03)
    return field


def identity_landmarks(params: IdentityParams) -> dict[str, FloatArray]:
    """Landmarks of the identity at rest, in face coordinates."""
    base = _base_landmarks(params)
    moved = {}
    for name, rows in base.items():
        target = rows.copy()
        for _ in range(6):  # the field is given at the target, so solve u = rows + field(u)
            target = rows + _shape_field(params, base, target)
        moved[name] = np.asarray(target, np.float32)
    return moved


def _base_landmarks(params: IdentityParams) -> dict[str, FloatArray]:
    landmarks = load_portrait().landmarks
    return mirror_landmarks(landmarks) if params.mirrored else landmarks


def neutral_texture(params: IdentityParams, size: int) -> ByteArray:
    """The person at rest, lips still apart as in the photograph, (size, size, 3) RGB.

    Args:
        params: Who.
        size: Frame size in pixels.
    """
    portrait = load_portrait()
    u = frame_coordinates(size)
    source = u - _shape_field(params, _base_landmarks(params), u)
    if params.mirrored:
        source = source * f32([-1, 1])
    grid = f32(source @ portrait.to_pixels[:, :2].T + portrait.to_pixels[:, 2])
    rgb = np.clip(warp_floats(portrait.image, grid), 0, 255)
    skin, hair, person = (
        np.clip(warp_floats(mask, grid), 0, 1)[..., None]
        for mask in (portrait.skin, portrait.hair, portrait.person)
    )
    rng = np.random.default_rng(params.texture_seed)
    rgb = _recolour(rgb, skin, hair, person, params)
    rgb = _skin_marks(rgb, skin, u, identity_landmarks(params), params, rng)
    backdrop = _backdrop(size, params, rng)
    rgb = rgb * person + backdrop * (1 - person)
    angle = params.light_angle
    slope = np.tanh((u[..., 0] * np.cos(angle) + (u[..., 1] - 0.4) * np.sin(angle)) * 0.9)
    rgb = rgb * (1 + params.light_strength * slope * (0.25 + 0.75 * person[..., 0]))[..., None]
    return to_bytes(rgb)


def _recolour(
    rgb: FloatArray, skin: FloatArray, hair: FloatArray, person: FloatArray, params: IdentityParams
) -> FloatArray:
    """Skin and hair in Lab, clothes by hue."""
    lab = f32(cv2.cvtColor(rgb / 255, cv2.COLOR_RGB2LAB))

    def tinted(gain: float, tint: tuple[float, float]) -> FloatArray:
        shifted = lab * f32([gain, 1, 1]) + f32([0, *tint])
        return f32(cv2.cvtColor(shifted, cv2.COLOR_LAB2RGB)) * f32(255)

    hsv = f32(cv2.cvtColor(rgb / 255, cv2.COLOR_RGB2HSV))
    # Only clearly coloured cloth turns; grey seams would get coloured fringes.
    coloured = np.clip((hsv[..., 1] - 0.3) * 5, 0, 1) > 0.5
    hsv[..., 0] = (hsv[..., 0] + params.clothes_hue * coloured) % 360
    hsv[..., 1] *= params.clothes_gain
    clothes = f32(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)) * 255
    other = np.clip(person - skin - hair, 0, 1)
    total = np.clip(skin + hair + other, 1e-3, None)
    mixed = (
        tinted(params.skin_gain, params.skin_tint) * skin
        + tinted(params.hair_gain, params.hair_tint) * hair
        + clothes * other
    ) / total
    return np.asarray(np.where(skin + hair + other > 1e-3, mixed, rgb), np.float32)


def _skin_marks(
    rgb: FloatArray,
    skin: FloatArray,
    u: FloatArray,
    landmarks: dict[str, FloatArray],
    params: IdentityParams,
    rng: np.random.Generator,
) -> FloatArray:
    """Skin grain, freckles, stubble and glasses: marks that move with the face."""
    shape = rgb.shape[:2]
    scale = shape[0] / 360
    grain = blur(rng.normal(0, 1, shape), 0.9 * scale)
    grain /= grain.std()
    rgb = rgb + 2.0 * grain[..., None] * skin
    if params.freckles:
        spots = blur(rng.normal(0, 1, shape), 1.1 * scale)
        spots = np.clip(spots / spots.std() - 1.9, 0, 1.2)
        where = window(u, f32([0, 0.45]), (0.75, 0.25))
        rgb = rgb - (params.freckles * 60 * spots * where)[..., None] * skin * f32([0.6, 1, 1])
    if params.stubble:
        hairs = rng.normal(0, 1, shape).astype(np.float32)
        mouth = (landmarks["lip_upper_middle"][0] + landmarks["lip_lower_middle"][0]) / 2
        area = np.clip(window(u, f32([0, 1.35]), (0.9, 0.42)) * 1.6 - 0.25, 0, 1)
        lips = np.clip(window(u, mouth, (0.38, 0.12)) * 1.5, 0, 1)
        depth = params.stubble * area * (1 - lips) * (0.26 + 0.05 * hairs)
        rgb = rgb * (1 - depth[..., None] * skin * f32([1, 0.95, 0.85]))
    if params.glasses:
        rgb = _glasses(rgb, landmarks, shape[0])
    return np.asarray(rgb, np.float32)


def _glasses(rgb: FloatArray, landmarks: dict[str, FloatArray], size: int) -> FloatArray:
    """Thin dark frames around the eyes."""
    layer = np.zeros(rgb.shape[:2], np.uint8)
    unit = size / FRAME_SPAN_IOD
    thick = max(1, round(0.022 * unit))
    centres = []
    for side in ("left", "right"):
        eye = (landmarks[f"eye_{side}_upper"][4] + landmarks[f"eye_{side}_lower"][4]) / 2
        centre = to_frame_pixels(eye + f32([0, 0.06]), size)
        axes = (round(0.37 * unit), round(0.29 * unit))
        centres.append(centre)
        cv2.ellipse(
            layer,
            (round(float(centre[0])), round(float(centre[1]))),
            axes,
            0,
            0,
            360,
            255,
            thick,
            cv2.LINE_AA,
        )
    (ax, ay), (bx, by) = centres
    bridge = 0.37 * unit
    cv2.line(
        layer,
        (round(float(ax + bridge)), round(float(ay))),
        (round(float(bx - bridge)), round(float(by))),
        255,
        thick,
        cv2.LINE_AA,
    )
    for x, y, sign in ((ax, ay, -1.0), (bx, by, 1.0)):
        cv2.line(
            layer,
            (round(float(x + sign * bridge)), round(float(y))),
            (round(float(x + sign * 0.62 * unit)), round(float(y - 0.05 * unit))),
            255,
            thick,
            cv2.LINE_AA,
        )
    cover = (layer.astype(np.float32) / 255 * 0.85)[..., None]
    return np.asarray(rgb * (1 - cover) + f32([45, 38, 36]) * cover, np.float32)


def _backdrop(size: int, params: IdentityParams, rng: np.random.Generator) -> FloatArray:
    """An out-of-focus room: two colours and a few soft shapes."""
    small = 48
    ramp = np.linspace(0, 1, small, dtype=np.float32)
    mix = (ramp[None, :] + ramp[:, None] * rng.uniform(-0.8, 0.8)) % 1.0
    mix = 0.5 - 0.5 * np.cos(np.pi * mix)
    first, second = (f32(colour) for colour in params.backdrop)
    image = first * (1 - mix[..., None]) + second * mix[..., None]
    for _ in range(int(rng.integers(2, 6))):
        x, y = rng.integers(0, small, 2)
        w, h = rng.integers(4, 18, 2)
        colour = np.clip(first + rng.normal(0, 30, 3), 10, 245)
        cv2.rectangle(image, (int(x), int(y)), (int(x + w), int(y + h)), colour.tolist(), -1)
    return f32(cv2.resize(blur(image, 2.2), (size, size), interpolation=cv2.INTER_CUBIC))
