"""How long a film says it is: for progress displays only, since headers lie."""

from pathlib import Path

import av

from wdmd_tools.errors import VideoError
from wdmd_tools.video.open import open_video


def declared_duration_s(path: Path) -> float:
    """Seconds, as the header of a video declares; 0 where it does not, or cannot be read.

    Args:
        path: The video. Nothing is decoded.
    """
    try:
        with open_video(path) as (container, _stream):
            return max(0.0, float(container.duration or 0) / av.time_base)
    except VideoError:
        return 0.0
