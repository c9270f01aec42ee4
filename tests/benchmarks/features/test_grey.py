import numpy as np

from benchmarks.features.grey import resize, to_grey


def test_luma_of_primaries() -> None:
    frames = np.zeros((1, 1, 5, 3), dtype=np.uint8)
    frames[0, 0] = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (9, 9, 9)]
    assert to_grey(frames)[0, 0].tolist() == [77, 149, 29, 255, 9]


def test_halving_takes_means_of_four_pixels() -> None:
    volume = np.array([[[0, 4, 10, 10], [8, 4, 10, 10], [1, 1, 0, 0], [1, 1, 0, 200]]], np.uint8)
    assert resize(volume, 2).tolist() == [[[4, 10], [1, 50]]]


def test_other_ratios_keep_the_mean_and_small_pictures_stay() -> None:
    volume = np.random.default_rng(0).integers(0, 256, (2, 15, 15)).astype(np.uint8)
    assert abs(float(resize(volume, 6).mean()) - float(volume.mean())) < 0.5
    assert resize(volume, 15) is volume
    assert resize(volume, 40) is volume
