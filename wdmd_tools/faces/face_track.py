"""The subject's face in the frames of a clip, and what hides it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PROFILE = "profile"
OUT_OF_FRAME = "out_of_frame"
OCCLUDED = "occluded"

_OUTSIDE = 0.1
"""From this share of the landmarks outside of the picture on a face is out of frame."""

_DIFFERENT = 40
_COVERED = 0.2


@dataclass(frozen=True)
class FaceTrack:
    """What was found in the F frames of a clip; NaN where there is no face.

    Args:
        found: (F,) whether the landmarker found the face.
        rigid: (F, K, 2) rigid points, source px.
        bbox: (F, 4) x0 y0 x1 y1 of all landmarks, source px.
        pose: (F, 3) yaw, pitch, roll in degrees.
        outside: (F,) share of the landmarks outside of the picture.
        occluded: (F,) whether something seems to cover part of the face; see `covered`.
        guessed: Whether it is a guess that this is the subject.
    """

    found: npt.NDArray[np.bool_]
    rigid: npt.NDArray[np.float64]
    bbox: npt.NDArray[np.float64]
    pose: npt.NDArray[np.float64]
    outside: npt.NDArray[np.float64]
    occluded: npt.NDArray[np.bool_]
    guessed: bool = False

    @property
    def coverage(self) -> float:
        """Share of frames with a face."""
        return float(self.found.mean()) if len(self.found) else 0.0

    @property
    def yaw_max(self) -> float | None:
        """Largest absolute yaw, degrees."""
        return float(np.nanmax(np.abs(self.pose[:, 0]))) if self.found.any() else None

    @property
    def yaw_median(self) -> float | None:
        """Median absolute yaw, degrees."""
        return float(np.nanmedian(np.abs(self.pose[:, 0]))) if self.found.any() else None

    def flags(self, max_yaw_deg: float) -> dict[str, npt.NDArray[np.bool_]]:
        """Per frame, (F,), what is wrong with it, by name of the flag; False where no face was found.

        Args:
            max_yaw_deg: Beyond it a face is in profile.
        """
        return {
            PROFILE: self.found & (np.abs(np.nan_to_num(self.pose[:, 0])) > max_yaw_deg),
            OUT_OF_FRAME: self.found & (np.nan_to_num(self.outside) >= _OUTSIDE),
            OCCLUDED: self.found & self.occluded,
        }


def covered(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """In which frames something covers part of a face that is seen free in most frames.

    The landmarker goes on as if nothing were there when a hand lies over the mouth, so the picture is
    asked: a landmark sits on the same spot of skin in every frame, so its brightness changes with the
    light, which all landmarks share, and little else. A frame is covered where at least a fifth of the
    landmarks are more than 40 of 255 off their median over the clip, after the median difference of all
    landmarks is taken away. It does not see what covers the face in more than half of the frames, nor
    what is as bright as the skin.

    Args:
        samples: (F, P) brightness at the landmarks, NaN where unknown.
    """
    result = np.zeros(len(samples), dtype=bool)
    seen = np.isfinite(samples).any(axis=1)
    known = np.isfinite(samples).any(axis=0)
    if seen.sum() < 3 or not known.any():
        return result
    values = samples[np.ix_(seen, known)]
    off = values - np.nanmedian(values, axis=0)
    off -= np.nanmedian(off, axis=1, keepdims=True)
    valid = np.isfinite(off).sum(axis=1)
    result[seen] = (np.nan_to_num(np.abs(off)) > _DIFFERENT).sum(axis=1) >= _COVERED * valid
    return result
