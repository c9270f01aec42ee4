"""The one photograph behind all synthetic faces, and where its features are.

The portrait is `skimage.data.astronaut()`, a public-domain NASA photograph inside the scikit-image wheel.
Its landmarks are numbers of our own, in `portrait_landmarks.json`, so rendering needs no face model. They
were measured with MediaPipe's Face Landmarker (float16, version 1) as medians over 15 crops:

    for s in (2, 2.5, 3, 3.5, 4):                       # upsampling, bicubic
        for dx, dy in ((0, 0), (7, 3), (3, 9)):         # offset of the crop
            crop = portrait[0:256 - dy, 90 + dx:346 + dx]
            points = landmarker.detect(resize(crop, s)) # normalised x, y
            xy = points * (width, height) / s - 0.5 + (90 + dx, 0)

The spread over the crops was 0.09 px on average and 0.24 px at most. "left" and "right" are sides of the
image throughout this package.

*Face coordinates* are used everywhere else: origin midway between the eyes, x along the eye line to the
right of the image, y down, unit = inter-ocular distance (IOD, between the centres of the eyes).
"""

import functools
import json
from dataclasses import dataclass
from importlib import resources

import cv2
import numpy as np

from wdmd_tools.synth.raster import ByteArray, FloatArray, blur, f32

_WORK_ROWS = slice(0, 300)
_WORK_COLUMNS = slice(60, 390)
_PAIRED = ("eye_{}_upper", "eye_{}_lower")


@dataclass(frozen=True)
class Portrait:
    """The photograph with its masks and landmarks.

    Args:
        image: RGB, (H, W, 3) uint8, the part of the photograph that is used.
        person: Soft mask of the person against the backdrop, (H, W) float32 in [0, 1].
        skin: Soft mask of face and neck.
        hair: Soft mask of the hair.
        landmarks: Feature name to (n, 2) points in face coordinates, from left to right.
        to_pixels: (2, 3) matrix from face coordinates to pixels of `image`.
    """

    image: ByteArray
    person: FloatArray
    skin: FloatArray
    hair: FloatArray
    landmarks: dict[str, FloatArray]
    to_pixels: FloatArray


@functools.lru_cache(maxsize=1)
def load_portrait() -> Portrait:
    """Read the photograph and the landmark table; needs no network.

    Returns:
        The same object at every call of a process.
    """
    from skimage import data

    whole = data.astronaut()  # type: ignore[no-untyped-call]
    image = np.ascontiguousarray(whole[_WORK_ROWS, _WORK_COLUMNS])
    text = resources.files(__package__).joinpath("portrait_landmarks.json").read_text("utf-8")
    origin = np.array([_WORK_COLUMNS.start, _WORK_ROWS.start], np.float32)
    points = {
        name: np.asarray(rows, np.float32) - origin
        for name, rows in json.loads(text)["points"].items()
    }
    to_pixels = _face_frame(points)
    landmarks = {name: _to_face(rows, to_pixels) for name, rows in points.items()}
    person = _person_mask(image, points)
    skin, hair = _skin_and_hair(image, person, points)
    return Portrait(image, person, skin, hair, landmarks, to_pixels)


def mirror_landmarks(landmarks: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Landmarks of the mirrored face: x negated, left and right exchanged, order kept left to right."""
    flipped = {name: (rows * f32([-1, 1]))[::-1] for name, rows in landmarks.items()}
    for pattern in _PAIRED:
        left, right = pattern.format("left"), pattern.format("right")
        flipped[left], flipped[right] = flipped[right], flipped[left]
    return {name: np.ascontiguousarray(rows) for name, rows in flipped.items()}


def _face_frame(points: dict[str, FloatArray]) -> FloatArray:
    """The matrix from face coordinates to pixels."""
    left, right = (
        (points[f"eye_{side}_upper"][0] + points[f"eye_{side}_upper"][-1]) / 2
        for side in ("left", "right")
    )
    along = right - left
    middle = (left + right) / 2
    return np.array([[along[0], -along[1], middle[0]], [along[1], along[0], middle[1]]], np.float32)


def _to_face(points: FloatArray, to_pixels: FloatArray) -> FloatArray:
    """Pixels to face coordinates."""
    inverse = np.linalg.inv(to_pixels[:, :2])
    return ((points - to_pixels[:, 2]) @ inverse.T).astype(np.float32)


def _person_mask(image: ByteArray, points: dict[str, FloatArray]) -> FloatArray:
    """Cut the person out of the backdrop; the seed makes it the same at every run."""
    height, width = image.shape[:2]
    labels = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    face = points["oval"].astype(np.int32)
    centre_x = int(points["nose_tip"][0, 0])
    cv2.ellipse(labels, (centre_x, 85), (78, 84), 0, 0, 360, int(cv2.GC_PR_FGD), -1)
    labels[150:, :] = cv2.GC_PR_FGD
    cv2.fillPoly(labels, [face], int(cv2.GC_FGD))
    labels[190:, centre_x - 60 : centre_x + 50] = cv2.GC_FGD
    labels[:100, : centre_x - 82] = cv2.GC_BGD
    labels[:130, centre_x + 88 :] = cv2.GC_BGD
    labels[:12] = cv2.GC_BGD
    cv2.setRNGSeed(7)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, width, height)  # not used: the labels say where to start
    cv2.grabCut(image, labels, whole, models[0], models[1], 4, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    return blur(cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel), 1.2)


def _skin_and_hair(
    image: ByteArray, person: FloatArray, points: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Skin is the face oval, the ears and the neck by colour; hair is the rest above the collar."""
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    skin_like = (luma[..., 1] > 138) & (luma[..., 2] > 95) & (luma[..., 0] > 105)
    area = np.zeros(image.shape[:2], np.uint8)
    centre_x = int(points["nose_tip"][0, 0])
    cv2.ellipse(area, (centre_x, 120), (58, 72), 0, 0, 360, 1, -1)
    area[: int(points["forehead"][0, 1]) + 10] = 0  # the fringe has the colour of skin
    oval = np.zeros_like(area)
    cv2.fillPoly(oval, [points["oval"].astype(np.int32)], 1)
    brow_row = int(points["brow_middle"][:, 1].max()) - 6
    inner = oval.copy()
    inner[:brow_row] = 0
    found = ((skin_like & (area > 0)) | (inner > 0)).astype(np.uint8)
    skin = blur(cv2.medianBlur(found, 5), 1.5)
    head = np.zeros(image.shape[:2], np.float32)
    head[: int(points["mouth_corner"][:, 1].min())] = 1
    return skin, f32(np.clip(blur(head, 3) * person - skin, 0, 1))
