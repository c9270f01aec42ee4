"""The grid end to end with real processes: resume, failure, leak, rescoring."""

import json
from pathlib import Path

import pytest
from bench_models import execute, user_entry
from builders import clip_row, tiny_dataset, write_dataset

from benchmarks.built_in import default_registry
from benchmarks.datasets import BenchDataset, open_datasets
from benchmarks.registry import ModelEntry
from benchmarks.results import read_records, read_result, read_results
from benchmarks.runs import plan as planning
from benchmarks.runs.execute import failures, run
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import Mode, RunSettings
from benchmarks.specs import BenchConfig, DatasetSpec
from wdmd_tools.errors import DataError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import read_predictions, write_predictions


def test_results_are_whole_and_finished_jobs_are_not_run_again(
    bench_data: list[BenchDataset], tmp_path: Path
) -> None:
    settings = RunSettings(out=tmp_path / "results", runs=tmp_path / "runs", seeds=2, workers=2)
    models = [user_entry("Quiet"), default_registry().get("random")]
    told: list[tuple[str, str, int, int]] = []
    first = plan(bench_data, models, settings)
    assert (len(first.jobs), len(first.done)) == (4, 0)
    results = run(first, settings, lambda *step: told.append(step))
    assert [one.status for one in results] == ["ok"] * 4
    assert ("quiet on tiny (holdout, fold 0, seed 0)", "counting", 1, 2) in told

    quiet = next(one for one in results if one.job.model == "quiet" and one.job.seed == 1)
    assert quiet.facts == {"seen": ["train", "val"], "labels": 0, "parameters": 7}
    assert quiet.metrics["acc_state"] is not None
    assert quiet.peak_memory_mb is not None
    assert quiet.peak_memory_mb > 10
    assert {"fit", "predict", "total"} == set(quiet.seconds)
    assert quiet.hardware["cores"] >= 1
    assert quiet.code["versions"]["numpy"]
    folder = quiet.job.folder(settings.out)
    assert "models may print" in (folder / "log.txt").read_text(encoding="utf-8")
    assert len(read_predictions(folder)) == len(list(_dataset(bench_data).iter_clips("test")))

    again = plan(bench_data, models, settings)
    assert (len(again.jobs), len(again.done)) == (0, 4)
    assert sorted(map(str, (one.job for one in run(again, settings)))) == sorted(
        map(str, (one.job for one in results))
    )
    assert (folder / "runs.txt").read_text() == "x"
    forced = plan(bench_data, models, RunSettings(**{**vars_of(settings), "mode": Mode.FORCE}))
    assert len(forced.jobs) == 4


def vars_of(settings: RunSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


def _dataset(bench_data: list[BenchDataset]) -> Dataset:
    assert bench_data[0].dataset is not None
    return bench_data[0].dataset


def test_changed_code_options_or_data_run_again(
    bench_data: list[BenchDataset], user_models: Path, tmp_path: Path
) -> None:
    settings = RunSettings(out=tmp_path / "results")
    execute(bench_data, [user_entry("Quiet")], settings)
    assert not plan(bench_data, [user_entry("Quiet")], settings).jobs
    other = ModelEntry("quiet", "bench_test_models:Quiet", "Quiet", options={"a": 1})
    assert plan(bench_data, [other], settings).jobs
    renamed = ModelEntry("quiet", "bench_test_models:Quiet", "Another name in tables")
    done = plan(bench_data, [renamed], settings).done
    assert [one.display for one in done] == ["Another name in tables"]
    user_models.write_text(user_models.read_text() + "\n# changed\n")
    assert plan(bench_data, [user_entry("Quiet")], settings).jobs
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, seed=9, with_crops=True)
    changed = open_datasets(BenchConfig(), [tmp_path / "data"])[0]
    assert plan(changed, [default_registry().get("never")], settings).jobs


