"""``--only-cache``: nothing runs, and what is not finished is blank."""

from dataclasses import replace
from pathlib import Path

from bench_models import execute, user_entry

from benchmarks.datasets import BenchDataset
from benchmarks.runs.cached import assemble
from benchmarks.runs.execute import run
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import Mode, RunSettings


def test_only_what_is_finished_is_shown(bench_data: list[BenchDataset], tmp_path: Path) -> None:
    settings = RunSettings(out=tmp_path / "results", workers=2)
    quiet, fails = user_entry("Quiet"), user_entry("Fails")
    (ok, failed) = sorted(
        execute(bench_data, [quiet, fails], settings), key=lambda one: one.status, reverse=True
    )
    before = {path: path.read_bytes() for path in settings.out.rglob("result.json")}
    cached = replace(settings, mode=Mode.ONLY_CACHE, seeds=2)
    changed = user_entry("Exits", p=0.3)
    planned = plan(bench_data, [quiet, fails, changed], cached)
    assert planned.jobs == ()
    assert [spec.key.seed for spec in planned.missing] == [1, 0, 1, 0, 1]
    assert run(planned, cached) == [ok]
    shown = {(one.job.model, one.job.seed): one for one in assemble(planned)}
    assert shown.pop(("quiet", 0)) == ok
    assert shown.pop(("fails", 0)) == failed
    for one in shown.values():
        assert one.error is not None
        assert (one.status, one.error.kind) == ("failed", "NotRun")
        assert one.error.message == "no finished result"
    # A result of other options is not this job's.
    (stale,) = assemble(plan(bench_data, [user_entry("Quiet", p=0.4)], replace(cached, seeds=1)))
    assert stale.error is not None
    assert stale.error.message == "its result is of other code, options or data"
    assert {path: path.read_bytes() for path in settings.out.rglob("result.json")} == before
