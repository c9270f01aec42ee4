"""Smoke runs: a small slice with all kinds of clips, and marks that no table overlooks."""

from pathlib import Path

from bench_models import user_entry
from builders import tiny_dataset

from benchmarks.built_in import default_registry
from benchmarks.datasets import open_datasets
from benchmarks.leaderboard import read_leaderboard
from benchmarks.protocols.leaks import check_holdout
from benchmarks.registry import ModelEntry
from benchmarks.results import read_results
from benchmarks.runs.execute import run
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import RunSettings
from benchmarks.runs.smoke import CLIPS_OF_A_KIND, smoke_datasets, smoke_entries, write_slice
from benchmarks.specs import BenchConfig
from wdmd_tools.manifest import Dataset


def test_a_slice_has_the_shortest_clips_of_every_kind(tmp_path: Path) -> None:
    whole = tiny_dataset(
        tmp_path / "data", n_recordings=9, clips_per_recording=8, n_frames=24, with_crops=True
    )
    part = write_slice(whole, tmp_path / "part")
    check_holdout(part)
    kinds = {(clip.split, clip.has_me, clip.speaking) for clip in whole.iter_clips()}
    for kind in kinds:
        some, all_ = (
            [c for c in data.iter_clips() if (c.split, c.has_me, c.speaking) == kind]
            for data in (part, whole)
        )
        assert len(some) == min(len(all_), CLIPS_OF_A_KIND)
    clips = {clip.clip_id: clip for clip in part.iter_clips()}
    assert all(clip.crop_path.is_file() for clip in clips.values())
    for clip in whole.iter_clips():
        if clip.clip_id in clips:
            old, new = (data.reference_intervals(clip.clip_id) for data in (whole, part))
            assert old == new
    assert len(part.frames) == sum(clip.n_frames for clip in clips.values())
    assert write_slice(whole, tmp_path / "part").data_hash == part.data_hash


def test_settings_are_the_least_that_an_entry_allows() -> None:
    entry = ModelEntry(
        "m", "a:b", "M", options={"set": ["a=1"], "k": 1}, smoke={"set": ["b=2"], "k": 2}
    )
    (least,) = smoke_entries([entry])
    assert least.options == {"set": ["a=1", "b=2"], "k": 2}
    (meldae,) = smoke_entries([default_registry().get("meldae")])
    assert meldae.options == {"preset": "nano", "set": ["training.epochs=1"]}


def test_a_smoke_result_reaches_no_table(tmp_path: Path, user_models: Path) -> None:
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)
    datasets = open_datasets(BenchConfig(), [tmp_path / "data"])[0]
    # The worst case: somebody gives the very folder of the real results.
    out = tmp_path / "results"
    settings = RunSettings(out=out, smoke=True)
    planned = plan(smoke_datasets(datasets, out), smoke_entries([user_entry("Quiet")]), settings)
    assert planned.jobs[0].smoke
    (result,) = run(planned, settings)
    assert (result.status, result.smoke) == ("ok", True)
    assert read_results(out) == []
    assert read_results(out, smoke=True) == [result]
    assert not any(row.jobs for row in read_leaderboard(out, draws=10).rows)
    assert not any(table.rows for table in read_leaderboard(out, draws=10).tables)
    assert Dataset.open(out / ".data" / "tiny").info["smoke"] is True
