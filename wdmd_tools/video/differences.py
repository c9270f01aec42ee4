"""How much each frame of a film differs from the one before, measured by ffmpeg in one pass.

ffmpeg's `scdet` gives two numbers per frame, both in per cent of the brightness range: the mean absolute
difference to the frame before, and a scene score, which is high only where that difference jumps.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wdmd_tools.errors import VideoError
from wdmd_tools.video.ffmpeg import ffmpeg_binary
from wdmd_tools.video.open import OPTIONS

Floats = npt.NDArray[np.float64]

_LINE = re.compile(rb"lavfi\.scd\.(mafd|score)=([0-9.]+)")
TIMEOUT_S = 6 * 3600
"""A film that takes longer than this is given up."""


@dataclass(frozen=True)
class FrameDifferences:
    """Per frame of a film, the first one 0.

    Args:
        mean: Mean absolute difference to the frame before, 0 to 100.
        scene: Scene score, 0 to 100.
    """

    mean: Floats
    scene: Floats


def frame_differences(path: Path, width: int = 320) -> FrameDifferences:
    """Measure a film.

    Args:
        path: The video.
        width: Frames are reduced to this width first.

    Raises:
        VideoError: ffmpeg cannot read it.
    """
    import ffmpeg

    source = ffmpeg.input(f"file:{Path(path).absolute()}", **OPTIONS)
    stream = (
        source.video.filter("scale", width, -2)
        .filter("scdet", threshold=10)
        .filter("metadata", mode="print", file="-")
        # Without this a film of variable rate would get frames that it does not have.
        .output("-", format="null", fps_mode="passthrough")
        .global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    )
    command = stream.compile(cmd=ffmpeg_binary())
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise VideoError(f"{path}: not read to its end in {TIMEOUT_S // 3600} hours") from None
    found: dict[bytes, list[float]] = {b"mafd": [], b"score": []}
    for name, value in _LINE.findall(done.stdout):
        found[name].append(float(value))
    if not found[b"mafd"]:
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no frame"])[-1]
        raise VideoError(f"{path}: not a readable video ({reason}); copy it again")
    return FrameDifferences(np.array(found[b"mafd"]), np.array(found[b"score"]))
