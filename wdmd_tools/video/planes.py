"""Decoded frames as the planes an encoder takes, untouched where the film is 8-bit 4:2:0 already."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.video.decode import SourceFrame, quarter_turns

Plane = npt.NDArray[np.uint8]

_SPACES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc"}
"""FFmpeg's AVColorSpace to its name; others are left unsaid."""
_FULL_RANGE = 2


@dataclass(frozen=True)
class Planes:
    """One frame, 4:2:0, 8 bit, as shown (turned), with even sides.

    Args:
        y: (H, W) brightness.
        u: (H / 2, W / 2) blue difference.
        v: (H / 2, W / 2) red difference.
    """

    y: Plane
    u: Plane
    v: Plane

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.y.shape[1], self.y.shape[0]

    def i420(self) -> Plane:
        """All planes, (H * 3 / 2, W), as `open_encoder` takes them."""
        packed = np.concatenate([plane.reshape(-1) for plane in (self.y, self.u, self.v)])
        return packed.reshape(-1, self.y.shape[1])


def planes_of(source: SourceFrame) -> Planes:
    """The planes of a frame.

    8-bit 4:2:0 is copied bit by bit; other formats are converted once, which rounds. A last odd row or
    column, which 4:2:0 video of other encoders can have, is left out.

    Args:
        source: As `iter_frames` gives it.
    """
    frame = source.decoded
    if frame.format.name not in ("yuv420p", "yuvj420p"):
        frame = frame.reformat(format="yuv420p")
    width, height = frame.width & ~1, frame.height & ~1
    turns = quarter_turns(source.decoded)
    found = []
    for plane, half in zip(frame.planes, (1, 2, 2), strict=True):
        data: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        cut = data[: height // half, : width // half]
        found.append(np.ascontiguousarray(np.rot90(cut, turns)))
    return Planes(*found)


def colours_of(source: SourceFrame) -> dict[str, str]:
    """What the encoder must say about the colours, for ffmpeg: matrix and range; unknown ones left out.

    Args:
        source: As `iter_frames` gives it.
    """
    frame = source.decoded
    said = {}
    if int(frame.colorspace) in _SPACES:
        said["colorspace"] = _SPACES[int(frame.colorspace)]
    full = frame.format.name == "yuvj420p" or int(frame.color_range) == _FULL_RANGE
    said["color_range"] = "pc" if full else "tv"
    return said
