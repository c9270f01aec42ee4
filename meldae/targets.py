"""What the model should say about a clip: labels per frame and per clip."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset


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
    """

    inside: npt.NDArray[np.float32]
    boundary: npt.NDArray[np.bool_]
    speaking: npt.NDArray[np.int8]
    labelled: npt.NDArray[np.int16] | None = None
    emotions: tuple[int, ...] = field(default=())

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


def clip_targets(dataset: Dataset, clip: Clip, labelled: Sequence[Labelled] = ()) -> ClipTargets:
    """Targets of a whole clip from the consensus segments and states.

    Args:
        dataset: Where it is from.
        clip: One of its clips.
        labelled: Its MEs whose emotion is known.
    """
    inside = np.zeros(clip.n_frames, dtype=np.float32)
    boundary = np.zeros(clip.n_frames, dtype=np.bool_)
    for reference in dataset.reference_intervals(clip.clip_id):
        first = max(reference.start_ms, 0)
        end = min(reference.end_ms, clip.n_frames)
        if first < end:
            inside[first:end] = 1.0
            boundary[[first, end - 1]] = True
    speaking = dataset.speaking_by_frame(clip.clip_id)
    if not labelled:
        return ClipTargets(inside, boundary, speaking)
    numbers = np.zeros(clip.n_frames, dtype=np.int16)
    for number, one in enumerate(labelled, start=1):
        numbers[max(one.interval.start_ms, 0) : one.interval.end_ms] = number
    emotions = tuple(one.emotion for one in labelled)
    return ClipTargets(inside, boundary, speaking, numbers, emotions)
