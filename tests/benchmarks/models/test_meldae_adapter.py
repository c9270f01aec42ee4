from dataclasses import replace
from pathlib import Path

import pytest
from builders import tiny_dataset

from benchmarks.models.base import FitContext
from benchmarks.models.meldae_adapter import MeldaeSpotter
from benchmarks.protocols import blind_view, training_view
from benchmarks.scoring import score_predictions
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.manifest.samples import emotion_samples

TINY = [
    "training.epochs=1",
    "training.window=24",
    "training.batch_size=2",
    "model.input.size=32",
    "model.backbone.depth=1",
    "model.backbone.embed_dim=16",
    "model.lstm_dim=8",
    "model.head_dim=8",
    "model.region_grid=[2, 2]",
]


def context(folder: Path, **options: object) -> FitContext:
    return FitContext(3, folder / "work", folder / "cache", folder / "runs", options)


def test_it_trains_once_and_then_takes_the_run(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "d", n_recordings=4, n_frames=30, with_crops=True)
    options = {"preset": "nano", "set": TINY, "accelerator": "cpu"}
    model = MeldaeSpotter()
    model.fit(training_view(dataset), context(tmp_path, **options))
    found = model.predict(blind_view(dataset, "test"), "test")
    score = score_predictions(dataset, {one.clip_id: one for one in found})
    assert score.unpredicted == 0
    facts = model.describe()
    assert facts["parameters"] > 100
    assert facts["training_seconds"] >= 0

    weights = next((tmp_path / "runs").glob("*/model.safetensors"))
    before = weights.stat().st_mtime_ns
    again = MeldaeSpotter()
    again.fit(training_view(dataset), context(tmp_path, **options))
    assert weights.stat().st_mtime_ns == before
    assert again.describe()["run"] == facts["run"]
    other = again.predict(blind_view(dataset, "test"), "test")
    assert [one.p_me for one in other] == [one.p_me for one in found]


def test_wrong_options_are_named(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "d")
    with pytest.raises(ConfigError, match="option presett"):
        MeldaeSpotter().fit(dataset, context(tmp_path, presett="nano"))
    with pytest.raises(UnknownNameError, match="did you mean 'nano'"):
        MeldaeSpotter().fit(dataset, context(tmp_path, preset="nanno"))


def test_it_adapts_where_a_protocol_shows_the_target_and_nowhere_else(tmp_path: Path) -> None:
    a = tiny_dataset(tmp_path / "a", n_recordings=4, n_frames=30, with_crops=True)
    b = tiny_dataset(tmp_path / "b", n_recordings=4, n_frames=30, with_crops=True, seed=7)
    options = {"preset": "nano", "set": TINY, "accelerator": "cpu"}
    plain, other = MeldaeSpotter(), MeldaeSpotter()
    plain.fit(training_view(a), context(tmp_path, **options))
    assert plain.adapt(blind_view(b, "train"), "train") == {}
    other.fit(training_view(a), context(tmp_path, **options, adapt="normalise"))
    with pytest.raises(ConfigError, match="--train-data A --data B"):
        other.predict(blind_view(b, "test"), "test")
    facts = other.adapt(blind_view(b, "train"), "train")
    assert (facts["method"], facts["clips"]) == ("normalise", 6)
    assert other.describe()["decoding"]["threshold"] == facts["threshold"]
    said = other.predict(blind_view(b, "test"), "test")
    before = plain.predict(blind_view(b, "test"), "test")
    assert [one.clip_id for one in said] == [one.clip_id for one in before]
    assert any(
        (one.frame_scores != two.frame_scores).any()
        for one, two in zip(said, before, strict=True)
        if one.frame_scores is not None and two.frame_scores is not None
    )
    assert other.describe()["run"] == plain.describe()["run"]
    with pytest.raises(ConfigError, match="option adapt"):
        other.fit(a, context(tmp_path, adapt="magic"))


def test_it_recognises_where_emotions_are_asked_for(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "d", n_recordings=4, n_frames=30, with_crops=True)
    classes = scheme("3")
    options = {"preset": "nano", "set": TINY, "accelerator": "cpu", "adapt": "normalise"}
    model = MeldaeSpotter()
    model.fit(training_view(dataset), replace(context(tmp_path, **options), emotions=classes))
    blind = blind_view(dataset, "test")
    samples = [one.blind for one in emotion_samples(dataset, classes, "test")]
    assert samples
    own = model.recognise(blind, samples)
    assert [one.sample_id for one in own] == [one.sample_id for one in samples]
    assert all(one.emotion in classes.classes for one in own)
    model.adapt(blind, "test")
    adapted = model.recognise(blind, samples)
    assert [one.sample_id for one in adapted] == [one.sample_id for one in samples]
    assert adapted[0].probabilities != own[0].probabilities
    found = [segment for one in model.predict(blind, "test") for segment in one.segments]
    assert all(segment.emotion in classes.classes for segment in found)
