from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import tiny_dataset
from scipy.ndimage import gaussian_filter

from benchmarks.features.flow import (
    SIDE,
    FlowFeature,
    face_square,
    flow_pictures,
    regions,
    strain,
    stretched,
)
from wdmd_tools.errors import ConfigError


def test_strain_is_that_of_the_formula() -> None:
    """Forward differences, pixel by pixel; the last row and column repeat."""
    generator = np.random.default_rng(0)
    u, v = generator.normal(0, 1, (2, 5, 6)).astype(np.float32)
    found = strain(u, v)
    for y in range(5):
        for x in range(6):
            a, b = min(y, 3), min(x, 4)
            u_x, u_y = u[a, b] - u[a, b + 1], u[a, b] - u[a + 1, b]
            v_x, v_y = v[a, b] - v[a, b + 1], v[a, b] - v[a + 1, b]
            expected = (u_x**2 + v_y**2 + (u_y + v_x) ** 2 / 2) ** 0.5
            assert found[y, x] == pytest.approx(expected, rel=1e-5)


def test_a_move_or_turn_of_everything_is_no_strain() -> None:
    """A shift has no derivative; a turn has u_y = -v_x."""
    y, x = np.mgrid[:8, :8].astype(np.float32)
    assert strain(np.full_like(x, 3), np.full_like(x, -1)).max() == 0
    np.testing.assert_allclose(strain(-0.1 * y, 0.1 * x), 0, atol=1e-6)
    np.testing.assert_allclose(strain(0.1 * x, 0 * y), 0.1, atol=1e-6)


def test_the_heads_motion_is_taken_away_and_eyes_are_blank() -> None:
    flow = np.full((SIDE, SIDE, 2), 2.0, dtype=np.float32)
    assert regions(flow).max() == 0
    flow[..., 0] = 0
    flow[80:100, 40:90, 0] = -3.0  # the mouth moves to the left
    found = regions(flow)
    assert found[21:, :, 0].max() == pytest.approx(3.0)
    assert found[:21].max() == 0
    blink = np.zeros((SIDE, SIDE, 2), dtype=np.float32)
    blink[30:42, 25:45] = 5.0
    assert regions(blink)[:21].max() == 0


def test_each_channel_is_stretched_by_itself() -> None:
    picture = np.zeros((2, 2, 3), dtype=np.float32)
    picture[..., 0] = [[1, 2], [3, 5]]
    picture[..., 1] = 7
    picture[0, 0, 2] = -1
    found = stretched(picture)
    np.testing.assert_array_equal(found[..., 0], [[0, 64], [128, 255]])
    assert not found[..., 1].any()
    np.testing.assert_array_equal(found[..., 2], [[0, 255], [255, 255]])


def textured(size: int = 128) -> np.ndarray:
    noise = gaussian_filter(np.random.default_rng(0).normal(0, 1, (size, size)), 2)
    return np.clip(128 + 90 * noise / np.abs(noise).max(), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("method", ["dis", "tvl1"])
def test_flow_finds_where_the_face_moved(method: str) -> None:
    """Rows of the mouth go 1.5 px to the right between the frames; the brows stay."""
    still = textured()
    moved = still.copy()
    shift = np.float32([[1, 0, 1.5], [0, 1, 0]])
    moved[85:125] = cv2.warpAffine(still, shift, (128, 128), borderMode=cv2.BORDER_REFLECT)[85:125]
    flow = flow_pictures(np.stack([still, still, moved]), 2, method)  # type: ignore[arg-type]
    assert flow.shape == (3, 42, 42, 3)
    assert not flow[1:].any()  # the last k frames have no flow
    assert flow[0, 25:38, 10:32, 0].mean() > 4 * flow[0, :20, :, 0].mean()


def test_the_face_square_is_the_middle_of_the_crop() -> None:
    crop = np.zeros((100, 100), dtype=np.uint8)
    crop[16:88, 14:86] = 200
    assert (face_square(crop) == 200).all()
    assert face_square(np.zeros((112, 112), np.uint8)).shape == (128, 128)


def test_opencv_without_tv_l1_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2, "optflow")
    with pytest.raises(ConfigError, match="set the option flow to dis"):
        flow_pictures(np.zeros((2, 64, 64), np.uint8), 1, "tvl1")
    dataset = tiny_dataset(tmp_path, n_recordings=1, clips_per_recording=1, with_crops=True)
    clip = next(dataset.iter_clips())
    assert FlowFeature(4).compute(clip.crop_path).shape == (clip.n_frames, 42, 42, 3)
    assert (
        len({FlowFeature(4).key("a"), FlowFeature(5).key("a"), FlowFeature(4, "tvl1").key("a")})
        == 3
    )
