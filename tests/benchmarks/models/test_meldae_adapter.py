from pathlib import Path

import pytest
from builders import tiny_dataset

from benchmarks.models.base import FitContext
from benchmarks.models.meldae_adapter import MeldaeSpotter
from benchmarks.protocols import blind_view, training_view
from benchmarks.scoring import score_predictions
from wdmd_tools.errors import ConfigError, UnknownNameError

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
