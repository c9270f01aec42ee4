"""What users of the matrices rely on: there and back, one scale, no delay, no jitter on a still head."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.config import CropConfig
from wdmd_tools.faces.align import (
    EYE_HEIGHT,
    EYE_SPAN,
    RIGID,
    align_clip,
    fit_similarity,
    smooth,
    to_crop,
    to_source,
)
from wdmd_tools.faces.crop import warp

# Outer and inner corners of the eyes, bridge and tip of the nose, hairline; px of a face 100 px wide.
SHAPE = np.array([-50, -20, 20, 50, 0, 0, 0, 0, 0, 1, -1, 0]) + 1j * np.array(
    [0, 1, 1, 0, -5, 5, 15, 25, 32, 38, 40, -70]
)
SIGMA = CropConfig().smooth_s * 60  # frames at 60 fps

scales, angles = st.floats(0.1, 8), st.floats(-3.1, 3.1)
places = st.floats(-3000, 3000)


def as_points(values: np.ndarray) -> np.ndarray:
    return np.stack([values.real, values.imag], axis=-1)


def still(n: int) -> np.ndarray:
    return np.repeat(SHAPE[None] + 300 + 200j, n, axis=0)


def similarity(scale: float, angle: float, x: float, y: float) -> np.ndarray:
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, x], [s, c, y]])


@given(scales, angles, places, places, st.lists(st.tuples(places, places), min_size=1, max_size=6))
def test_crop_pixels_go_to_the_film_and_back(
    scale: float, angle: float, x: float, y: float, points: list[tuple[float, float]]
) -> None:
    affine, crop = similarity(scale, angle, x, y), np.array(points)
    film = to_source(affine, crop)
    assert to_crop(affine, film) == pytest.approx(crop, abs=1e-6)
    # The definition, written out for one point.
    px, py = film[0]
    expected = [affine[0] @ (px, py, 1), affine[1] @ (px, py, 1)]
    assert expected == pytest.approx(crop[0].tolist(), abs=1e-6)


def test_a_stack_of_frames_maps_each_by_its_own_matrix() -> None:
    affine = np.stack([similarity(2, 0, 10, 0), similarity(1, np.pi / 2, 0, 0)])
    # Frame 0: (12 - 10) / 2 = 1, 4 / 2 = 2. Frame 1: the quarter turn takes (4, -12) to (12, 4).
    points = np.array([[[12.0, 4.0]], [[12.0, 4.0]]])
    assert to_source(affine, points) == pytest.approx(np.array([[[1, 2]], [[4, -12]]]), abs=1e-9)


def test_a_pixel_of_the_crop_is_the_pixel_of_the_film_that_the_matrix_names() -> None:
    """A white dot in the film: the brightest pixel of the crop maps back to it."""
    film = np.zeros((200, 240, 3), np.uint8)
    film[118:121, 98:101] = 255
    affine = similarity(1.5, 0.3, -60, -150)
    crop = warp(film[40:180, 20:200], (20, 40), affine, 112)[..., 0].astype(float)
    rows, columns = np.mgrid[0:112, 0:112]
    centre = np.array([[(columns * crop).sum(), (rows * crop).sum()]]) / crop.sum()
    assert to_source(affine, centre)[0] == pytest.approx([99, 119], abs=0.05)


@settings(max_examples=40)
@given(st.floats(0.3, 4), st.floats(-1.5, 1.5), st.floats(0, 900), st.floats(0, 900))
def test_the_template_is_met_whatever_the_pose_and_size(
    scale: float, angle: float, x: float, y: float
) -> None:
    observed = as_points(scale * np.exp(1j * angle) * still(5) + x + 1j * y)
    for size in (112, 224):
        for mode in ("clip", "smooth", "frame"):
            affine = align_clip(observed, np.ones(5, bool), size, mode, SIGMA).affine
            eyes = to_crop(affine, observed)[:, [0, 3]]
            left, right = 0.5 - EYE_SPAN / 2, 0.5 + EYE_SPAN / 2
            expected = np.array([[left, EYE_HEIGHT], [right, EYE_HEIGHT]]) * size - 0.5
            assert np.abs(eyes - expected).max() < 1e-6


@given(st.integers(0, len(RIGID) - 1), st.floats(-3.1, 3.1))
def test_one_outlier_moves_the_fit_by_less_than_a_twentieth_of_its_error(
    which: int, direction: float
) -> None:
    noise = np.random.default_rng(5).normal(size=(2, len(SHAPE))) * 0.2
    good = (SHAPE + noise[0] + 1j * noise[1])[None]
    bad = good.copy()
    bad[0, which] += 20 * np.exp(1j * direction)
    (a0, b0), (a1, b1) = fit_similarity(SHAPE, good), fit_similarity(SHAPE, bad)
    moved = np.abs((a1 - a0) * SHAPE + (b1 - b0))
    # A plain mean of 12 points would move by 20 / 12 = 1.7 px.
    assert np.sqrt(np.mean(moved**2)) < 1.0


@pytest.mark.parametrize("mode", ["clip", "smooth"])
def test_scale_is_constant_though_the_head_comes_nearer(mode: str) -> None:
    nearer = (1 + 0.2 * np.arange(90) / 90)[:, None] * still(90)
    affine = align_clip(as_points(nearer), np.ones(90, bool), 224, mode, SIGMA).affine
    assert np.ptp(np.linalg.det(affine[:, :, :2])) < 1e-12
    raw = align_clip(as_points(nearer), np.ones(90, bool), 224, "frame", SIGMA).affine
    assert np.ptp(np.linalg.det(raw[:, :, :2])) > 0.1


@given(st.floats(0.3, 12), st.integers(0, 1000))
def test_smoothing_has_no_delay(sigma: float, seed: int) -> None:
    impulse = np.zeros(121)
    impulse[60] = 1
    assert smooth(impulse, sigma) == pytest.approx(smooth(impulse, sigma)[::-1], abs=1e-12)
    step = np.repeat([0.0, 1.0], 60)
    answer = smooth(step, sigma)
    assert answer + answer[::-1] == pytest.approx(np.ones(120), abs=1e-9)
    values = np.random.default_rng(seed).normal(size=50).cumsum()
    assert smooth(values[::-1], sigma)[::-1] == pytest.approx(smooth(values, sigma), abs=1e-9)


def test_a_still_head_with_noisy_landmarks_stays_below_the_bound() -> None:
    """Landmarks off by 0.1 px, ten times as far as filtered ones: below 0.05 px a frame all the same."""
    head = still(300)
    noise = np.random.default_rng(8).normal(size=(2, *head.shape)) * 0.1
    found = np.ones(300, bool)

    def jitter(mode: str) -> float:
        affine = align_clip(as_points(head + noise[0] + 1j * noise[1]), found, 224, mode, SIGMA)
        moves = np.diff(to_crop(affine.affine, as_points(head)), axis=0)
        return float(np.sqrt(np.mean(np.sum(moves**2, axis=-1))))

    assert jitter("smooth") < 0.05
    assert jitter("frame") > 0.05
    assert jitter("clip") == pytest.approx(0, abs=1e-9)