def test_a_failed_job_is_a_row_and_the_others_go_on(
    bench_data: list[BenchDataset], tmp_path: Path
) -> None:
    expected = {
        "Fails": ("RuntimeError", "no luck"),
        "Foreseen": ("ManifestError", "x.parquet: damaged; build it again"),
        "Dies": ("Killed", "was killed by signal 9; out of memory?"),
        "Exits": ("Killed", "ended with exit code 3"),
        "Nowhere": ("ConfigError", "has no 'Nowhere'"),
    }
    models = [*map(user_entry, expected), user_entry("Quiet")]
    settings = RunSettings(out=tmp_path / "results", workers=2)
    results = execute(bench_data, models, settings)
    by_name = {one.job.model: one for one in results}
    assert by_name["quiet"].status == "ok"
    assert len(failures(results)) == len(expected)
    for name, (kind, message) in expected.items():
        failed = by_name[name.lower()]
        assert failed.error is not None
        assert failed.error.kind == kind
        assert message in failed.error.message
        assert "\n" not in failed.error.message
        assert bool(failed.error.traceback) == (kind == "RuntimeError")
        assert failed.counts() is None
    # Failed jobs are tried again, a finished one is not.
    again = plan(bench_data, models, settings)
    assert [spec.key.model for spec in again.jobs] == [name.lower() for name in expected]


def test_a_killed_run_leaves_no_half_result(bench_data: list[BenchDataset], tmp_path: Path) -> None:
    """The result is removed before a job starts, so one that is there is whole and of this job."""
    settings = RunSettings(out=tmp_path / "results")
    (done,) = execute(bench_data, [user_entry("Quiet")], settings)
    path = done.job.folder(settings.out) / "result.json"
    assert read_result(path) == done
    path.write_text(path.read_text()[:200])
    with pytest.raises(DataError, match="damaged"):
        read_results(settings.out)
    (spec,) = plan(bench_data, [user_entry("Quiet")], settings).jobs
    assert spec.key == done.job


def test_changed_scoring_code_rescores_from_the_predictions(
    bench_data: list[BenchDataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = RunSettings(out=tmp_path / "results")
    (done,) = execute(bench_data, [user_entry("Quiet")], settings)
    folder = done.job.folder(settings.out)
    # Other predictions stand in for other scoring code.
    write_predictions(folder, list(read_predictions(folder).values())[:1])
    assert plan(bench_data, [user_entry("Quiet")], settings).done[0] == done
    monkeypatch.setattr(planning, "scoring_digest", lambda: "other")
    (new,) = plan(bench_data, [user_entry("Quiet")], settings).done
    counts = new.counts()
    assert counts is not None
    assert counts.unpredicted == len(counts.clips) - 1
    assert read_result(folder / "result.json") == new
    assert (folder / "runs.txt").read_text() == "x"


def test_a_leaking_dataset_is_refused_and_the_others_go_on(
    bench_data: list[BenchDataset], tmp_path: Path
) -> None:
    clips = [
        clip_row("a", 9, split="train"),
        clip_row("b", 9, recording_id="r1", split="test"),
    ]
    leaky = BenchDataset(
        "leaky",
        "leaky",
        DatasetSpec(path=tmp_path / "leaky"),
        write_dataset(tmp_path / "leaky", clips, []),
    )
    settings = RunSettings(out=tmp_path / "results")
    planned = plan([leaky, *bench_data], [user_entry("Quiet")], settings)
    assert {spec.key.dataset for spec in planned.jobs} == {"tiny"}
    run(planned, settings)
    records = {one.name: one for one in read_records(settings.out)}
    assert "refused: subject 's0' is in both train and test" in records["leaky"].missing
    assert not records["tiny"].missing
    with pytest.raises(DataError, match="refused: subject 's0'"):
        plan([leaky], [user_entry("Quiet")], settings)


def test_metrics_follow_from_the_prediction_files_alone(
    bench_data: list[BenchDataset], tmp_path: Path
) -> None:
    from benchmarks.job import rescore

    settings = RunSettings(out=tmp_path / "results")
    for one in execute(bench_data, [default_registry().get("random")], settings):
        folder = one.job.folder(settings.out)
        again = rescore(_dataset(bench_data), folder)
        assert json.loads(json.dumps(again["score"])) == one.score
        assert again["metrics"] == one.metrics


def test_a_dataset_that_changes_during_the_run_fails_its_jobs(
    bench_data: list[BenchDataset], tmp_path: Path
) -> None:
    settings = RunSettings(out=tmp_path / "results")
    planned = plan(bench_data, [user_entry("Quiet")], settings)
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, seed=4)
    (result,) = run(planned, settings)
    assert result.error is not None
    assert "changed while the benchmark ran" in result.error.message
