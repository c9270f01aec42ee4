"""Where the crop of each frame lies: a similarity from points that expressions do not move.

A micro-expression moves landmarks by 0.5 to 2 px in a 224 px crop. An alignment of each frame by its eye
centres alone jitters by 0.5 px: as much as the signal. So

- the points are eye corners, bridge and tip of the nose and the top of the forehead, not lids or centres;
- all of them are fitted at once to the shape that this face has in this clip, outliers weighing less;
- scale is one number per clip;
- position and angle are smoothed over time with zero phase (``smooth``), or are constant (``clip``).

Points are complex numbers x + iy here: a similarity is then ``z -> a z + b``, with scale ``|a|`` and angle
``arg a``, and its least-squares fit is one division.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

RIGID = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 10)
"""Landmarks of the rigid points, in MediaPipe's numbering: four eye corners, five on the bridge of the
nose, two on its tip, one at the hairline."""

_OUTER_EYE_CORNERS = (0, 3)
EYE_SPAN = 0.42
"""Distance of the outer eye corners in the crop, as a share of its size: about 21 cm of a grown face, so
that raised brows and an open jaw stay inside."""

EYE_HEIGHT = 0.36
"""Height of the eye line in the crop, from the top, as a share of its size."""


@dataclass(frozen=True)
class Alignment:
    """Crop transforms of a clip of F frames.

    Args:
        affine: (F, 2, 3), source px to crop px.
        jitter_px: Root mean square, in crop px, of the shaking of the rigid landmarks from frame to frame;
            `None` with fewer than 3 frames with a face. It holds the landmarks' own noise, so it is not 0
            where the crop does not move at all (docs/alignment.md).
    """

    affine: FloatArray
    jitter_px: float | None


def align_clip(
    points: FloatArray, found: npt.NDArray[np.bool_], size: int, mode: str, sigma_frames: float
) -> Alignment:
    """The crop transform of every frame of a clip.

    Args:
        points: (F, K, 2) rigid points in source px, K as in `RIGID`; anything where not found.
        found: (F,) whether the frame has a face; at least one has.
        size: Height and width of the crop, px.
        mode: ``"smooth"``, ``"clip"`` or ``"frame"``.
        sigma_frames: Standard deviation of the smoothing, frames.

    Returns:
        Transforms for all frames; those without a face take theirs from their neighbours.

    Raises:
        ValueError: No frame has a face, or the mode is unknown.
    """
    if not found.any():
        raise ValueError("Expected at least one frame with a face.")
    observed = points[found][..., 0] + 1j * points[found][..., 1]
    shape = reference_shape(observed)
    scale_angle, anchor = fit_similarity(shape, observed)
    frames, seen = np.arange(len(found)), np.flatnonzero(found)
    angle = np.interp(frames, seen, np.unwrap(np.angle(scale_angle)))
    x, y = (np.interp(frames, seen, part) for part in (anchor.real, anchor.imag))
    scale = np.exp(np.median(np.log(np.abs(scale_angle))))
    if mode == "clip":
        angle, x, y = (np.full(len(found), np.median(values[seen])) for values in (angle, x, y))
    elif mode == "smooth":
        angle, x, y = (smooth(values, sigma_frames) for values in (angle, x, y))
    elif mode == "frame":
        scale = np.interp(frames, seen, np.abs(scale_angle))
    else:
        raise ValueError(f"Expected `mode` to be smooth, clip or frame but got {mode!r}.")
    affine = _crop_affine(scale, angle, x + 1j * y, size)
    return Alignment(affine, _jitter(affine[seen], observed))


def reference_shape(observed: ComplexArray) -> ComplexArray:
    """The shape that a face has in a clip, free of pose in the image plane.

    Args:
        observed: (F, K) rigid points.

    Returns:
        (K,) points with the middle of the outer eye corners at 0 and their distance 1, level.
    """
    shape = _normalise(np.median(observed.real, axis=0) + 1j * np.median(observed.imag, axis=0))
    for _ in range(3):
        factor, anchor = fit_similarity(shape, observed)
        level = (observed - anchor[:, None]) / factor[:, None]
        shape = _normalise(np.median(level.real, axis=0) + 1j * np.median(level.imag, axis=0))
    return shape


def fit_similarity(
    shape: ComplexArray, observed: ComplexArray
) -> tuple[ComplexArray, ComplexArray]:
    """Fit ``observed[f] = a[f] * shape + b[f]`` with points that fit badly weighing less.

    Args:
        shape: (K,) reference points.
        observed: (F, K) points of each frame.

    Returns:
        a and b, (F,) each.
    """
    weights = np.ones(observed.shape)
    for step in range(3):
        total = weights.sum(axis=1)
        shape_mean = (weights * shape).sum(axis=1) / total
        observed_mean = (weights * observed).sum(axis=1) / total
        centred = shape - shape_mean[:, None]
        factor = (weights * centred.conj() * (observed - observed_mean[:, None])).sum(axis=1)
        factor = factor / (weights * np.abs(centred) ** 2).sum(axis=1)
        anchor = observed_mean - factor * shape_mean
        if step < 2:
            residual = np.abs(observed - factor[:, None] * shape - anchor[:, None])
            # Tukey's constant on the median residual: full weight near 0, none beyond 4.7 medians.
            limit = 4.685 * 1.4826 * np.median(residual, axis=1, keepdims=True) + 1e-9
            weights = np.clip(1 - (residual / limit) ** 2, 0.05, 1) ** 2
    return factor, anchor


def smooth(values: FloatArray, sigma: float) -> FloatArray:
    """Gaussian smoothing with zero phase; ends are continued by point reflection, so slopes survive.

    Args:
        values: (F,).
        sigma: Standard deviation in frames.
    """
    reach = min(round(4 * sigma), len(values) - 1)
    if reach < 1:
        return values.copy()
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    padded = np.pad(values, reach, mode="reflect", reflect_type="odd")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def to_source(affine: FloatArray, points: FloatArray) -> FloatArray:
    """Where pixels of a crop come from in the film.

    Args:
        affine: (2, 3) of one frame, or (F, 2, 3): source px to crop px, as in ``frames.parquet``
            (``affine``, six numbers, row by row).
        points: (K, 2) x and y in the crop, or (F, K, 2); pixel centres are whole numbers.

    Returns:
        (K, 2) or (F, K, 2) x and y in px of the source frame.

    Raises:
        numpy.linalg.LinAlgError: A matrix has no inverse; none that a build writes.

    Example:
        >>> to_source(np.array([[2.0, 0, 10], [0, 2.0, 0]]), np.array([[12.0, 4.0]])).tolist()
        [[1.0, 2.0]]
    """
    affine, points = np.asarray(affine, np.float64), np.asarray(points, np.float64)
    inverse = np.linalg.inv(affine[..., :2])
    moved = points - affine[..., None, :, 2]
    return np.asarray(moved @ np.swapaxes(inverse, -1, -2), np.float64)


def to_crop(affine: FloatArray, points: FloatArray) -> FloatArray:
    """Where points of the film lie in the crop: the inverse of `to_source`, same shapes."""
    affine, points = np.asarray(affine, np.float64), np.asarray(points, np.float64)
    placed = points @ np.swapaxes(affine[..., :2], -1, -2) + affine[..., None, :, 2]
    return np.asarray(placed, np.float64)


def _normalise(shape: ComplexArray) -> ComplexArray:
    left, right = (shape[index] for index in _OUTER_EYE_CORNERS)
    result: ComplexArray = (shape - (left + right) / 2) / (right - left)
    return result


def _crop_affine(
    scale: FloatArray | np.float64, angle: FloatArray, anchor: ComplexArray, size: int
) -> FloatArray:
    """(F, 2, 3): the eye line level, centred, at `EYE_HEIGHT`, `EYE_SPAN` of the size long."""
    factor = EYE_SPAN * size / scale * np.exp(-1j * angle)
    shift = size * (0.5 + 1j * EYE_HEIGHT) - 0.5 * (1 + 1j) - factor * anchor
    rows = np.stack(
        [
            np.stack([factor.real, -factor.imag, shift.real], axis=-1),
            np.stack([factor.imag, factor.real, shift.imag], axis=-1),
        ],
        axis=1,
    )
    return rows.astype(np.float64)


def _jitter(affine: FloatArray, observed: ComplexArray) -> float | None:
    if len(observed) < 3:
        return None
    xy = np.stack([observed.real, observed.imag], axis=-1)
    placed = np.einsum("fij,fkj->fki", affine[:, :, :2], xy) + affine[:, None, :, 2]
    # High-pass by the second difference: blind to drift and to uniform motion.
    fast = (placed[2:] - 2 * placed[1:-1] + placed[:-2]) / np.sqrt(6)
    return float(np.sqrt(np.mean(np.sum(fast**2, axis=-1))))
