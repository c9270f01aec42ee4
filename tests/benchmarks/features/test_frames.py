"""Region motion: directions, mirroring, parts of long clips."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from builders import tiny_dataset

from benchmarks.features import frames
from benchmarks.features.frames import RegionMotion, middle, mirrored, region_motion
from benchmarks.features.store import FeatureStore
from wdmd_tools.errors import ManifestError


def _texture(n: int, moved: dict[int, int], size: int = 64) -> npt.NDArray[np.uint8]:
    """A smooth pattern whose middle is shifted right by some px in given frames."""
    y, x = np.mgrid[0:size, 0:size].astype(float)
    volume = np.empty((n, size, size), np.uint8)
    for index in range(n):
        inside = (np.abs(y - size / 2) < 8) & (np.abs(x - size / 2) < 8)
        shift = np.where(inside, moved.get(index, 0), 0)
        picture = np.sin((x - shift) / 3) + np.sin(y / 4) + np.sin((x - shift + y) / 5)
        volume[index] = np.round(128 + 35 * picture)
    return volume


def test_motion_to_the_right_is_positive_in_its_region_and_small_elsewhere() -> None:
    # frames  0 ......... 9 10 11 12 13 ........ 29
    # shift        0         1  1  1       0            px to the right, middle of the picture
    volume = _texture(30, {10: 1, 11: 1, 12: 1})
    found = region_motion(volume, RegionMotion(fps=30, regions=5)).astype(float)
    assert found.shape == (30, 5, 5, 6)
    right_from_far_mean = found[11, :, :, 2]
    corners = np.abs(right_from_far_mean[[0, 0, -1, -1], [0, -1, 0, -1]])
    assert right_from_far_mean[2, 2] > 1.0
    assert corners.max() < 0.25 * right_from_far_mean[2, 2]
    assert np.abs(found[20]).max() < 0.5


def test_a_mirrored_film_has_mirrored_motion() -> None:
    volume = _texture(12, {5: 1, 6: 1})
    settings = RegionMotion(fps=30, regions=3)
    direct = region_motion(np.ascontiguousarray(volume[:, :, ::-1]), settings)
    np.testing.assert_allclose(direct, mirrored(region_motion(volume, settings)), atol=0.02)


def test_mirroring_twice_changes_nothing() -> None:
    motion = np.random.default_rng(0).normal(size=(4, 3, 3, 6)).astype(np.float16)
    np.testing.assert_array_equal(mirrored(mirrored(motion)), motion)


def test_parts_of_a_long_clip_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = _texture(50, {7: 1, 8: 1, 30: 1, 31: 1})
    settings = RegionMotion(fps=30, regions=4, far_ms=200)
    whole = region_motion(volume, settings)
    monkeypatch.setattr(frames, "_AROUND", 9)
    np.testing.assert_allclose(region_motion(volume, settings), whole, atol=0.01)


def test_the_middle_is_in_the_middle() -> None:
    volume = np.arange(100, dtype=np.uint8).reshape(1, 10, 10)
    assert middle(volume, 1.25).shape == (1, 8, 8)
    assert middle(volume, 1.25)[0, 0, 0] == 11
    assert middle(volume, 1.0).shape == (1, 10, 10)


def test_every_setting_names_another_cache_file() -> None:
    plain = RegionMotion(fps=30)
    others = [RegionMotion(fps=60), RegionMotion(30, size=64), RegionMotion(30, lag_ms=33)]
    assert len({one.key("ab") for one in (plain, *others)}) == 4
    assert plain.key("ab") != plain.key("cd")


def test_the_store_computes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=1, with_crops=True)
    clips = list(dataset.iter_clips())
    store = FeatureStore(tmp_path / "cache", lambda fps: RegionMotion(fps, regions=2))
    first = [motion for _, motion in store.each(dataset, clips)]
    monkeypatch.setattr(RegionMotion, "compute", lambda *_: pytest.fail("computed again"))
    again = [motion for _, motion in store.each(dataset, clips)]
    assert all(
        one.shape == (clip.n_frames, 2, 2, 6) for one, clip in zip(first, clips, strict=True)
    )
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_tiny_crop_is_an_error_with_a_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "wdmd_tools.video.crops.read_crop", lambda _: np.zeros((3, 12, 12, 3), np.uint8)
    )
    with pytest.raises(ManifestError, match="at least 16x16 are needed"):
        RegionMotion(fps=30).compute(tmp_path / "a.mkv")
