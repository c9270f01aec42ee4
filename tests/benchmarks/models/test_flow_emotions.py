"""Emotions from motion: pictures by hand, the three streams, and what is pooled of region motion."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import clip_row, segment_row, write_dataset, write_ffv1

from benchmarks.features.onset_apex import PICTURE, mirrored, onset_apex_picture
from benchmarks.models.base import no_progress
from benchmarks.models.flow_emotions import FlowEmotions, ThreeStreams
from benchmarks.models.tad.emotions import pooled
from wdmd_tools.emotions import scheme
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples


def seen(pairs: list[tuple[int, int]]):
    """A flow that notes which frames it is asked about: frame n is n all over; all moves n px right."""

    def flow_of(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        pairs.append((int(first[0, 0]), int(second[0, 0])))
        flow = np.zeros((*first.shape, 2), np.float32)
        # Half of the face moves; the nose, which is taken away, does not.
        flow[80:, :, 0] = 5 - abs(6 - float(second[0, 0]))
        return flow

    return flow_of


def test_the_apex_is_the_annotated_one_or_the_frame_that_moved_most() -> None:
    # frames 0 1 2 [3 4 5 6 7 8] 9      moved 2 3 4 5 4 3: most in frame 6
    volume = np.repeat(np.arange(10, dtype=np.uint8), 64 * 64).reshape(10, 64, 64)
    asked: list[tuple[int, int]] = []
    found = onset_apex_picture(volume, Interval(3, 9), 4, seen(asked))
    assert asked == [(3, 4)]
    assert found.shape == (PICTURE, PICTURE, 3)
    assert found[-1, 5, 0] == pytest.approx(3.0)
    assert found[0].max() == 0
    asked.clear()
    found = onset_apex_picture(volume, Interval(3, 9), None, seen(asked))
    assert asked == [(3, n) for n in (4, 5, 6, 7, 8)]
    assert found[-1, 5, 0] == pytest.approx(5.0)
    # An apex outside of the interval is not believed; one frame has no motion.
    asked.clear()
    onset_apex_picture(volume, Interval(3, 5), 8, seen(asked))
    assert asked == [(3, 4)]
    assert not onset_apex_picture(volume, Interval(9, 12), None, seen(asked)).any()


def test_a_mirror_turns_right_into_left_twice_into_itself() -> None:
    pictures = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype(np.float32)
    other = mirrored(pictures)
    assert np.array_equal(other[:, :, 0, 0], -pictures[:, :, 3, 0])
    assert np.array_equal(other[:, :, 0, 1:], pictures[:, :, 3, 1:])
    assert np.array_equal(mirrored(other), pictures)


def test_every_parameter_of_the_streams_learns() -> None:
    torch.manual_seed(0)
    network = ThreeStreams(3)
    logits = network(torch.randn(6, 3, 28, 28))
    assert logits.shape == (6, 3)
    torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1, 2, 0, 1, 2])).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_pooled_motion_by_hand() -> None:
    # two of five frames lie inside; the second moves most, (0, 4) after scaling; the first (3, 0)
    motion = np.zeros((5, 1, 1, 6), np.float16)
    motion[1, 0, 0, 0], motion[2, 0, 0, 1] = 6, 4
    scale = np.array([2, 1, 1, 1, 1, 1], np.float32)
    found = pooled(motion, Interval(1, 3), scale)
    assert found.tolist() == pytest.approx([0.6, 0.8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
    assert not pooled(motion, Interval(3, 9), scale).any()


def shaking_faces(root: Path) -> Dataset:
    """The brows move down in disgust and the mouth up in happiness; onset frame 4, apex 8."""
    generator = np.random.default_rng(0)
    texture = np.kron(generator.integers(40, 215, (24, 24)), np.ones((4, 4))).astype(np.uint8)
    clips, rows = [], []
    for number in range(8):
        word = ("disgust", "happiness")[number % 2]
        film = np.repeat(texture[None], 12, axis=0)
        for frame, far in zip(range(5, 11), (1, 2, 3, 4, 3, 2), strict=True):
            if word == "disgust":
                film[frame, 10:50] = np.roll(texture[10:50], far, axis=0)
            else:
                film[frame, 60:85] = np.roll(texture[60:85], -far, axis=0)
        name, subject = f"c{number}", number // 2
        (root / "crops").mkdir(parents=True, exist_ok=True)
        pictures = np.repeat(film[..., None], 3, axis=-1)
        write_ffv1(root / "crops" / f"{name}.mkv", pictures, Fraction(30))
        split = ("train", "train", "val", "test")[subject]
        clips.append(
            clip_row(
                name, 12, subject_id=f"s{subject}", recording_id=name, has_me=True, split=split
            )
        )
        rows += [
            segment_row(name, "consensus", 4, 11, kind, label)
            for kind, label in (("me", "ME"), ("emotion", word))
        ]
    return write_dataset(root, clips, rows)


def test_three_streams_learn_what_is_plain_to_see(tmp_path: Path) -> None:
    dataset = shaking_faces(tmp_path)
    samples = emotion_samples(dataset, scheme("3"), "test")
    said = []
    for _ in range(2):
        model = FlowEmotions(epochs=25)
        model.fit(dataset, scheme("3"), 0, no_progress)
        said.append(model.recognise(dataset, [one.blind for one in samples]))
    assert [one.emotion for one in said[0]] == ["negative", "positive"]
    assert said[0] == said[1]
    assert model.facts["emotion_validation_f1"] == 1.0
    assert model.recognise(dataset, []) == []
