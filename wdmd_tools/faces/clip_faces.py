"""The face of one clip: landmarks while decoding, then alignment, then crops.

frames --> landmarks -----------> of the whole clip --> affine of each frame
  |                                                          |
  +------> region around the face (spool) ---------------> warp --> crop video
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wdmd_tools.config import CropConfig
from wdmd_tools.faces.align import RIGID, Alignment, align_clip
from wdmd_tools.faces.crop import warp
from wdmd_tools.faces.follow import FaceFollower, Picture, Region, WholePicture, around
from wdmd_tools.faces.landmarks import Face
from wdmd_tools.faces.spool import RegionSpool

Image = npt.NDArray[np.uint8]
_REACH = {"smooth": 0.6, "frame": 0.5, "clip": 1.0}
"""The region kept reaches this far beyond the landmarks' box, in sizes of the box: the crop is about 1.5
times as wide as the face, may be turned, and with ``clip`` the face leaves its middle."""


@dataclass(frozen=True)
class FaceTrack:
    """What was found in the F frames of a clip; NaN where there is no face.

    Args:
        found: (F,) whether the landmarker found the face.
        rigid: (F, K, 2) rigid points, source px.
        bbox: (F, 4) x0 y0 x1 y1 of all landmarks, source px.
        pose: (F, 3) yaw, pitch, roll in degrees.
    """

    found: npt.NDArray[np.bool_]
    rigid: npt.NDArray[np.float64]
    bbox: npt.NDArray[np.float64]
    pose: npt.NDArray[np.float64]

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


class ClipFaces:
    """Collects the frames of one clip, then yields its crops; a context manager.

    Args:
        model_file: ``face_landmarker.task``.
        config: Crop settings.
        folder: For temporary files.
    """

    def __init__(self, model_file: Path, config: CropConfig, folder: Path) -> None:
        self._config = config
        self._follower = FaceFollower(model_file)
        self._spool = RegionSpool(folder)
        self._faces: list[Face | None] = []
        self._region: Region | None = None

    def __enter__(self) -> "ClipFaces":
        return self

    def __exit__(self, *_: object) -> None:
        self._follower.close()
        self._spool.close()

    def __len__(self) -> int:
        return len(self._faces)

    def add(self, frame: Picture | Image, time_ms: int) -> None:
        """Take the next frame.

        Args:
            frame: The source frame; as an array, (H, W, 3) RGB, where it has been converted already.
            time_ms: Its media time.
        """
        if isinstance(frame, np.ndarray):
            frame = WholePicture(frame)
        face = None
        if len(self._faces) % self._config.landmark_stride == 0:
            face = self._follower.find(frame, time_ms)
        if face is not None:
            self._region = around(face, frame.size, _REACH[self._config.align])
        # Before the first face there is nothing to cut: a black pixel stands for the region.
        region = self._region or (0, 0, 2, 2)
        picture = frame.rgb(region) if self._region else np.zeros((2, 2, 3), dtype=np.uint8)
        self._spool.put(picture, region[:2])
        self._faces.append(face)

    def track(self) -> FaceTrack:
        """What was found in the frames so far."""
        count = len(self._faces)
        found = np.array([face is not None for face in self._faces], dtype=bool)
        rigid = np.full((count, len(RIGID), 2), np.nan)
        bbox = np.full((count, 4), np.nan)
        pose = np.full((count, 3), np.nan)
        for index, face in enumerate(self._faces):
            if face is not None:
                rigid[index] = face.points[list(RIGID)]
                bbox[index] = (*face.points.min(axis=0), *face.points.max(axis=0))
                pose[index] = face.yaw, face.pitch, face.roll
        track = FaceTrack(found, rigid, bbox, pose)
        return _between(track, self._config.landmark_stride)

    def align(self, track: FaceTrack, fps: float) -> Alignment:
        """Crop transforms of all frames.

        Args:
            track: Of this clip, with at least one face.
            fps: Frames per second.
        """
        config = self._config
        return align_clip(
            track.rigid, track.found, config.size, config.align, config.smooth_s * fps
        )

    def crops(self, alignment: Alignment) -> Iterator[Image]:
        """The crops in order, (size, size, 3) RGB."""
        for (picture, corner), affine in zip(self._spool, alignment.affine, strict=True):
            yield warp(picture, corner, affine, self._config.size)


def _between(track: FaceTrack, stride: int) -> FaceTrack:
    """Fill the frames between two landmarked ones that both have the face, when the stride is not 1."""
    if stride == 1:
        return track
    seen = np.flatnonzero(track.found)
    if not len(seen):
        return track
    frames = np.arange(len(track.found))
    nearest = np.abs(frames[:, None] - seen[None, :]).min(axis=1)
    found = (nearest < stride) & (frames >= seen[0])

    def fill(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        flat = values.reshape(len(values), -1)
        columns = [np.interp(frames, seen, flat[seen, c]) for c in range(flat.shape[1])]
        filled = np.stack(columns, axis=1).reshape(values.shape)
        filled[~found] = np.nan
        return filled

    return FaceTrack(found, fill(track.rigid), fill(track.bbox), fill(track.pose))
