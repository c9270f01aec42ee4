"""Which of the people in a shot is the subject: by hand, by the mouth, or by size.

Pure functions on what was tracked; `wdmd_tools.pipeline.subjects` reads what the user said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_SHORT_SHARE = 0.2
_MARGIN = 0.002
_NEAR = 1.5
"""Face sizes: a seed farther away from every face names none of them."""


@dataclass(frozen=True)
class SubjectPlace:
    """Where the subject is, as a person said.

    Args:
        position: ``"left"``, ``"right"``, ``"centre"``, or a number from the left, from 1; empty where
            the seed says it.
        time_ms: Media time of the seed.
        seed: x0, y0, x1, y1, px of the film; a point has x0 = x1.
    """

    position: str = ""
    time_ms: int = 0
    seed: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Candidate:
    """One person's track in a shot of S frames; NaN where the face was not found.

    Args:
        boxes: (S, 4) x0 y0 x1 y1, px.
        opening: (S,) distance of the inner lips in outer eye spans.
    """

    boxes: FloatArray
    opening: FloatArray

    @property
    def frames(self) -> int:
        """Frames with the face."""
        return int(np.isfinite(self.boxes[:, 0]).sum())

    @property
    def middle(self) -> FloatArray:
        """Median x and y of the middle of the box, px."""
        middles = (self.boxes[:, :2] + self.boxes[:, 2:]) / 2
        result: FloatArray = np.nanmedian(middles, axis=0)
        return result

    @property
    def size(self) -> float:
        """Median of the box's longer side, px."""
        return float(np.nanmedian((self.boxes[:, 2:] - self.boxes[:, :2]).max(axis=1)))


@dataclass(frozen=True)
class Choice:
    """The subject's track.

    Args:
        index: In the candidates.
        guessed: Whether nobody said so and there was somebody else to choose.
    """

    index: int
    guessed: bool


def choose(
    candidates: Sequence[Candidate],
    place: SubjectPlace | None,
    speaking: npt.NDArray[np.integer],
    times_ms: Sequence[int],
    width: int,
) -> Choice:
    """The subject among the people of a shot.

    Args:
        candidates: At least one, each with at least one frame.
        place: What a person said; `None` where nobody did.
        speaking: (S,) 1 where the subject speaks, 0 where not, -1 where unknown.
        times_ms: (S,) media times.
        width: Of the film, px, for ``centre``.

    Returns:
        By `place`, and then not guessed, unless a seed lies far from every face. Else, of several:
        whose lips move more while the State tier
        says that the subject speaks, less while it does not; where that does not tell them apart,
        whoever is largest times the share of frames. Tracks of less than a fifth of the frames of the
        longest are only taken where the seed names them.

    Raises:
        ValueError: There is no candidate.
    """
    if not candidates:
        raise ValueError("Expected at least one candidate.")
    if place is not None and place.seed is not None:
        index, distance = _nearest(candidates, place, times_ms)
        return Choice(index, distance > _NEAR)
    longest = max(one.frames for one in candidates)
    usual = [i for i, one in enumerate(candidates) if one.frames >= _SHORT_SHARE * longest]
    if place is not None:
        return _by_position(candidates, usual, place.position, width)
    if len(usual) == 1:
        return Choice(usual[0], False)
    scores = [mouth_agreement(candidates[i].opening, speaking) for i in usual]
    known = sorted((s for s in scores if s is not None), reverse=True)
    if len(known) == len(usual) and known[0] - known[1] >= _MARGIN:
        return Choice(usual[scores.index(known[0])], True)
    return Choice(max(usual, key=lambda i: candidates[i].size * candidates[i].frames), True)


def mouth_agreement(opening: FloatArray, speaking: npt.NDArray[np.integer]) -> float | None:
    """How much more the lips move while the subject is said to speak.

    Args:
        opening: (S,) distance of the inner lips in outer eye spans; NaN where unknown.
        speaking: (S,) 1, 0, or -1 where unknown.

    Returns:
        Mean change from frame to frame while speaking less that while not, in eye spans a frame. A part
        that is missing counts as 0: where the subject only speaks it is the motion, where the subject
        only listens its negative. `None` with fewer than 5 changes that can be measured.
    """
    change = np.abs(np.diff(opening))
    state = speaking[1:]
    usable = np.isfinite(change) & (state >= 0)
    if usable.sum() < 5:
        return None
    talk, rest = change[usable & (state == 1)], change[usable & (state == 0)]
    return (float(talk.mean()) if len(talk) else 0.0) - (float(rest.mean()) if len(rest) else 0.0)


def _nearest(
    candidates: Sequence[Candidate], place: SubjectPlace, times_ms: Sequence[int]
) -> tuple[int, float]:
    """Whose face lies nearest to the seed at the frame nearest to its time, and how far, in face sizes."""
    seed = np.array(place.seed)
    point = (seed[:2] + seed[2:]) / 2
    gap = np.abs(np.asarray(times_ms) - place.time_ms)

    def distance(one: Candidate) -> float:
        seen = np.flatnonzero(np.isfinite(one.boxes[:, 0]))
        box = one.boxes[seen[np.argmin(gap[seen])]]
        size = max(float((box[2:] - box[:2]).max()), 1e-9)
        return float(np.linalg.norm((box[:2] + box[2:]) / 2 - point)) / size

    index = min(range(len(candidates)), key=lambda i: distance(candidates[i]))
    return index, distance(candidates[index])


def _by_position(
    candidates: Sequence[Candidate], usual: list[int], position: str, width: int
) -> Choice:
    order = sorted(usual, key=lambda i: float(candidates[i].middle[0]))
    if position == "centre":
        return Choice(
            min(order, key=lambda i: abs(float(candidates[i].middle[0]) - width / 2)), False
        )
    if position == "left":
        return Choice(order[0], False)
    if position == "right":
        return Choice(order[-1], False)
    number = int(position)
    # Fewer people than the number: whoever is there may be another, so it is a guess.
    return Choice(order[min(number, len(order)) - 1], number > len(order))
