"""Duration-matched random segments: as many as the training split has, with its durations, no overlap.

    clip    |-------------------------------|      lengths drawn: 4, 2, 3; free frames: 22
    free    |..|.......|...|..........|            three places among the free frames
    placed  |..[====].......[==]...[===]....|      every arrangement without overlap is as likely

`RandomPrior` leaves out what falls onto an earlier segment, so it places fewer than the training split
has, and the more the denser the micro-expressions are. Here nothing is lost: what a clip has no room for
goes to the next clip of the split.
"""

import numpy as np

from benchmarks.models.trivial import RandomPrior
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import ClipPrediction, PredictedSegment


class RandomMatched(RandomPrior):
    """Chance with the training split's rate and durations, exactly in expectation."""

    def __init__(self) -> None:
        super().__init__()
        self._carried: list[float] = []

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Draw segments and decisions for every clip."""
        self._carried = []
        generator = np.random.default_rng([self.seed, 8])
        return [self._one(clip, generator) for clip in dataset.iter_clips(split)]

    def _segments(self, clip: Clip, generator: np.random.Generator) -> list[PredictedSegment]:
        count = int(generator.poisson(self.rate_hz * clip.n_frames / clip.fps))
        drawn = [float(generator.choice(self.durations_s)) for _ in range(count)]
        wanted, self._carried = [*self._carried, *drawn], []
        lengths: list[int] = []
        for seconds in wanted:
            length = max(1, round(seconds * clip.fps))
            if sum(lengths) + length <= clip.n_frames:
                lengths.append(length)
            else:
                self._carried.append(seconds)
        return [
            PredictedSegment(span, float(generator.random()))
            for span in place(lengths, clip.n_frames, generator)
        ]


def place(lengths: list[int], n_frames: int, generator: np.random.Generator) -> list[Interval]:
    """Segments of given lengths in a random order at random places, without overlap.

    Args:
        lengths: Frames of each, together at most `n_frames`.
        n_frames: Frames of the clip.
        generator: Of the order and the places; every arrangement is as likely as any other.

    Returns:
        In order of time.

    Raises:
        ValueError: They do not fit.
    """
    free = n_frames - sum(lengths)
    if free < 0:
        raise ValueError(f"Expected at most {n_frames} frames but got {sum(lengths)}.")
    order = generator.permutation(len(lengths)).tolist()
    # Free frames and segments in a row: which places of that row are segments.
    slots = np.sort(generator.permutation(free + len(lengths))[: len(lengths)])
    spans: list[Interval] = []
    taken = 0
    for index, (slot, which) in enumerate(zip(slots.tolist(), order, strict=True)):
        start = slot - index + taken
        spans.append(Interval(start, start + lengths[which]))
        taken += lengths[which]
    return spans
