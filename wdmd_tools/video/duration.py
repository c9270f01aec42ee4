"""How long a film says it is: for progress displays only, since headers lie."""

from fractions import Fraction
from pathlib import Path

import av

from wdmd_tools.errors import VideoError
from wdmd_tools.video.frame_folder import list_frames
from wdmd_tools.video.open import open_video


def declared_duration_s(path: Path, rate: Fraction | None = None) -> float:
    """Seconds, as the header of a video declares; 0 where it does not, or cannot be read.

    Args:
        path: The video, or a folder of frames. Nothing is decoded.
        rate: Frames per second of a folder.
    """
    try:
        if path.is_dir():
            return len(list_frames(path).names) / float(rate or 25)
        with open_video(path) as (container, _stream):
            return max(0.0, float(container.duration or 0) / av.time_base)
    except VideoError:
        return 0.0
