"""What was found in a video."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in px of the film."""


@dataclass(frozen=True)
class SpottedSegment:
    """One found ME.

    Args:
        interval: Media time, ms.
        frames: Half-open, on the video's frames.
        score: Confidence in [0, 1].
        face: Number of the `SpottedFace`, from 1.
        box: Where the face is meanwhile; `None` where that was not kept.
        emotion: The likeliest class, where the run has an emotion head.
        emotion_probability: Of that class.
    """

    interval: Interval
    frames: Interval
    score: float
    face: int = 1
    box: Box | None = None
    emotion: str | None = None
    emotion_probability: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values; frames inclusive; emotions only where the run names them."""
        named: dict[str, Any] = {}
        if self.emotion is not None and self.emotion_probability is not None:
            named = {
                "emotion": self.emotion,
                "emotion_probability": round(self.emotion_probability, 4),
            }
        return {
            "onset_ms": self.interval.start_ms,
            "offset_ms": self.interval.end_ms,
            "onset_frame": self.frames.start_ms,
            "offset_frame": self.frames.end_ms - 1,
            "score": round(self.score, 4),
            "face": self.face,
            "box": None if self.box is None else [round(value) for value in self.box],
            **named,
        }


@dataclass(frozen=True)
class SpottedFace:
    """One person between two cuts: nobody is recognised, so after a cut the same person is another face.

    Args:
        number: From 1, in the order in which they were first seen, then from the left.
        frames: Half-open: from its first to its last frame.
        scores: One per frame of `frames`, in [0, 1]; 0 where the face is not found.
        seen: (len(frames),) whether it is found.
        box: Its usual place.
        lane: From 1; faces at the same time are on different lanes, the lowest that is free.
    """

    number: int
    frames: Interval
    scores: npt.NDArray[np.float32]
    seen: npt.NDArray[np.bool_]
    box: Box
    lane: int = 1

    def to_json(self) -> dict[str, Any]:
        """Plain values; frames inclusive."""
        return {
            "face": self.number,
            "lane": self.lane,
            "first_frame": self.frames.start_ms,
            "last_frame": self.frames.end_ms - 1,
            "coverage": round(float(self.seen.mean()), 4),
            "box": [round(value) for value in self.box],
        }


@dataclass(frozen=True)
class Spotting:
    """What was found in a video.

    Args:
        video: The file.
        fps: Average frame rate.
        scores: One per frame, in [0, 1]: the largest of all faces; 0 where there is no face.
        segments: In order of time.
        face_coverage: Share of frames with a face.
        times_ms: Begin of each frame, media time.
        faces: Everybody who was looked at.
        cuts: Frames that begin a new shot.
        emotions: Classes that the run names; none without an emotion head.
    """

    video: Path
    fps: float
    scores: npt.NDArray[np.float32]
    segments: tuple[SpottedSegment, ...]
    face_coverage: float
    times_ms: tuple[int, ...] = ()
    faces: tuple[SpottedFace, ...] = ()
    cuts: tuple[int, ...] = ()
    emotions: tuple[str, ...] = ()

    @property
    def most_at_once(self) -> int:
        """How many faces there are at the same time, at most."""
        return max((face.lane for face in self.faces), default=0)

    @property
    def shared_frames(self) -> int:
        """Frames with more than one face."""
        count = np.zeros(len(self.scores), dtype=np.int64)
        for face in self.faces:
            count[face.frames.start_ms : face.frames.end_ms] += face.seen
        return int((count > 1).sum())

    def lane_of(self, segment: SpottedSegment) -> int:
        """The lane of a segment's face."""
        return next((one.lane for one in self.faces if one.number == segment.face), 1)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "video": str(self.video),
            "fps": round(self.fps, 6),
            "n_frames": len(self.scores),
            "face_coverage": round(self.face_coverage, 4),
            "cuts": list(self.cuts),
            "faces": [face.to_json() for face in self.faces],
            "segments": [segment.to_json() for segment in self.segments],
        }
