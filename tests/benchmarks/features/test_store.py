from pathlib import Path

import numpy as np
import pytest
from builders import tiny_dataset

from benchmarks.features.blocks import BlockGrid
from benchmarks.features.lbp_codes import LbpGeometry
from benchmarks.features.store import FeatureSettings, HistogramStore
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset


def settings(_fps: float, kind: str = "lbp-sip") -> FeatureSettings:
    return FeatureSettings(kind, LbpGeometry(neighbours=4), BlockGrid(2, 2), 64)


@pytest.fixture(name="dataset")
def make(tmp_path: Path) -> Dataset:
    return tiny_dataset(tmp_path / "d", n_recordings=2, clips_per_recording=2, with_crops=True)


def test_the_cache_gives_what_was_computed_and_survives_damage(
    dataset: Dataset, tmp_path: Path
) -> None:
    clips = list(dataset.iter_clips())
    store = HistogramStore(tmp_path / "cache", settings)
    first = {clip.clip_id: counts for clip, counts in store.each(dataset, clips)}
    files = sorted((tmp_path / "cache" / "lbp").iterdir())
    assert len(files) == 4
    for clip in clips:
        clip.crop_path.unlink()  # only the cache is left
    second = {clip.clip_id: counts for clip, counts in store.each(dataset, clips)}
    assert list(second) == [clip.clip_id for clip in clips]
    for name, counts in first.items():
        np.testing.assert_array_equal(counts, second[name])
    files[0].write_bytes(b"damaged")
    with pytest.raises(ManifestError, match="crops"):  # made again, and the crop is gone
        list(store.each(dataset, clips))


def test_other_settings_have_other_cache_files() -> None:
    one, other = settings(30), settings(30, "lbp-top")
    assert one.key("a") != other.key("a") != other.key("b")


def test_a_crop_with_another_number_of_frames_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    first, second = list(dataset.iter_clips())[:2]
    other = tiny_dataset(
        tmp_path / "o", n_recordings=1, clips_per_recording=1, n_frames=30, with_crops=True
    )
    first.crop_path.write_bytes(next(other.iter_clips()).crop_path.read_bytes())
    store = HistogramStore(tmp_path / "cache", settings)
    with pytest.raises(ManifestError, match="has 30 frames, the clips table says 40"):
        list(store.each(dataset, [first, second]))
