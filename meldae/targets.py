"""What the model should say about a clip: labels per frame and per clip."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.manifest import Clip, Dataset


@dataclass(frozen=True)
class ClipTargets:
    """Truth of one clip, or of a window of one.

    Args:
        inside: (T,) float32, 1 inside an ME.
        boundary: (T,) bool, annotated first and last frames.
        speaking: (T,) int8: 1 speaking, 0 listening or silent, -1 unknown.
    """

    inside: npt.NDArray[np.float32]
    boundary: npt.NDArray[np.bool_]
    speaking: npt.NDArray[np.int8]

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
        return ClipTargets(self.inside[index], self.boundary[index], self.speaking[index])


def clip_targets(dataset: Dataset, clip: Clip) -> ClipTargets:
    """Targets of a whole clip from the consensus segments and states.

    Args:
        dataset: Where it is from.
        clip: One of its clips.
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
    return ClipTargets(inside, boundary, speaking)
