"""MOL from a dataset to predictions and emotions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import tiny_dataset

from benchmarks.models.base import FitContext
from benchmarks.models.mol.spotter import Mol, MolOptions
from benchmarks.protocols import blind_view, folds_of, training_view
from benchmarks.spotting.kept import find, keep
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest.samples import emotion_samples
from wdmd_tools.split.make import make_loso
from wdmd_tools.split.stored import write_split

QUICK = {"landmarks": False, "steps": 2, "batch": 4, "window": {"checked": 4, "stride_ms": 200}}


def _context(folder: Path, **options: object) -> FitContext:
    return FitContext(
        0, folder / "w", folder / "c", folder / "r", {**QUICK, **options}, emotions=scheme("3")
    )


def test_it_spots_recognises_and_can_be_kept(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)
    context = _context(tmp_path)
    model = Mol()
    model.fit(training_view(dataset), context)
    blind = blind_view(dataset, "test")
    said = model.predict(blind, "test")
    clips = list(dataset.iter_clips("test"))
    assert [one.clip_id for one in said] == [clip.clip_id for clip in clips]
    for one in said:
        assert one.frame_scores is not None
        assert one.frame_scores.shape == (24,)
        assert 0 <= one.frame_scores.min() <= one.frame_scores.max() <= 1
        assert one.p_me is not None
        assert 0 <= one.p_me <= 1
        assert one.p_state is not None
    samples = [one.blind for one in emotion_samples(dataset, scheme("3"), "test")]
    assert samples
    emotions = model.recognise(blind, samples)
    assert [one.sample_id for one in emotions] == [one.sample_id for one in samples]
    for answer in emotions:
        assert answer.probabilities is not None
        assert sum(answer.probabilities.values()) == pytest.approx(1)
        assert answer.emotion == max(answer.probabilities, key=answer.probabilities.__getitem__)
    facts = model.describe()
    assert facts["parameters"] > 100_000
    assert facts["recognition"]["sequences"] >= 2
    assert facts["step"] in (1, 2)
    assert keep(tmp_path / "kept", model)
    again = find(tmp_path / "kept", Mol, context)
    assert isinstance(again, Mol)
    scores = again.predict(blind, "test")[0].frame_scores
    assert scores is not None
    assert said[0].frame_scores is not None
    assert np.array_equal(scores, said[0].frame_scores)


def test_a_seed_repeats(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)
    scores = []
    for seed in (0, 0, 1):
        model = Mol()
        context = FitContext(seed, tmp_path, tmp_path, tmp_path, {**QUICK, "flow": "none"})
        model.fit(training_view(dataset), context)
        scores.append(model.predict(blind_view(dataset, "test"), "test")[0].frame_scores)
    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


def test_leave_one_subject_out_without_a_validation_split(tmp_path: Path) -> None:
    data = tmp_path / "data"
    dataset = tiny_dataset(
        data, n_recordings=3, n_frames=30, clips_per_recording=4, mes_per_clip=1, with_crops=True
    )
    write_split(dataset, make_loso(dataset, "loso", "subject", 0.0, seed=0))
    tested = []
    for fold in folds_of(dataset, "loso"):
        model = Mol()
        model.fit(training_view(fold.dataset), _context(tmp_path, flow="none", steps=1))
        blind = blind_view(fold.dataset, "test")
        samples = [one.blind for one in emotion_samples(fold.dataset, scheme("3"), "test")]
        tested += [one.sample_id for one in model.recognise(blind, samples)]
        clips = [one.clip_id for one in fold.dataset.iter_clips("test")]
        assert [one.clip_id for one in model.predict(blind, "test")] == clips
    assert sorted(tested) == sorted(one.sample_id for one in emotion_samples(dataset, scheme("3")))


def test_options_reach_the_network() -> None:
    options = MolOptions(flow="none", graph="positional", steps=7)
    assert options.method is None
    assert not options.config.network.flow
    assert options.config.network.graph == "positional"
    assert options.config.training.steps == 7
    paper = MolOptions(size="paper").config
    assert paper.network.size == 128
    assert paper.training.rate == 1e-4
    assert paper.training.flow_weight == 10
    assert paper.training.landmark_weight == 0.1


def test_what_cannot_be_learnt_is_said(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "data", mes_per_clip=0, with_crops=True, n_frames=14)
    with pytest.raises(ManifestError, match="with and without a micro-expression"):
        Mol().fit(training_view(dataset), replace(_context(tmp_path), emotions=None))
    with pytest.raises(ManifestError, match="emotions of two classes"):
        Mol().fit(training_view(dataset), _context(tmp_path))
    with pytest.raises(ConfigError, match="option window"):
        Mol().fit(training_view(dataset), _context(tmp_path, window={"stride_ms": -1}))
    with pytest.raises(ConfigError, match="option colour"):
        Mol().fit(training_view(dataset), _context(tmp_path, colour=1))
    with pytest.raises(ValueError, match="fit"):
        Mol().predict(dataset, "test")
    with pytest.raises(ValueError, match="fit"):
        Mol().recognise(dataset, [])
