from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import tiny_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.features.dense_flow import DenseFlow, ahead, fixed, pixels
from benchmarks.features.flow_methods import FlowMethod, flow_function
from benchmarks.features.store import FeatureStore
from wdmd_tools.video.crops import iter_crop, read_crop


@pytest.mark.parametrize("method", ["farneback", "tvl1", "dis"])
def test_each_method_finds_a_shift(method: FlowMethod) -> None:
    noise = np.random.default_rng(0).normal(size=(128, 128))
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3))
    first = np.clip(128 + 50 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    flow = flow_function(method)(first, np.roll(first, 2, axis=1))
    assert flow.shape == (128, 128, 2)
    assert flow.dtype == np.float32
    middle = flow[32:96, 32:96]
    assert np.median(middle[..., 0]) == pytest.approx(2, abs=0.3)
    assert np.median(middle[..., 1]) == pytest.approx(0, abs=0.3)


@given(st.floats(-250, 250, width=32))
@settings(max_examples=50, deadline=None)
def test_fixed_numbers_are_within_a_256th(value: float) -> None:
    one = np.array([[[value, 0]]], dtype=np.float32)
    assert abs(float(pixels(fixed(one))[0, 0, 0]) - value) <= 1 / 256 + 1e-5


def test_fixed_numbers_saturate() -> None:
    assert fixed(np.array([[[1e6, -1e6]]], dtype=np.float32)).tolist() == [[[32767, -32768]]]


def test_what_is_made_ahead_is_all_there_in_order_and_errors_come_out() -> None:
    assert list(ahead(iter(range(100)), 7)) == list(range(100))
    assert list(ahead(iter(()))) == []

    def broken() -> Iterator[int]:
        yield from range(10)
        raise ValueError("the film ends here")

    items = ahead(broken(), 5)
    assert [next(items) for _ in range(10)] == list(range(10))
    with pytest.raises(ValueError, match="ends here"):
        next(items)


def test_a_film_is_read_in_a_stream_and_its_flow_kept(tmp_path: Path) -> None:
    dataset = tiny_dataset(
        tmp_path / "d", n_recordings=1, clips_per_recording=2, n_frames=12, with_crops=True
    )
    clips = list(dataset.iter_clips())
    film = read_crop(clips[0].crop_path)
    np.testing.assert_array_equal(np.stack(list(iter_crop(clips[0].crop_path))), film)
    feature = DenseFlow(gap=2, side=32, method="dis")
    store = FeatureStore(tmp_path / "cache", lambda _fps: feature, workers=2)
    found = [flow for _, flow in store.each(dataset, clips)]
    assert found[0].shape == (12, 32, 32, 2)
    assert not found[0][-2:].any()  # the last frames have none
    grey = [np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)) for one in film]
    np.testing.assert_array_equal(found[0][3], fixed(flow_function("dis")(grey[3], grey[5])))
    for clip in clips:
        clip.crop_path.unlink()
    again = [flow for _, flow in store.each(dataset, clips)]
    np.testing.assert_array_equal(again[1], found[1])


def test_an_interrupted_extraction_keeps_what_is_whole(tmp_path: Path) -> None:
    """The second clip fails; the first one's file is there, whole, and is not computed again."""
    dataset = tiny_dataset(
        tmp_path / "d", n_recordings=1, clips_per_recording=2, n_frames=12, with_crops=True
    )
    first, second = list(dataset.iter_clips())
    kept = second.crop_path.read_bytes()
    second.crop_path.write_bytes(b"no film")
    store = FeatureStore(
        tmp_path / "cache", lambda _fps: DenseFlow(side=32, method="dis"), workers=1
    )
    with pytest.raises(Exception, match="build the dataset again"):
        list(store.each(dataset, [first, second]))
    folder = tmp_path / "cache" / "dense-flow"
    (file,) = list(folder.iterdir())
    stamp = file.stat().st_mtime_ns
    second.crop_path.write_bytes(kept)
    assert len(list(store.each(dataset, [first, second]))) == 2
    assert file.stat().st_mtime_ns == stamp
    assert len(list(folder.iterdir())) == 2


def test_wrong_settings() -> None:
    with pytest.raises(ValueError, match="gap of 1"):
        DenseFlow(gap=0)
