"""One recording from script to video file."""

from pathlib import Path

import cv2

from wdmd_tools.synth.camera import LOOKS, exposed
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.encode import open_encoder
from wdmd_tools.synth.head import build_head
from wdmd_tools.synth.identity import draw_identity
from wdmd_tools.synth.render import Renderer
from wdmd_tools.synth.script import Script
from wdmd_tools.synth.timecourse import trace


def film(config: SynthConfig, script: Script, index: int, path: Path) -> None:
    """Render and encode one recording.

    Args:
        config: Settings.
        script: What happens.
        index: 0-based number of the recording.
        path: Video file to write.

    Raises:
        VideoError: The encoder failed.
    """
    cv2.setNumThreads(1)  # recordings run side by side; threads inside one would only compete
    identity = draw_identity(config.seed, config.subject_index(index))
    look = LOOKS[config.camera]
    noise = config.noise * look.noise
    renderer = Renderer(build_head(identity, config.size), noise, config.seed * 1000 + index)
    course = trace(config, script, index, identity.asymmetry)
    gains = exposed(course.gains, look, float(config.frame_rate))
    crf = min(51, config.crf + look.crf)
    with open_encoder(path, config.size, config.frame_rate, crf) as sink:
        for number in range(config.n_frames):
            frame = renderer.rgb(
                course.coefficients[number],
                float(course.aperture[number]),
                float(course.closure[number]),
                course.poses[number],
            )
            sink.write(renderer.camera(frame, gains[number]))
