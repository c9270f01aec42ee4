"""Every duration of the method in frames of a clip's own rate.

The published numbers are frames at about 30 per second. Faster films are thinned out first, to the rate
nearest to that: at 200 fps every seventh frame is used, as published for SAMM-LV.
"""

from dataclasses import dataclass

PUBLISHED_FPS = 30.0
WINDOW_S = 50 / PUBLISHED_FPS
"""The published window of CAS(ME)3; that of SAMM-LV has 30 frames at 28.6 fps."""

UNKNOWN_HALF_S = 6 / PUBLISHED_FPS
"""Half an ME where nothing is known: what the program uses for the unseen sets of its challenge."""

# Keeps 0.2 s at 30 fps from becoming 5 frames.
_TINY = 1e-6


@dataclass(frozen=True)
class Rate:
    """A clip's rate and what is used of it.

    Args:
        fps: Of the clip.
    """

    fps: float

    @property
    def skip(self) -> int:
        """Every so many frames one is used."""
        return max(1, round(self.fps / PUBLISHED_FPS))

    @property
    def used_fps(self) -> float:
        """Used frames per second: 20 to 45 above 15 fps."""
        return self.fps / self.skip

    def window(self, seconds: float) -> int:
        """Used frames of a window: even, at least 2."""
        return max(2, 2 * round(seconds * self.used_fps / 2))

    def half(self, seconds: float) -> int:
        """Used frames of half an ME, rounded down as published, at least 1."""
        return max(1, int(seconds * self.used_fps + _TINY))

    def used(self, n_frames: int) -> int:
        """How many of a clip's frames are used."""
        return -(-n_frames // self.skip)
