"""Films whose frames carry their own number: eight blocks, dark or bright, that survive compression."""

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wdmd_tools.video.ffmpeg import ffmpeg_binary

Picture = npt.NDArray[np.uint8]
BLOCK = 16


def ffmpeg(*arguments: str | Path) -> None:
    """Run the ffmpeg binary."""
    command = [ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60)


def picture(number: int) -> Picture:
    """The frame of a number below 256, (32, 64) uint8 grey."""
    bits = np.array([number >> bit & 1 for bit in range(8)], dtype=np.uint8).reshape(2, 4)
    return np.kron(bits * 180 + 35, np.ones((BLOCK, BLOCK), np.uint8)).astype(np.uint8)


def number_in(rgb: Picture) -> int:
    """The number that a decoded frame shows; fails where a block is neither dark nor bright."""
    middle = rgb[BLOCK // 2 :: BLOCK, BLOCK // 2 :: BLOCK].mean(-1).reshape(-1)
    assert not np.any(np.abs(middle - 125) < 40), f"blocks cannot be read: {middle}"
    return int(sum(1 << bit for bit in range(8) if middle[bit] > 125))


def numbered_film(path: Path, rate: Fraction, *options: str, count: int = 60) -> Path:
    """Encode frames 0 to `count` - 1."""
    raw = path.with_suffix(".gray")
    raw.write_bytes(b"".join(picture(number).tobytes() for number in range(count)))
    source = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", "64x32", "-r", str(rate), "-i", raw)
    ffmpeg(*source, "-pix_fmt", "yuv420p", "-threads", "1", *options, path)
    return path
