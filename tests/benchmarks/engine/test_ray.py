"""A Ray cluster: the results of a local run, also when workers die; and what users get wrong."""

import sys
from pathlib import Path

import pytest
from bench_models import user_entry

from benchmarks.built_in import default_registry
from benchmarks.datasets import BenchDataset
from benchmarks.engine.choose import choose_engine
from benchmarks.engine.local import LocalEngine
from benchmarks.results import JobResult
from benchmarks.runs.execute import run
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import RunSettings
from wdmd_tools.errors import ConfigError, MissingDependencyError, UnknownNameError


def what_counts(results: list[JobResult]) -> dict[str, object]:
    return {str(one.job): (one.status, one.job_hash, one.score, one.facts) for one in results}


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_two_machines_give_the_results_of_one_and_a_lost_job_is_tried_once_more(
    bench_data: list[BenchDataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_ADDRESS", "")
    monkeypatch.chdir(tmp_path)
    models = [default_registry().get("random"), user_entry("Quiet"), user_entry("Fails")]
    mortal = user_entry("LosesItsWorker", times=1)
    doomed = user_entry("AlwaysLosesItsWorker", times=2)
    local, there = RunSettings(out=Path("local")), RunSettings(out=Path("ray"))
    expected = run(plan(bench_data, models, local), local, engine=LocalEngine(2))
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    try:
        cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        planned = plan(bench_data, [*models, mortal, doomed], there)
        too_much = choose_engine("ray", 1, cluster.address, 0.5)
        with pytest.raises(ConfigError, match="no machine of the cluster has more than 0 GPUs"):
            run(planned, there, engine=too_much)
        results = run(planned, there, engine=choose_engine("ray", 1, cluster.address))
    finally:
        ray.shutdown()
        cluster.shutdown()
    by_name = {one.job.model: one for one in results}
    survived = by_name.pop("losesitsworker")
    assert survived.status == "ok"
    assert (survived.job.folder(there.out) / "runs.txt").read_text() == "xx"
    lost = by_name.pop("alwayslosesitsworker")
    assert lost.error is not None
    assert "its worker on the Ray cluster was lost 2 times" in lost.error.message
    assert what_counts(list(by_name.values())) == what_counts(expected)
    for one in by_name.values():
        ours, theirs = (one.job.folder(place.out) for place in (local, there))
        tables = sorted(path.name for path in ours.glob("*.parquet"))
        assert len(tables) == (3 if one.status == "ok" else 0)
        for name in tables:
            assert (ours / name).read_bytes() == (theirs / name).read_bytes()
    assert not list(Path("ray/.cache").glob("token-*"))


def test_without_ray_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'wdmd-meldae\[ray\]'"):
        choose_engine("ray")


def test_options_that_do_not_fit() -> None:
    with pytest.raises(ConfigError, match="--address: only with --engine ray"):
        choose_engine("local", 2, "auto")
    with pytest.raises(ConfigError, match="--gpus-per-job: only with --engine ray"):
        choose_engine("local", 2, gpus_per_job=1)
    with pytest.raises(ConfigError, match="--cpus-per-job: only with --engine ray"):
        choose_engine("local", 2, cpus_per_job=2)
    with pytest.raises(UnknownNameError, match="did you mean 'ray'"):
        choose_engine("rai", 2)
