from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.features.region_flow import (
    RegionFlow,
    cut_out,
    one_window,
    window_features,
    window_starts,
)
from benchmarks.features.regions import canvas_map, mapped

SETTINGS = RegionFlow(window=4, side=96, method="dis")


def texture(seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (120, 120)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2) * 1.0).clip(0, 255).astype(np.uint8)


def moved(picture: np.ndarray, right: float, down: float) -> np.ndarray:
    affine = np.array([[1.0, 0, right], [0, 1.0, down]])
    return np.asarray(
        cv2.warpAffine(picture, affine, (120, 120), borderMode=cv2.BORDER_REPLICATE)
    ).astype(np.uint8)


def face() -> np.ndarray:
    """A unit is 9.6 px, so that a canvas of 96 px has nearly the picture's scale."""
    points = np.full((68, 2), (60.0, 70.0))
    points[39], points[42] = (50.4, 50), (69.6, 50)
    points[17:22] = [(x, 38.0) for x in (26, 30, 34, 38, 42)]
    points[22:27] = [(x, 38.0) for x in (78, 82, 86, 90, 94)]
    points[29:32] = [(60, 62), (60, 66), (56, 68)]
    points[48:68] = [(50 + (i % 10) * 2, 84 + i % 4) for i in range(20)]
    points[[40, 41]], points[[46, 47]] = (44, 54), (76, 54)
    points[31], points[35] = (54, 69), (66, 69)
    return points


@pytest.mark.parametrize(
    ("n_frames", "window", "starts"),
    [
        (10, 4, [0, 2, 4, 6]),
        (11, 4, [0, 2, 4, 6, 7]),  # the last one ends with the clip
        (4, 4, [0]),
        (3, 4, [0]),
        (120, 50, [0, 25, 50, 70]),
    ],
)
def test_windows_overlap_by_half(n_frames: int, window: int, starts: list[int]) -> None:
    assert window_starts(n_frames, window) == starts


def test_the_canvas_shows_the_face() -> None:
    """A point of the picture is where the map says."""
    picture = np.zeros((120, 120), np.uint8)
    picture[52:56, 74:78] = 255
    affine = canvas_map(face(), 96)
    shown = cut_out(picture, affine, 96)
    x, y = mapped(np.array([[75.5, 53.5]]), affine)[0]
    rows, columns = np.nonzero(shown > 128)
    assert columns.mean() == pytest.approx(x, abs=0.6)
    assert rows.mean() == pytest.approx(y, abs=0.6)


def test_a_moving_brow_shows_in_its_own_channels() -> None:
    """The left brow goes up 2 px while the head goes right by 5: the nose takes the latter off."""
    still = texture()
    raised = still.copy()
    raised[26:44, 14:56] = moved(still, 0, -2)[26:44, 14:56]
    frames = [still, moved(raised, 5, 0)]
    from benchmarks.features.flow_methods import flow_function

    found = one_window(frames, face(), SETTINGS, flow_function("dis"))
    assert found.shape == (2, 36)
    assert not found[0].any()
    by_region = found[1].reshape(18, 2)
    px = 320 / (9 * 9.6)  # px of the published canvas per px of the picture
    assert by_region[[1, 2, 3], 1] == pytest.approx(-2 * px, abs=1.5)
    others = by_region[[5, 6, 7, 14, 15]]
    assert np.abs(others).max() < 1.5
    assert np.abs(by_region[:, 0]).max() < 2.0


def test_large_motion_of_the_head_is_followed() -> None:
    """12 px a frame: the canvas goes along, so that flow has little left to find."""
    still = texture(1)
    frames = [still, moved(still, 12, 0), moved(still, 20, 4)]
    from benchmarks.features.flow_methods import flow_function

    calls = []
    flow = flow_function("dis")

    def counted(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        calls.append(1)
        return flow(first, second)

    found = one_window(frames, face(), SETTINGS, counted)
    assert len(calls) > 2
    middle = found.reshape(3, 18, 2)[:, [9, 10, 14, 15]]
    assert np.abs(middle).max() < 2.0


def test_windows_without_a_face_are_zero_and_short_clips_end_in_zeros() -> None:
    frames = np.stack([np.dstack([moved(texture(), t, 0)] * 3) for t in range(5)])
    asked: list[int] = []

    def find(pictures: np.ndarray) -> Sequence[np.ndarray | None]:
        asked.append(len(pictures))
        return [face(), *[None] * (len(pictures) - 1)]

    found = window_features(frames, SETTINGS, find)
    assert asked == [2]  # windows 0 ... 3 and 1 ... 4
    assert found.shape == (2, 4, 36)
    assert found[0, 1:].any(axis=1).all()
    assert not found[1].any()
    short = window_features(frames[:3], SETTINGS, find)
    assert short.shape == (1, 4, 36)
    assert not short[0, 3].any()
    assert short[0, 2].any()


def test_settings_are_checked_and_name_their_cache_files() -> None:
    for wrong in ({"window": 5}, {"share": 0.0}, {"skip": 0}):
        with pytest.raises(ValueError, match="even window"):
            replace(SETTINGS, **wrong)
    keys = {replace(SETTINGS, side=side).key("a") for side in (64, 96)}
    assert len({*keys, SETTINGS.key("b")}) == 3
