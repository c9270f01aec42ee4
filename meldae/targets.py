"""What the model should say about a clip: labels per frame and per clip."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import MACRO


class Labelled(NamedTuple):
    """An ME whose emotion is known.

    Args:
        interval: Half-open, on the clip's frame axis.
        emotion: Number of its class.
    """

    interval: Interval
    emotion: int


@dataclass(frozen=True)
class ClipTargets:
    """Truth of one clip, or of a window of one.

    Args:
        inside: (T,) float32, 1 inside an ME.
        boundary: (T,) bool, annotated first and last frames.
        speaking: (T,) int8: 1 speaking, 0 listening or silent, -1 unknown.
        labelled: (T,) int16, the number of the ME with a known emotion that the frame is inside, from 1;
            0 for none. `None` without any.
        emotions: Classes of these MEs.
        macro: (T,) float32, 1 inside a macro-expression.
        macro_boundary: (T,) bool, their first and last frames. Both `None` where they are not learnt.
    """

    inside: npt.NDArray[np.float32]
    boundary: npt.NDArray[np.bool_]
    speaking: npt.NDArray[np.int8]
    labelled: npt.NDArray[np.int16] | None = None
    emotions: tuple[int, ...] = field(default=())
    macro: npt.NDArray[np.float32] | None = None
    macro_boundary: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.inside)

    @property
    def has_me(self) -> float:
        """1.0 when a frame of an ME is here."""
        return float(self.inside.any())

    @property
    def majority_speaking(self) -> float:
        """1.0 speaking (also on a tie), 0.0 listening or silent, -1.0 when no frame has a state."""
        votes = int((self.speaking == 1).sum())
        against = int((self.speaking == 0).sum())
        if votes + against == 0:
            return -1.0
        return float(votes >= against)

    def take(self, index: npt.NDArray[np.intp]) -> "ClipTargets":
        """The targets of chosen frames, in that order."""
        return ClipTargets(
            self.inside[index],
            self.boundary[index],
            self.speaking[index],
            None if self.labelled is None else self.labelled[index],
            self.emotions,
            None if self.macro is None else self.macro[index],
            None if self.macro_boundary is None else self.macro_boundary[index],
        )

    def segments(self, whole: "ClipTargets | None" = None) -> list[tuple[int, int, int]]:
        """The MEs with a known emotion: first frame, frame after the last, class.

        Args:
            whole: The clip that these are a window of; MEs of which less than half is here are then left
                out.
        """
        if self.labelled is None or not self.emotions:
            return []
        found = []
        for number, emotion in enumerate(self.emotions, start=1):
            here = np.flatnonzero(self.labelled == number)
            of = 0 if whole is None or whole.labelled is None else (whole.labelled == number).sum()
            if len(here) and 2 * len(here) >= of:
                found.append((int(here[0]), int(here[-1]) + 1, emotion))
        return found


def clip_targets(
    dataset: Dataset, clip: Clip, labelled: Sequence[Labelled] = (), macro: bool = False
) -> ClipTargets:
    """Targets of a whole clip from the consensus segments and states.

    Args:
        dataset: Where it is from.
        clip: One of its clips.
        labelled: Its MEs whose emotion is known.
        macro: Whether macro-expressions are learnt too.
    """
    inside, boundary = _mark(dataset.reference_intervals(clip.clip_id), clip.n_frames)
    others = _mark(macro_intervals(dataset, clip.clip_id), clip.n_frames) if macro else (None, None)
    speaking = dataset.speaking_by_frame(clip.clip_id)
    if not labelled:
        return ClipTargets(inside, boundary, speaking, None, (), *others)
    numbers = np.zeros(clip.n_frames, dtype=np.int16)
    for number, one in enumerate(labelled, start=1):
        numbers[max(one.interval.start_ms, 0) : one.interval.end_ms] = number
    emotions = tuple(one.emotion for one in labelled)
    return ClipTargets(inside, boundary, speaking, numbers, emotions, *others)


def macro_intervals(dataset: Dataset, clip_id: str) -> list[Interval]:
    """The consensus macro-expressions of a clip as half-open intervals on its frame axis."""
    rows = dataset.clip_segments(clip_id, MACRO)
    return [from_frames(row["onset_frame"], row["offset_frame"]) for row in rows]


def _mark(
    spans: Sequence[Interval], n_frames: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """What lies inside of spans, and their first and last frames."""
    inside = np.zeros(n_frames, dtype=np.float32)
    boundary = np.zeros(n_frames, dtype=np.bool_)
    for span in spans:
        first, end = max(span.start_ms, 0), min(span.end_ms, n_frames)
        if first < end:
            inside[first:end] = 1.0
            boundary[[first, end - 1]] = True
    return inside, boundary
