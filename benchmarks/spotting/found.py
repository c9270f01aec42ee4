"""A model's answers about clips, on the time line of the film.

A segment that ends where a clip ends and one that begins where the next one begins are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction


@dataclass(frozen=True)
class FoundSegment:
    """One spotted expression.

    Args:
        interval: Media time, ms.
        frames: Half-open, frames of the film.
        score: Confidence in [0, 1].
        label: ``"me"`` or ``"macro"``.
        emotion: Its class, where the model says one.
    """

    interval: Interval
    frames: Interval
    score: float
    label: str = "me"
    emotion: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values; frames inclusive."""
        return {
            "onset_ms": self.interval.start_ms,
            "offset_ms": self.interval.end_ms,
            "onset_frame": self.frames.start_ms,
            "offset_frame": self.frames.end_ms - 1,
            "score": round(self.score, 4),
            "label": self.label,
            "emotion": self.emotion,
        }


@dataclass(frozen=True)
class FilmSpotting:
    """What a model says about a film.

    Args:
        video: The file.
        model: Its name.
        fps: Average frame rate.
        scores: One per frame up to the last clip's end, NaN where the model says nothing or no clip is.
        segments: In order of time.
        clips: Number of clips.
        covered: Share of these frames that are in a clip.
        speaking: Mean of the clips' speaking probabilities; `None` when the model says nothing of it.
        answered: Whether the model said anything about micro-expressions, be it that there is none. One
            that learnt to recognise only, from clips that were cut around them, does not.
    """

    video: Path
    model: str
    fps: float
    scores: npt.NDArray[np.float32]
    segments: tuple[FoundSegment, ...]
    clips: int
    covered: float
    speaking: float | None
    answered: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "video": str(self.video),
            "model": self.model,
            "fps": round(self.fps, 6),
            "n_frames": len(self.scores),
            "clips": self.clips,
            "covered": round(self.covered, 4),
            "answered": self.answered,
            "p_speaking": None if self.speaking is None else round(self.speaking, 4),
            "segments": [one.to_json() for one in self.segments],
        }


def on_the_film(
    dataset: Dataset, video: Path, model: str, predictions: Sequence[ClipPrediction]
) -> FilmSpotting:
    """Put the clips' predictions together.

    Args:
        dataset: Of the film.
        video: The file.
        model: Its name.
        predictions: One per clip.
    """
    rows = {row["clip_id"]: row for row in dataset.clips.to_pylist()}
    fps = {clip.clip_id: clip.fps for clip in dataset.iter_clips()}
    end = max((row["end_frame"] for row in rows.values()), default=0)
    scores = np.full(end, np.nan, dtype=np.float32)
    inside = np.zeros(end, dtype=bool)
    segments: list[FoundSegment] = []
    for said in predictions:
        row = rows[said.clip_id]
        span = slice(row["start_frame"], row["end_frame"])
        inside[span] = True
        if said.frame_scores is not None:
            scores[span] = said.frame_scores
        times = _times_us(dataset, said.clip_id, fps[said.clip_id])
        segments += [_placed(one, row, times) for one in said.segments]
    states = [one.p_state for one in predictions if one.p_state is not None]
    edges = {row["start_frame"] for row in rows.values()}
    return FilmSpotting(
        video=video,
        model=model,
        fps=float(np.mean(list(fps.values()))) if fps else 0.0,
        scores=scores,
        segments=tuple(_joined(segments, edges)),
        clips=len(rows),
        covered=float(inside.mean()) if end else 0.0,
        speaking=float(np.mean(states)) if states else None,
        answered=any(
            one.segments or one.frame_scores is not None or one.p_me is not None
            for one in predictions
        ),
    )


def _times_us(dataset: Dataset, clip_id: str, fps: float) -> npt.NDArray[np.int64]:
    """Begin of each frame of a clip, and the end of the last, microseconds of media time."""
    begins = dataset.clip_frames(clip_id)["pts_us"].to_numpy(zero_copy_only=False).astype(np.int64)
    return np.append(begins, begins[-1] + round(1e6 / fps))


def _placed(one: Any, row: Mapping[str, Any], times_us: npt.NDArray[np.int64]) -> FoundSegment:
    first, end = one.interval.start_ms, one.interval.end_ms
    onset, offset = (round(int(times_us[at]) / 1000) for at in (first, end))
    start = row["start_frame"]
    return FoundSegment(
        Interval(onset, max(onset + 1, offset)),
        Interval(start + first, start + end),
        float(one.score),
        "macro" if one.is_macro else "me",
        one.emotion,
    )


def _joined(segments: list[FoundSegment], edges: set[int]) -> list[FoundSegment]:
    """Segments in order; what a border between two clips cuts in two is one again."""
    found: list[FoundSegment] = []
    for one in sorted(segments, key=lambda one: (one.frames.start_ms, one.frames.end_ms)):
        last = found[-1] if found else None
        border = one.frames.start_ms
        if (
            last is not None
            and border in edges
            and last.frames.end_ms == border
            and last.label == one.label
        ):
            surer = last if last.score >= one.score else one
            found[-1] = replace(
                surer,
                interval=Interval(last.interval.start_ms, one.interval.end_ms),
                frames=Interval(last.frames.start_ms, one.frames.end_ms),
            )
        else:
            found.append(one)
    return found
