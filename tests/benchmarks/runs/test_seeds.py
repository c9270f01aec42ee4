"""The same seed gives the same result on a CPU, another seed another one: for a model that learns."""

from dataclasses import replace
from pathlib import Path

from builders import tiny_dataset

from benchmarks.built_in import default_registry
from benchmarks.datasets import open_datasets
from benchmarks.job import run_job
from benchmarks.models.base import no_progress
from benchmarks.results import JobResult
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import RunSettings
from benchmarks.runs.smoke import smoke_entries
from benchmarks.specs import BenchConfig


def test_a_learnt_model_follows_its_seed(tmp_path: Path) -> None:
    """In this process: torch is loaded once."""
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=16, mes_per_clip=1, with_crops=True)
    datasets = open_datasets(BenchConfig(), [tmp_path / "data"])[0]
    models = smoke_entries([default_registry().get("meldae-no-enhancer")])
    models = [replace(one, options={**one.options, "accelerator": "cpu"}) for one in models]

    def train(name: str, seed: int) -> tuple[JobResult, bytes]:
        # Runs of their own: else the second would take what the first has trained.
        place = tmp_path / name
        settings = RunSettings(place, place / "runs", seeds=2)
        spec = plan(datasets, models, settings).jobs[seed]
        assert spec.key.seed == seed
        result = run_job(spec, no_progress)
        assert result.status == "ok", result.error
        return result, (spec.out / "frame_scores.parquet").read_bytes()

    (first, scores), (again, same), (_, others) = train("a", 0), train("b", 0), train("c", 1)
    assert first.facts["parameters"] > 1000
    assert again.metrics == first.metrics
    assert again.score == first.score
    assert same == scores
    assert others != scores
