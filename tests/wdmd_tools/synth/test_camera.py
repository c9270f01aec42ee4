"""`wdmd demo --camera webcam`: the same conversations, filmed worse."""

from pathlib import Path

import av
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.demo import demo
from wdmd_tools.errors import ConfigError
from wdmd_tools.synth.camera import LOOKS, exposed
from wdmd_tools.synth.config import SynthConfig, make_config
from wdmd_tools.synth.film import film
from wdmd_tools.synth.script import write_script

TINY = {"recordings": 1, "subjects": 1, "size": 96, "seconds": 2.0, "fps": 25.0, "seed": 4}


def rendered(folder: Path, camera: str) -> tuple[np.ndarray, int]:
    config = make_config(**TINY, camera=camera)
    path = folder / f"{camera}.mp4"
    film(config, write_script(config, 0), 0, path)
    with av.open(str(path)) as opened:
        frames = [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]
    return np.stack(frames).astype(float), path.stat().st_size


def test_a_webcam_is_darker_and_shows_the_same_conversation(tmp_path: Path) -> None:
    (studio, large), (webcam, small) = (
        rendered(tmp_path, "studio"),
        rendered(tmp_path, "webcam"),
    )
    assert webcam.shape == studio.shape
    assert 0.35 < webcam.mean() / studio.mean() < 0.65
    assert small < large
    # What moves is the same: pictures correlate once light is taken off.
    one, other = studio[::5].reshape(-1), webcam[::5].reshape(-1)
    assert np.corrcoef(one, other)[0, 1] > 0.9
    # Exposure hunts by 4 per cent of the light.
    light = webcam.mean((1, 2, 3)) / studio.mean((1, 2, 3))
    assert 0.03 < np.ptp(light) / light.mean() < 0.15


def test_the_dark_webcam_is_worse_in_all_that_differs() -> None:
    mild, dark = LOOKS["webcam"], LOOKS["dark-webcam"]
    assert dark.light < mild.light < 1 < mild.noise < dark.noise
    assert 0 < mild.crf < dark.crf


def test_the_studio_leaves_the_light_alone() -> None:
    gains = np.random.default_rng(0).uniform(0.8, 1.2, (50, 3)).astype(np.float32)
    assert exposed(gains, LOOKS["studio"], 25.0) is gains


def test_films_made_before_there_were_cameras_are_known_again() -> None:
    """The stamp of a studio film holds no word of cameras; that of a webcam's differs."""
    assert SynthConfig().stamp(0) == (
        "0f976f327acbfda8bd39acb6cc17a9ccdd383582e96e88bd1787f27562fd82ae"
    )
    assert SynthConfig(camera="webcam").stamp(0) != SynthConfig().stamp(0)


def test_an_unknown_camera_is_named() -> None:
    with pytest.raises(ConfigError, match="--camera"):
        make_config(**TINY, camera="film")
    app = typer.Typer()
    app.command()(friendly(demo))
    assert CliRunner().invoke(app, ["--camera", "film"]).exit_code == 2
