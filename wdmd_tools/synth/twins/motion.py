"""The movement of one twin video: exact at the numbers of its events, with a living background.

Rise and fall are half cosines from the file of the onset to the file of the apex to the file of the offset:
both ends show the face at rest, the apex file the largest movement. Slow sway, drift of light and noise go
on all the time; nobody speaks.
"""

import numpy as np

from wdmd_tools.intervals import Interval
from wdmd_tools.synth.action_units import CHANNEL_INDEX, FIELDS, SIDES, saturate
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.raster import FloatArray, f32
from wdmd_tools.synth.script import (
    MACRO_AMPLITUDE_PERCENT,
    ME_AMPLITUDE_PERCENT,
    Script,
)
from wdmd_tools.synth.timecourse import Timecourse, raised_cosine, trace
from wdmd_tools.synth.twins.model import TwinEvent, TwinVideo, moved_units

_SHORTEST_S = 2.0
_IMAGE_SIDE = {"left": "right", "right": "left"}
"""The left of a person who looks into the camera is on the right of the picture."""


def move(video: TwinVideo, fps: float, size: int, seed: int, asymmetry: float) -> Timecourse:
    """Movement of every number from the first to the last, also of those without a file.

    Args:
        video: What happens.
        fps: Frames per second, at most 240.
        size: Of the pictures, in pixels.
        seed: Of the background movement.
        asymmetry: How much stronger the right side moves.
    """
    first, last = video.numbers[0], video.numbers[-1]
    count = last - first + 1
    # A frame is added: rounding must not make the background shorter than the video.
    seconds = max(_SHORTEST_S, (count + 1) / fps)
    config = SynthConfig(recordings=1, subjects=1, fps=fps, size=size, seconds=seconds, seed=seed)
    calm = trace(config, Script(config.duration_ms, _silence(config), ()), 0, asymmetry)
    coefficients, closure = calm.coefficients[:count].copy(), calm.closure[:count].copy()
    numbers = np.arange(first, last + 1).astype(np.float32)
    for event in video.events:
        course = raised_cosine(numbers, event.onset, event.apex, event.offset)
        if event.kind == "blink":
            closure = np.maximum(closure, 0.95 * course).astype(np.float32)
        else:
            coefficients += _expression(event, course, asymmetry)
    return Timecourse(
        saturate(coefficients),
        calm.aperture[:count],
        closure,
        calm.poses[:count],
        calm.gains[:count],
    )


def _silence(config: SynthConfig) -> tuple[tuple[Interval, str], ...]:
    return ((Interval(0, config.duration_ms), "silent"),)


def _expression(event: TwinEvent, course: FloatArray, asymmetry: float) -> FloatArray:
    """(T, channels) of one expression, the middle of the usual amplitudes."""
    percent = MACRO_AMPLITUDE_PERCENT if event.kind == "macro" else ME_AMPLITUDE_PERCENT
    size = sum(percent) / 2 / 100
    peak = np.zeros(len(CHANNEL_INDEX), np.float32)
    for unit, side in moved_units(event.units):
        if unit not in FIELDS:
            continue
        for which in SIDES if side == "both" else (_IMAGE_SIDE[side],):
            lean = 1 + (asymmetry if which == "right" else -asymmetry) if side == "both" else 1.0
            peak[CHANNEL_INDEX[unit, which]] = size * lean
    return f32(course[:, None] * peak)
