"""What films the conversations: the studio's camera, or a laptop's, as a second laboratory might have.

Domain shift of the kind that laboratories meet: the same behaviour, filmed with less light, more noise, an
exposure that hunts, and a stronger compression. Frame rate, size and the strength of micro-expressions have
options of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wdmd_tools.synth.raster import FloatArray

Camera = Literal["studio", "webcam", "dark-webcam"]


@dataclass(frozen=True)
class Look:
    """How a camera's picture differs from the studio's.

    Args:
        light: Factor on brightness.
        noise: Factor on the standard deviation of the noise.
        crf: Added to the quality of H.264; more is worse.
        hunting: Size of the automatic exposure's swings, as a share of brightness.
        hunting_s: Period of those swings, s.
    """

    light: float = 1.0
    noise: float = 1.0
    crf: int = 0
    hunting: float = 0.0
    hunting_s: float = 4.0


LOOKS: Mapping[Camera, Look] = {
    "studio": Look(),
    "webcam": Look(light=0.6, noise=1.4, crf=5, hunting=0.04),
    "dark-webcam": Look(light=0.5, noise=2.4, crf=11, hunting=0.04),
}


def exposed(gains: FloatArray, look: Look, fps: float) -> FloatArray:
    """The light of a recording as a camera takes it.

    Args:
        gains: (T, 3) factors of red, green and blue.
        look: The camera.
        fps: Frames per second.

    Returns:
        (T, 3); unchanged for the studio.
    """
    if look == Look():
        return gains
    turns = np.arange(len(gains)) / fps / look.hunting_s
    # Exposure is set in steps, a few per second.
    steps = np.floor(turns * look.hunting_s * 3) / (look.hunting_s * 3)
    swing = look.light * (1 + look.hunting * np.sin(2 * np.pi * steps))
    return np.asarray(gains * swing[:, None], np.float32)
