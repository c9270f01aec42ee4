"""Fixtures of the benchmark's tests."""

from pathlib import Path

import pytest
from bench_models import install_user_models
from builders import tiny_dataset

from benchmarks.datasets import BenchDataset, open_datasets
from benchmarks.specs import BenchConfig


@pytest.fixture
def user_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The module of `bench_models.user_entry`."""
    return install_user_models(tmp_path / "code", monkeypatch)


@pytest.fixture
def bench_data(tmp_path: Path, user_models: Path) -> list[BenchDataset]:
    """A tiny dataset with crops, and models of a user's own."""
    tiny_dataset(
        tmp_path / "data", n_recordings=5, n_frames=24, mes_per_clip=(1, 0), with_crops=True
    )
    return open_datasets(BenchConfig(), [tmp_path / "data"])[0]
