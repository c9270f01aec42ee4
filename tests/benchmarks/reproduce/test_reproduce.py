"""A folder of results, its manifest, and the same jobs once more: identical, different, resumed."""

import json
import os
from pathlib import Path

import pytest
from bench_models import install_user_models
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.results import read_result
from benchmarks.runs.manifest import hashes_of, read_manifest

RUNNER = CliRunner()
BENCH = """
datasets:
  lab: { path: data }
models:
  quiet: { target: "bench_test_models:Quiet", options: { p: 0.25 } }
  fails: { target: "bench_test_models:Fails" }
  moody: { target: "bench_test_models:Moody" }
"""


def run_models(models: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Results of some models in ``results``; the exit code."""
    monkeypatch.chdir(tmp_path)
    install_user_models(tmp_path / "code", monkeypatch)
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)
    Path("bench.yaml").write_text(BENCH)
    words = ["run", "--models", models, "--jobs", "2", "--json"]
    monkeypatch.setattr("sys.argv", ["/somewhere/bench", *words])
    return RUNNER.invoke(app, words).exit_code


def test_a_manifest_proves_and_reproduces_its_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = "3"  # not what the second run would choose
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert run_models("random,quiet,fails,moody", tmp_path, monkeypatch) == 4
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    manifest = read_manifest(Path("results"))
    by_model = {one.job.model: one for one in manifest.jobs}
    assert set(by_model) == {"random", "quiet", "fails", "moody"}
    assert manifest.seeds == (0,)
    assert manifest.protocols == ("holdout@1",)
    assert manifest.commands[-1].words[:2] == ("bench", "run")
    assert manifest.commands[-1].code["versions"]["numpy"]
    assert manifest.commands[-1].hardware["cores"] >= 1
    quiet = by_model["quiet"]
    assert quiet.settings is not None
    assert quiet.settings["options"] == {"p": 0.25}
    assert quiet.settings["frames"]["test"] > 0
    assert not {"out", "cache", "runs"} & set(quiet.settings)
    files = hashes_of(quiet.job.folder(Path("results")))
    assert quiet.files == files
    assert len(files) == 4
    assert by_model["fails"].error == "no luck"
    (record,) = [one for one in manifest.datasets if not one.missing]
    assert len(record.data_hash) == 64

    # Elsewhere, with the data in another place, and a model in another mood.
    Path("data").rename("moved")
    monkeypatch.setenv("BENCH_TEST_MOOD", "0.25")
    words = ["reproduce", "results/manifest.json", "--data", "moved", "--out", "again"]
    done = RUNNER.invoke(app, [*words, "--jobs", "2", "--json"])
    assert done.exit_code == 4
    assert "4 jobs to run, 0 already done" in done.stderr
    assert "1 of 4 jobs did not come out the same, the first is moody on lab" in done.stderr
    said = json.loads(done.stdout)
    jobs = {one["model"]: one for one in said["jobs"]}
    assert {name: one["verdict"] for name, one in jobs.items()} == {
        "random": "identical",
        "quiet": "identical",
        "fails": "failed both times",
        "moody": "different",
    }
    assert jobs["moody"]["difference"]["score"] == pytest.approx(0.25)
    assert json.loads(Path("again/reproduction.json").read_text()) == said

    # Somebody else's predictions are no job to run again.
    told = json.loads(Path("results/manifest.json").read_text())
    for one in told["jobs"]:
        one["submitted"] = one["job"]["model"] == "fails"
    Path("results/manifest.json").write_text(json.dumps(told))

    # Once more: what is finished stays, what failed or is missing is run.
    (quiet.job.folder(Path("again")) / "result.json").unlink()
    monkeypatch.setenv("BENCH_TEST_MOOD", "0")
    done = RUNNER.invoke(app, [*words, "--tolerance", "0.3"])
    assert "1 jobs to run, 2 already done" in done.stderr
    assert done.exit_code == 0, done.stderr
    assert "reproduced" in done.stdout
    again = read_result(quiet.job.folder(Path("again")) / "result.json")
    assert again is not None
    assert again.hardware["threads"] == quiet.hardware["threads"] == int(threads)
    said = json.loads(Path("again/reproduction.json").read_text())
    assert said["verdicts"] == {
        "identical": 2,
        "within tolerance": 1,
        "submitted, not rerun": 1,
    }


def test_what_is_not_as_it_was_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_models("random,quiet", tmp_path, monkeypatch) == 0
    # The predictions were tampered with, the data are others, and the file is about other versions.
    manifest = json.loads(Path("results/manifest.json").read_text())
    job = next(one for one in manifest["jobs"] if one["job"]["model"] == "random")
    job["code"]["versions"]["numpy"] = "0.9"
    job["code"]["commit"] = "f" * 40
    job["hardware"]["processor"] = "abacus"
    Path("results/manifest.json").write_text(json.dumps(manifest))
    random = Path("results/lab/holdout/random/fold0-seed0")
    os.truncate(random / "frame_scores.parquet", 10)
    (random / "clip_scores.parquet").unlink()
    module = Path("code/bench_test_models.py")
    module.write_text(module.read_text() + "\n# changed\n")
    done = RUNNER.invoke(app, ["reproduce", "results", "--check", "--json"])
    assert done.exit_code == 4
    said = {(one["what"], one["text"]) for one in json.loads(done.stdout)["differences"]}
    kinds = {what for what, _ in said}
    assert {"commit", "version", "machine", "files", "code"} <= kinds
    texts = "\n".join(text for _, text in said)
    assert "1 job was run at commit ffff" in texts
    assert "numpy: 0.9 (1 job was run with it), here " in texts
    assert "processor: abacus (1 job was run there), here " in texts
    assert "random on lab (holdout, fold 0, seed 0): clip_scores.parquet is gone" in texts
    assert "frame_scores.parquet was changed after the manifest was written" in texts
    assert "quiet: the model's code is not the same" in texts
    assert not Path("reproduced").exists()

    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True, seed=7)
    done = RUNNER.invoke(app, ["reproduce", "results", "--out", "again"])
    assert done.exit_code == 4
    assert "data: data: other data than those of the manifest" in done.stderr
    assert "0 jobs to run" in done.stderr
    assert "2 of 2 jobs did not come out the same" in done.stderr


def test_other_surroundings_are_no_other_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_models("quiet", tmp_path, monkeypatch) == 0
    manifest = json.loads(Path("results/manifest.json").read_text())
    manifest["jobs"][0]["code"] |= {"commit": "f" * 40, "dirty": True}
    manifest["jobs"][0]["hardware"]["processor"] = "abacus"
    Path("results/manifest.json").write_text(json.dumps(manifest))
    words = ["reproduce", "results", "--check", "--json"]
    done = RUNNER.invoke(app, words)
    assert done.exit_code == 0, done.stdout + done.stderr
    told = {one["what"]: one["decides"] for one in json.loads(done.stdout)["differences"]}
    assert told.keys() >= {"commit", "changes", "machine"}
    assert set(told.values()) == {False}
    strict = RUNNER.invoke(app, [*words, "--strict"])
    assert strict.exit_code == 4
    assert strict.stdout == done.stdout

    (next(Path("results").rglob("predictions.parquet"))).unlink()
    done = RUNNER.invoke(app, words)
    assert done.exit_code == 4
    assert "1 things are not as they were" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["empty.json", "--strict"], 2, "--strict: goes with --check"),
        (["typo.json"], 3, "typo.json: no such file"),
        (["damaged.json"], 3, "damaged.json: damaged"),
        (["other.json"], 3, "other.json: no manifest of version 1 (it says '9')"),
        (["empty.json"], 3, "empty.json: it has no jobs"),
        (["empty.json", "--data", "typo"], 2, "--data typo: no such folder"),
        (["empty.json", "--time-limit", "soon"], 2, "--time-limit soon: expected a duration"),
    ],
)
def test_wrong_calls_end_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("damaged.json").write_text('{"version": "1"')
    Path("other.json").write_text('{"version": "9"}')
    empty = {"seeds": [], "protocols": [], "commands": [], "datasets": [], "jobs": []}
    Path("empty.json").write_text(json.dumps({"version": "1", **empty}))
    done = RUNNER.invoke(app, ["reproduce", *arguments])
    assert done.exit_code == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_results_are_not_checked_against_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    job = {
        "job": {"dataset": "d", "protocol": "holdout", "model": "m"},
        "status": "ok",
        "settings": None,
        "files": {},
        "code": {},
        "hardware": {},
    }
    empty = {"seeds": [0], "protocols": [], "commands": [], "datasets": [], "jobs": [job]}
    Path("manifest.json").write_text(json.dumps({"version": "1", **empty}))
    done = RUNNER.invoke(app, ["reproduce", "manifest.json", "--out", "."])
    assert done.exit_code == 2
    assert "--out .: the results to be checked are there" in done.stderr
    done = RUNNER.invoke(app, ["reproduce", "manifest.json"])
    assert done.exit_code == 4
    assert "its settings were lost (job.json)" in done.stderr
