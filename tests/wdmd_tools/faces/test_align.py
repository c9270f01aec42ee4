"""Alignment adds no motion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.faces.align import (
    EYE_HEIGHT,
    EYE_SPAN,
    RIGID,
    align_clip,
    fit_similarity,
    reference_shape,
    smooth,
)

K = len(RIGID)
RNG = np.random.default_rng(3)
# A face-like set: outer and inner eye corners in order, then a nose, then the hairline.
SHAPE = np.array([-50, -20, 20, 50, 0, 0, 0, 0, 0, 1, -1, 0]) + 1j * np.array(
    [0, 1, 1, 0, -5, 5, 15, 25, 32, 38, 40, -70]
)


def as_points(values: np.ndarray) -> np.ndarray:
    return np.stack([values.real, values.imag], axis=-1)


def placed(affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.einsum("fij,fkj->fki", affine[:, :, :2], points) + affine[:, None, :, 2]


def film(n: int, noise: float = 0.0) -> np.ndarray:
    """A head that drifts, turns and nods slowly, (n, K) complex."""
    time = np.arange(n)
    factor = 1.3 * np.exp(0.1j * np.sin(time / 40))
    anchor = 300 + 200j + 20 * np.sin(time / 50) + 12j * np.cos(time / 35)
    still = factor[:, None] * SHAPE + anchor[:, None]
    return still + noise * (RNG.normal(size=(n, K)) + 1j * RNG.normal(size=(n, K)))


@given(st.floats(0.2, 5), st.floats(-3, 3), st.floats(-900, 900), st.floats(-900, 900))
def test_an_exact_similarity_is_found(scale: float, angle: float, x: float, y: float) -> None:
    factor, anchor = scale * np.exp(1j * angle), x + 1j * y
    a, b = fit_similarity(SHAPE, (factor * SHAPE + anchor)[None])
    assert a[0] == pytest.approx(factor)
    assert b[0] == pytest.approx(anchor, abs=1e-6)


def test_one_landmark_gone_astray_hardly_moves_the_fit() -> None:
    observed = SHAPE.astype(complex)[None].copy()
    observed[0, 11] += 25
    a, b = fit_similarity(SHAPE, observed)
    plain = np.mean(observed - SHAPE)
    assert abs(b[0]) < 0.15 * abs(plain)
    assert abs(a[0] - 1) < 0.01


def test_the_shape_is_level_and_the_eye_span_is_one() -> None:
    shape = reference_shape(film(50) * np.exp(0.4j))
    assert shape[0] == pytest.approx(-0.5)
    assert shape[3] == pytest.approx(0.5)


@pytest.mark.parametrize("mode", ["smooth", "frame"])
def test_the_eyes_come_to_their_place(mode: str) -> None:
    points = as_points(film(200))
    result = align_clip(points, np.ones(200, bool), 224, mode, 3.0)
    eyes = placed(result.affine, points)[:, [0, 3]]
    middle = eyes.mean(axis=1)
    assert middle[:, 0] == pytest.approx(111.5, abs=0.5)
    assert middle[:, 1] == pytest.approx(EYE_HEIGHT * 224 - 0.5, abs=0.5)
    assert np.linalg.norm(eyes[:, 1] - eyes[:, 0], axis=1) == pytest.approx(
        EYE_SPAN * 224, rel=0.01
    )


def test_scale_is_one_number_and_a_clip_does_not_move() -> None:
    points, found = as_points(film(120)), np.ones(120, bool)
    smooth_ = align_clip(points, found, 112, "smooth", 3.0).affine
    scales = np.hypot(smooth_[:, 0, 0], smooth_[:, 1, 0])
    assert np.ptp(scales) < 1e-9
    clip = align_clip(points, found, 112, "clip", 3.0).affine
    assert np.ptp(clip, axis=0).max() == 0


def test_smoothing_takes_the_jitter_of_noisy_landmarks_away() -> None:
    """A still head with landmarks off by 0.3 px: what is left moves by much less than an ME."""
    still = np.repeat(film(1), 150, axis=0)
    noisy = still + 0.3 * (RNG.normal(size=still.shape) + 1j * RNG.normal(size=still.shape))
    found, truth = np.ones(150, bool), as_points(still)

    def moves(mode: str, sigma: float) -> float:
        affine = align_clip(as_points(noisy), found, 224, mode, sigma).affine
        return float(np.sqrt(np.mean(np.diff(placed(affine, truth), axis=0) ** 2)))

    assert moves("smooth", 3.0) < 0.2 * moves("frame", 3.0)
    assert moves("clip", 3.0) == pytest.approx(0, abs=1e-9)


def test_jitter_is_measured_blind_to_drift() -> None:
    found = np.ones(150, bool)
    drift = align_clip(as_points(film(150)), found, 224, "clip", 3.0).jitter_px
    noisy = align_clip(as_points(film(150, 0.5)), found, 224, "clip", 3.0).jitter_px
    assert drift is not None
    assert noisy is not None
    assert drift < 0.05
    # 0.5 px per axis in the source, enlarged by EYE_SPAN * 224 / (100 * 1.3).
    assert noisy == pytest.approx(np.sqrt(2) * 0.5 * EYE_SPAN * 224 / 130, rel=0.15)
    assert align_clip(as_points(film(2)), np.ones(2, bool), 224, "clip", 3.0).jitter_px is None


def test_frames_without_a_face_take_their_place_from_the_neighbours() -> None:
    points, found = as_points(film(60)), np.ones(60, bool)
    full = align_clip(points, found, 112, "smooth", 2.0).affine
    found[20:24] = False
    points[20:24] = np.nan
    gap = align_clip(points, found, 112, "smooth", 2.0).affine
    assert np.isfinite(gap).all()
    assert np.abs(gap - full).max() < 0.5


@given(st.integers(1, 40), st.floats(0.1, 30), st.floats(-5, 5))
def test_smoothing_keeps_straight_lines(n: int, sigma: float, slope: float) -> None:
    line = 7 + slope * np.arange(n)
    assert smooth(line, sigma) == pytest.approx(line, abs=1e-6)


def test_wrong_calls_are_refused() -> None:
    points = as_points(film(3))
    with pytest.raises(ValueError, match="at least one frame"):
        align_clip(points, np.zeros(3, bool), 112, "smooth", 1.0)
    with pytest.raises(ValueError, match="mode"):
        align_clip(points, np.ones(3, bool), 112, "best", 1.0)
