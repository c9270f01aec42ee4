"""Which frames, which cut, which targets: by hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.models.mol.canvas import SQUARE, canvas_side, on_canvas
from benchmarks.models.mol.material import Cut, Material, Scale, Sequence8, pairs_of
from benchmarks.models.mol.pair_flow import pair_flows
from benchmarks.models.mol.recognition import uar
from benchmarks.models.mol.sampling import sequences
from benchmarks.models.mol.windows import both_rankings, ranking
from wdmd_tools.intervals import Interval


def test_the_published_rule_where_it_fits() -> None:
    # 24 frames: three phases, every third frame.
    found = sequences(Interval(100, 124), 8)
    assert found.tolist() == [[100 + 3 * i + j for i in range(8)] for j in range(3)]


def test_a_short_piece_repeats_frames() -> None:
    assert sequences(Interval(5, 9), 8).tolist() == [[5, 5, 6, 6, 7, 7, 8, 8]]
    assert sequences(Interval(0, 12), 8).tolist() == [[0, 1, 3, 4, 6, 7, 9, 10]]


@given(st.integers(0, 50), st.integers(1, 300), st.integers(4, 12))
def test_frames_lie_inside_and_phases_differ(start: int, length: int, frames: int) -> None:
    found = sequences(Interval(start, start + length), frames)
    assert found.shape == (max(1, length // frames), frames)
    assert found.min() == start
    assert found.max() < start + length
    assert (np.diff(found, axis=1) >= 0).all()
    assert (np.diff(found, axis=0) > 0).all()


def test_landmarks_land_on_the_canvas() -> None:
    left, top, share = SQUARE
    corners = np.array([[left, top], [left + share, top + share]], np.float32)
    assert on_canvas(corners, 144) == pytest.approx(np.array([[0, 0], [144, 144]]), abs=1e-3)
    assert canvas_side(128) == 144


def test_a_cut_is_the_same_for_frames_flow_and_landmarks() -> None:
    generator = np.random.default_rng(0)
    canvas = generator.integers(0, 256, (4, 72, 72)).astype(np.uint8)
    flow = {(0, 2): np.zeros((2, 72, 72), np.float16), (2, 3): np.ones((2, 72, 72), np.float16)}
    flow[0, 2][0, 5, 3] = 7
    points = np.zeros((4, 68, 2), np.float32) + np.arange(4, dtype=np.float32)[:, None, None]
    material = Material(64, Scale(10.0, 200.0), {"a": canvas}, {"a": flow}, {"a": points})
    one = Sequence8("a", np.array([0, 2, 3]))
    batch = material.batch([one], [Cut(left=3, top=5)])
    assert batch.flow is not None
    assert batch.landmarks is not None
    expected = (canvas[2, 5:69, 3:67].astype(float) - 10) / 200
    assert batch.frames[0, 1].numpy() == pytest.approx(expected, abs=1e-6)
    assert batch.flow[0, 0, 0, 0, 0] == 7
    assert batch.flow.shape == (1, 2, 2, 64, 64)
    assert batch.landmarks[0, :, 0].tolist() == [[2 - 3, 2 - 5], [3 - 3, 3 - 5]]
    assert material.middle == Cut(4, 4)
    cuts = {material.random_cut(generator) for _ in range(300)}
    assert {cut.left for cut in cuts} == {cut.top for cut in cuts} == set(range(9))


def test_scale_by_hand() -> None:
    scale = Scale.of([np.full((1, 2, 2), 10, np.uint8), np.full((3, 2, 2), 50, np.uint8)])
    assert scale == Scale(mean=40.0, largest=50.0)


@pytest.mark.parametrize("method", ["dis", "tvl1"])
def test_flow_of_a_shifted_picture(method: str) -> None:
    if method == "tvl1" and not hasattr(cv2, "optflow"):
        pytest.skip("OpenCV without contrib")
    noise = np.random.default_rng(1).integers(0, 256, (80, 80)).astype(np.uint8)
    picture = cv2.GaussianBlur(noise, (0, 0), 3)
    picture = cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX)
    moved = np.roll(picture, (1, 2), (0, 1))  # 2 px right, 1 down
    canvas = np.stack([picture, moved])
    same, found = pair_flows(canvas, [(0, 0), (0, 1)], method)  # type: ignore[arg-type]
    assert not same.any()
    inner = found[:, 20:60, 20:60].astype(float).mean((1, 2))
    assert inner == pytest.approx([2, 1], abs=0.3)


def test_pairs_of_a_sequence() -> None:
    assert pairs_of(Sequence8("a", np.array([1, 1, 4]))) == [(1, 1), (1, 4)]


def test_ranking_by_hand() -> None:
    truth = np.array([True, False, True, False])
    assert ranking(np.array([0.9, 0.5, 0.5, 0.1]), truth) == pytest.approx(3.5 / 4)
    assert np.isnan(ranking(np.zeros(4), np.zeros(4, bool)))


def test_both_rankings_leave_out_what_is_unknown() -> None:
    logits = np.array([[0.9, 1.0], [0.1, 0.0], [0.5, 9.0]])
    truth = np.array([[1, 0], [0, 1], [0, np.nan]], np.float32)
    assert both_rankings(logits, truth) == pytest.approx((1 + 0) / 2)
    truth[:, 1] = np.nan
    assert both_rankings(logits, truth) == 1.0
    assert np.isnan(both_rankings(logits, np.full_like(truth, np.nan)))


def test_uar_by_hand() -> None:
    shares = np.array([[0.6, 0.4], [0.3, 0.7], [0.8, 0.2]])
    assert uar(shares, [0, 0, 1]) == pytest.approx((0.5 + 0) / 2)
    assert np.isnan(uar(shares[:0], []))


def test_canvas_of_a_crop(tmp_path: Path) -> None:
    from builders import tiny_dataset

    from benchmarks.models.mol.canvas import CanvasFeature
    from wdmd_tools.video.crops import read_crop

    dataset = tiny_dataset(tmp_path, n_recordings=1, with_crops=True, n_frames=14)
    clip = next(dataset.iter_clips())
    found = CanvasFeature(72).compute(clip.crop_path)
    assert found.shape == (14, 72, 72)
    assert found.dtype == np.uint8
    grey = read_crop(clip.crop_path).mean(axis=3)
    assert abs(float(found.mean()) - float(grey[:, 5:29, 4:28].mean())) < 6
