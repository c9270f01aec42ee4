r"""What can no longer change while a film is still read.

scores  ...__/^^\___/^\__|????        known for good up to the start of the next open chunk
                         until
settled     |--|                      ends so far before `until` that neither smoothing nor a bridged gap
held             |-|                  can reach it; may still grow
"""

from collections.abc import Iterator

from meldae.decode import Decoding, decode
from meldae.spot.faces import FaceRecord, sigmoid


class Settled:
    """Says each found ME once, as early as it is certain.

    What it has said when the film is over is what `decode` finds in the whole film.

    Args:
        how: The decoding.
        fps: Frames per second.
    """

    def __init__(self, how: Decoding, fps: float) -> None:
        self._how, self._fps = how, fps
        # Non-maximum suppression looks as far as the longest segment; runs only as far as they are joined.
        reach = how.smooth_ms + how.merge_ms + (how.max_ms * 3 if how.method == "proposals" else 0)
        self._margin = int(reach * fps / 1000) + 3
        self._said: dict[int, set[tuple[int, int]]] = {}

    def new(
        self, key: int, record: FaceRecord, until: int | None
    ) -> Iterator[tuple[int, int, float]]:
        """MEs of one face that became certain: first frame, frame after the last, score.

        Args:
            key: Of the face.
            record: Its scores so far.
            until: Scores of frames before it are final; `None` when the film is over.
        """
        said = self._said.setdefault(key, set())
        end = record.stop if until is None else min(record.stop, until)
        # A face that is gone changes no more, whatever is read.
        over = until is None or record.stop <= until - self._margin
        limit = end if over else end - self._margin
        scores = sigmoid(record.logits[: max(0, end - record.start)])
        if not len(scores):
            return
        for one in decode(scores, self._fps, self._how):
            place = (record.start + one.interval.start_ms, record.start + one.interval.end_ms)
            if place[1] <= limit and place not in said:
                said.add(place)
                yield *place, one.score
