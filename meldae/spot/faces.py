"""One person's frames over chunks and shots.

chunk 1   |--- a ---------|                piece: one person in one shot of one chunk
          |--- b --|  cut |--- c ---|
chunk 2              |-- d -|              d lies where a lay in the frames they share: the same person
faces     1 = a + d   2 = b   3 = c

Where pieces of a person overlap, logits are blended; the middle of a chunk, which has context, weighs most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from meldae.spot.found import Box, SpottedFace
from wdmd_tools.intervals import Interval

FloatArray = npt.NDArray[np.float64]

NO_FACE = -20.0
"""The logit where there is nothing to look at."""

_SAME = 0.3
"""Boxes of one person in the same frame overlap far more than this, of two people far less."""


@dataclass(frozen=True)
class FacePiece:
    """One person in one shot of one chunk, F frames.

    Args:
        start: First frame of the film.
        boxes: (F, 4) x0 y0 x1 y1, px; NaN where the face is not found.
        logits: (F,).
        emotions: (F, 1 + K), see `meldae.emotions`; `None` without an emotion head.
    """

    start: int
    boxes: FloatArray
    logits: FloatArray
    emotions: FloatArray | None = None

    @property
    def stop(self) -> int:
        """After the last frame."""
        return self.start + len(self.logits)


@dataclass
class FaceRecord:
    """What is known of one person so far; grows with the film by some numbers a frame.

    Args:
        start: First frame of the film.
    """

    start: int
    _total: FloatArray = field(default_factory=lambda: np.zeros(0))
    _weight: FloatArray = field(default_factory=lambda: np.zeros(0))
    _boxes: FloatArray = field(default_factory=lambda: np.zeros((0, 4)))
    _named: FloatArray | None = None

    @property
    def stop(self) -> int:
        """After the last frame."""
        return self.start + len(self._total)

    def add(self, piece: FacePiece) -> None:
        """Blend in another piece, which begins no earlier than the first."""
        end = max(self.stop, piece.stop) - self.start
        more = end - len(self._total)
        self._total = np.concatenate((self._total, np.zeros(more)))
        self._weight = np.concatenate((self._weight, np.zeros(more)))
        self._boxes = np.concatenate((self._boxes, np.full((more, 4), np.nan)))
        place = np.arange(len(piece.logits))
        ramp = np.minimum(place + 1, len(place) - place)
        here = slice(piece.start - self.start, piece.stop - self.start)
        self._total[here] += ramp * piece.logits
        self._weight[here] += ramp
        new = np.isfinite(piece.boxes[:, 0])
        self._boxes[here][new] = piece.boxes[new]
        if piece.emotions is not None:
            known = np.zeros((0, piece.emotions.shape[1])) if self._named is None else self._named
            self._named = np.pad(known, ((0, len(self._total) - len(known)), (0, 0)))
            self._named[here] += ramp[:, None] * piece.emotions

    @property
    def logits(self) -> FloatArray:
        """One per frame from `start` on."""
        blended = np.where(self._weight > 0, self._total / np.maximum(self._weight, 1e-9), NO_FACE)
        return np.where(self.seen, blended, NO_FACE)

    def emotions(self, first: int, stop: int) -> FloatArray | None:
        """(stop - first, 1 + K) of frames of the film that are all of this face; `None` without a head."""
        if self._named is None:
            return None
        here = slice(first - self.start, stop - self.start)
        return np.asarray(self._named[here] / np.maximum(self._weight[here], 1e-9)[:, None])

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Whether the face is found, frame by frame."""
        return np.isfinite(self._boxes[:, 0])

    def overlap(self, piece: FacePiece) -> float:
        """Median IoU with a piece's boxes over the frames that have both; 0 where none has."""
        first, stop = max(self.start, piece.start), min(self.stop, piece.stop)
        if first >= stop:
            return 0.0
        mine = self._boxes[first - self.start : stop - self.start]
        other = piece.boxes[first - piece.start : stop - piece.start]
        both = np.isfinite(mine[:, 0]) & np.isfinite(other[:, 0])
        if not both.any():
            return 0.0
        return float(np.median(box_iou(mine[both], other[both])))

    def box(self, first: int, stop: int) -> Box | None:
        """Median box in frames ``[first, stop)`` of the film; `None` where the face is not found."""
        part = self._boxes[max(0, first - self.start) : max(0, stop - self.start)]
        part = part[np.isfinite(part[:, 0])]
        if not len(part):
            return None
        x0, y0, x1, y1 = np.median(part, axis=0).tolist()
        return x0, y0, x1, y1


def box_iou(one: FloatArray, other: FloatArray) -> FloatArray:
    """Row by row intersection over union of (N, 4) boxes."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(one[:, 2:] - one[:, :2], axis=1) + np.prod(other[:, 2:] - other[:, :2], axis=1)
    result: FloatArray = common / np.maximum(areas - common, 1e-9)
    return result


def link(records: list[FaceRecord], pieces: Sequence[FacePiece]) -> None:
    """Add the pieces of the next chunk to the people they belong to, or as new people.

    Args:
        records: Everybody so far; grows, new people by first frame, then from the left.
        pieces: Of one chunk; pieces of one shot are different people.
    """
    table = np.array([[record.overlap(piece) for piece in pieces] for record in records])
    known: dict[int, int] = {}
    if table.size:
        rows, columns = linear_sum_assignment(-table)
        known = {
            int(column): int(row)
            for row, column in zip(rows, columns, strict=True)
            if table[row, column] > _SAME
        }
    fresh = []
    for column, piece in enumerate(pieces):
        if column in known:
            records[known[column]].add(piece)
        else:
            fresh.append(FaceRecord(piece.start))
            fresh[-1].add(piece)
    records += sorted(fresh, key=lambda one: (one.start, (one.box(one.start, one.stop) or (0,))[0]))


def lanes(spans: Sequence[Interval]) -> list[int]:
    """The lowest free lane, from 1, for each span; the earlier start is served first.

    Example:
        >>> lanes([Interval(0, 9), Interval(3, 12), Interval(9, 20)])
        [1, 2, 1]
    """
    free_from: list[int] = []
    result = [0] * len(spans)
    for place in sorted(range(len(spans)), key=lambda k: (spans[k].start_ms, k)):
        span = spans[place]
        lane = next((k for k, end in enumerate(free_from) if end <= span.start_ms), None)
        if lane is None:
            lane = len(free_from)
            free_from.append(0)
        free_from[lane] = span.end_ms
        result[place] = lane + 1
    return result


def spotted_faces(records: Sequence[FaceRecord]) -> tuple[SpottedFace, ...]:
    """Records as results, numbered as they stand."""
    spans = [Interval(one.start, one.stop) for one in records]
    return tuple(
        SpottedFace(
            number,
            span,
            sigmoid(one.logits),
            one.seen,
            one.box(one.start, one.stop) or (0.0, 0.0, 0.0, 0.0),
            lane,
        )
        for number, (one, span, lane) in enumerate(
            zip(records, spans, lanes(spans), strict=True), start=1
        )
    )


def sigmoid(logits: FloatArray) -> npt.NDArray[np.float32]:
    """Logits as scores in [0, 1]; 0 where there is no face."""
    scores: npt.NDArray[np.float32] = (1 / (1 + np.exp(-logits))).astype(np.float32)
    scores[logits <= NO_FACE] = 0.0
    return scores
