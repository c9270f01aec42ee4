"""People over chunks and cuts, and what is certain while the film is still read."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldae.decode import Decoding, decode
from meldae.spot.faces import NO_FACE, FacePiece, FaceRecord, box_iou, lanes, link, sigmoid
from meldae.spot.faces import spotted_faces as to_faces
from meldae.spot.settled import Settled
from wdmd_tools.intervals import Interval


def piece(start: int, length: int, left: float, logit: float = 1.0) -> FacePiece:
    boxes = np.tile([left, 0.0, left + 100, 100.0], (length, 1))
    return FacePiece(start, boxes, np.full(length, logit))


def test_boxes_overlap_as_a_loop_says() -> None:
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 20, (30, 2, 2, 2)).astype(float)
    low, high = corners.min(axis=2), corners.max(axis=2) + 1
    one, other = (np.concatenate([low[:, k], high[:, k]], axis=1) for k in (0, 1))
    for a, b, value in zip(one, other, box_iou(one, other), strict=True):
        cells_a = {(x, y) for x in range(int(a[0]), int(a[2])) for y in range(int(a[1]), int(a[3]))}
        cells_b = {(x, y) for x in range(int(b[0]), int(b[2])) for y in range(int(b[1]), int(b[3]))}
        assert value == pytest.approx(len(cells_a & cells_b) / len(cells_a | cells_b))


def test_pieces_are_linked_by_place_and_a_cut_starts_anew() -> None:
    # chunk 1   left  |--------|            frames 0..99
    #           right |--------|
    # chunk 2   left        |--------|      frames 80..179, the right one is gone at a cut (frame 100)
    #           after cut      |-----|
    records: list[FaceRecord] = []
    link(records, [piece(0, 100, 300, 2.0), piece(0, 100, 0, 4.0)])
    assert [one.box(0, 100) for one in records] == [(0, 0, 100, 100), (300, 0, 400, 100)]
    link(records, [piece(80, 20, 5, 8.0), piece(100, 80, 5, -1.0)])
    assert [(one.start, one.stop) for one in records] == [(0, 100), (0, 100), (100, 180)]
    faces = to_faces(records)
    assert [one.lane for one in faces] == [1, 2, 1]
    # In frames 80 to 99 both pieces speak: weights 20, 19, ... 1 against 1, 2, ... 10, 10, ... 1.
    assert records[0].logits[79] == pytest.approx(4.0)
    assert records[0].logits[80] == pytest.approx((20 * 4 + 1 * 8) / 21)
    assert records[0].logits[99] == pytest.approx((1 * 4 + 1 * 8) / 2)


def test_frames_without_the_face_have_no_score() -> None:
    one = piece(10, 6, 0)
    one.boxes[2:4] = np.nan
    record = FaceRecord(10)
    record.add(one)
    assert record.logits.tolist() == [1, 1, NO_FACE, NO_FACE, 1, 1]
    assert sigmoid(record.logits)[2] == 0.0
    assert record.box(12, 14) is None


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=12))
def test_nobody_shares_a_lane_at_the_same_time(raw: list[tuple[int, int]]) -> None:
    spans = [Interval(start, start + length) for start, length in raw]
    found = lanes(spans)
    for i, one in enumerate(spans):
        for j, other in enumerate(spans[:i]):
            overlap = one.start_ms < other.end_ms and other.start_ms < one.end_ms
            assert not (overlap and found[i] == found[j])
    crowd = max(sum(one.start_ms <= t < one.end_ms for one in spans) for t in range(71))
    assert max(found) == crowd


@given(
    st.lists(st.integers(-4, 4), min_size=200, max_size=300),
    st.sampled_from(["hysteresis", "proposals"]),
    st.integers(0, 2**31),
)
@settings(max_examples=40, deadline=None)
def test_what_was_said_live_is_what_is_found_in_the_end(
    logits: list[int], method: str, seed: int
) -> None:
    how = Decoding(0.5, 0.6, 100.0, 66.0, 400.0, merge_ms=70.0, method=method)  # type: ignore[arg-type]
    rng = np.random.default_rng(seed)
    settled, records, said, start = Settled(how, 30.0), [], [], 0
    line = np.array(logits, dtype=float)
    while start < len(line):
        # Chunks of 90 frames every 60; what is before the next chunk's start is final.
        stop = min(start + 90, len(line))
        boxes = np.tile([0.0, 0, 100, 100], (stop - start, 1))
        noisy = line[start:stop] + rng.normal(0, 0.5, stop - start)
        link(records, [FacePiece(start, boxes, noisy)])
        start += 60
        said += list(settled.new(1, records[0], start))
    said += list(settled.new(1, records[0], None))
    final = decode(sigmoid(records[0].logits), 30.0, how)
    assert sorted(place[:2] for place in said) == sorted(
        (one.interval.start_ms, one.interval.end_ms) for one in final
    )
    assert len({place[:2] for place in said}) == len(said)


def test_emotions_are_blended_as_scores_are() -> None:
    # chunk 1   frames 0..3: columns 1, 2      chunk 2   frames 2..5: columns 5, 6
    # In frame 2 weights are 2 and 1, in frame 3 they are 1 and 2.
    first, second = piece(0, 4, 0), piece(2, 4, 0)
    record = FaceRecord(0)
    record.add(replace(first, emotions=np.tile([1.0, 2.0], (4, 1))))
    record.add(replace(second, emotions=np.tile([5.0, 6.0], (4, 1))))
    found = record.emotions(0, 6)
    assert found is not None
    assert found[:, 0].tolist() == pytest.approx([1, 1, (2 + 5) / 3, (1 + 10) / 3, 5, 5])
    assert found[:, 1].tolist() == pytest.approx([2, 2, (4 + 6) / 3, (2 + 12) / 3, 6, 6])
    assert record.emotions(2, 4).tolist() == found[2:4].tolist()  # type: ignore[union-attr]
    plain = FaceRecord(0)
    plain.add(first)
    assert plain.emotions(0, 4) is None
