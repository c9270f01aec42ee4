"""Every codec that `crop.codec` offers: exact windows, the same bytes every run, loss within a bound."""

from fractions import Fraction
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wdmd_tools.config import CropConfig
from wdmd_tools.errors import ManifestError
from wdmd_tools.video.crop_codecs import CROP_CODECS, crop_quality
from wdmd_tools.video.crops import Frames, open_crop_writer, read_crop, read_crop_window

N_FRAMES, SIZE = 75, 34
"""More than four groups of pictures, the last one not full; not a multiple of a macroblock."""


def moving_face() -> Frames:
    """Smooth colours that drift, with a little noise: what an inter-frame codec predicts from."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    noise = np.random.default_rng(0)
    pictures = []
    for t in range(N_FRAMES):
        planes = [128 + 70 * np.sin((x + 0.3 * t) / (4 + c)) * np.cos(y / 5) for c in range(3)]
        picture = np.stack(planes, axis=-1) + noise.normal(0, 1, (SIZE, SIZE, 3))
        pictures.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    return np.stack(pictures)


FRAMES = moving_face()


def write(path: Path, codec: str, fps: Fraction = Fraction(60000, 1001)) -> Path:
    with open_crop_writer(path, SIZE, fps, CROP_CODECS[codec]) as sink:
        for frame in FRAMES:
            sink.write(frame)
    return path


@pytest.fixture(scope="module", params=sorted(CROP_CODECS))
def codec(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def crop(codec: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp(codec) / "crop.mkv", codec)


def test_the_configuration_offers_what_there_is() -> None:
    names = get_args(CropConfig.model_fields["codec"].annotation)
    assert sorted(names) == sorted(CROP_CODECS)
    assert CROP_CODECS[CropConfig().codec].lossless


@given(st.integers(0, N_FRAMES - 1), st.integers(1, N_FRAMES))
@settings(max_examples=25, deadline=None)
def test_a_window_holds_the_frames_that_reading_through_gives(
    crop: Path, first: int, length: int
) -> None:
    stop = min(N_FRAMES, first + length)
    assert np.array_equal(read_crop_window(crop, first, stop), read_crop(crop)[first:stop])


@pytest.mark.parametrize("fps", [Fraction(16), Fraction(24000, 1001), Fraction(200)], ids=str)
def test_windows_are_exact_at_any_rate(tmp_path: Path, codec: str, fps: Fraction) -> None:
    """16 fps has times that end in half a millisecond, which Matroska rounds."""
    path = write(tmp_path / "crop.mkv", codec, fps)
    whole = read_crop(path)
    assert len(whole) == N_FRAMES
    for first in (1, 15, 16, 17, 47, N_FRAMES - 1):
        assert np.array_equal(read_crop_window(path, first, first + 1)[0], whole[first])


def test_the_same_frames_give_the_same_bytes(tmp_path: Path, codec: str, crop: Path) -> None:
    assert write(tmp_path / "other.mkv", codec).read_bytes() == crop.read_bytes()


def test_loss_is_none_or_small_and_the_readme_says_which(codec: str, crop: Path) -> None:
    back = read_crop(crop)
    words = crop_quality({"config": {"crop": {"codec": codec}}})
    if CROP_CODECS[codec].lossless:
        assert np.array_equal(back, FRAMES)
        assert words == "lossless"
    else:
        error = back.astype(float) - FRAMES
        assert 0 < np.sqrt(np.mean(error**2)) < 2.5
        assert np.abs(error.mean(axis=(0, 1, 2))).max() < 1.0
        assert words.startswith("not lossless")


def test_a_cut_off_crop_is_one_line_that_names_it(tmp_path: Path, crop: Path) -> None:
    data = crop.read_bytes()
    for share in (0.02, 0.3, 0.9):
        path = tmp_path / "cut.mkv"
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(ManifestError, match=r"cut\.mkv: ") as caught:
            read_crop_window(path, 0, N_FRAMES)
        assert "\n" not in str(caught.value)
