"""The paper's experiments: every setting exists, results stand beside what is reported."""

import csv
import io
import json
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.built_in import default_registry
from benchmarks.cli import app
from benchmarks.results import JobError, JobKey, JobResult
from benchmarks.scoring import Score
from benchmarks.suites.files import to_csv, to_latex, to_markdown, write_suite
from benchmarks.suites.model import load_suite, suite_names
from benchmarks.suites.table import SuiteTable, make_table, read_curve
from meldae.losses import LOCATORS
from meldae.presets import get_config
from meldae.settings import apply_settings
from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.metrics.dialogue import DialogueCounts
from wdmd_tools.metrics.events import EventCounts

OF_MELDAE = [name for name in suite_names() if not load_suite(name).model]
OF_OTHERS = [name for name in suite_names() if load_suite(name).model]


@pytest.mark.parametrize("name", OF_OTHERS)
@pytest.mark.parametrize("preset", ["nano", "paper"])
def test_every_row_of_another_model_has_options_of_its_own(name: str, preset: str) -> None:
    suite = load_suite(name)
    entries = suite.entries(preset)
    assert suite.reference in [row.name for row in suite.rows]
    texts = {json.dumps(dict(entry.options), sort_keys=True) for entry in entries}
    assert len(texts) == len(entries)
    assert {entry.target for entry in entries} == {default_registry().get(suite.model).target}
    if suite.preset_option:
        assert {entry.options[suite.preset_option] for entry in entries} == {preset}
    with pytest.raises(ConfigError, match="--set"):
        suite.entries(preset, ["training.epochs=3"])


@pytest.mark.parametrize("name", OF_MELDAE)
@pytest.mark.parametrize("preset", ["nano", "paper"])
def test_every_row_is_a_configuration_of_its_own(name: str, preset: str) -> None:
    suite = load_suite(name)
    entries = suite.entries(preset, ["training.epochs=3"])
    assert suite.reference in [row.name for row in suite.rows]
    configs = [
        apply_settings(get_config(preset), entry.options["set"]).model_dump_json()
        for entry in entries
    ]
    assert len(set(configs)) == len(configs)
    assert all(json.loads(one)["training"]["epochs"] == 3 for one in configs)


def test_the_suites_cover_the_papers_tables() -> None:
    assert OF_MELDAE == ["ablation", "losses", "plus", "sensitivity"]
    assert [row.reported for row in load_suite("ablation").rows] == [
        31.74, 18.87, 26.13, 28.05, 25.20, 22.04, 27.19, 28.33,
    ]  # fmt: skip
    assert len(load_suite("sensitivity").rows) == 7
    losses = {row.settings[0].partition("=")[2] for row in load_suite("losses").rows}
    assert losses <= set(LOCATORS)
    with pytest.raises(UnknownNameError, match="did you mean 'ablation'"):
        load_suite("ablatoin")


def test_plus_holds_its_preset_and_reports_nothing(tmp_path: Path) -> None:
    suite = load_suite("plus")
    entries = {one.name: one for one in suite.entries("nano")}
    chosen = apply_settings(get_config("nano"), entries["injection"].options["set"])
    assert chosen == get_config("nano-plus")
    literal = apply_settings(get_config("nano"), entries["literal"].options["set"])
    assert literal.model.backbone == get_config("nano-rgb").model.backbone
    assert literal.training.epochs == 24
    table = make_table(suite, "lab", False, "nano", [], tmp_path, seeds=1)
    assert "reported on WDMD" not in to_markdown(table)


def result(name: str, hits: int, seed: int = 0, run: str = "") -> JobResult:
    counts = DialogueCounts(EventCounts(hits, 1, 8 - hits), EventCounts(hits, 1, 8 - hits))
    score = Score({f"r{i}": counts for i in range(4)}, ())
    return JobResult(
        job=JobKey(dataset="lab", protocol="holdout", model=name, seed=seed),
        job_hash="h", status="ok", display=name, score=score.to_json(), data_hash="d",
        facts={"parameters": 1200, "run": run}, seconds={"fit": 3.0},
    )  # fmt: skip


@pytest.fixture(name="table")
def make(tmp_path: Path) -> SuiteTable:
    for run, values in (("a", [0.1, None, 0.4]), ("b", [0.2, 0.3])):
        (tmp_path / run).mkdir()
        lines = [json.dumps({"epoch": i, "val_f1_dr": v}) for i, v in enumerate(values)]
        (tmp_path / run / "metrics.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    failed = JobResult(
        job=JobKey(dataset="lab", protocol="holdout", model="mse"), job_hash="h", status="failed",
        display="mse", error=JobError(kind="X", message="out of memory"), data_hash="d",
    )  # fmt: skip
    results = [result("bal", 6, run="a"), result("bce", 4, run="b"), result("iou", 6), failed]
    suite = load_suite("losses")
    return make_table(suite, "my_lab & co", True, "nano", results, tmp_path, seeds=1)


def test_a_table_keeps_reported_and_measured_apart(table: SuiteTable) -> None:
    lines = {line.name: line for line in table.lines}
    bal, bce, iou, mse = (lines[name] for name in ("bal", "bce", "iou", "mse"))
    # 6 of 8 found, 1 invented: F1 = 12 / (12 + 1 + 2) = 0.8 in both states; 4 of 8: 8 / 13
    assert bal.measured is not None
    assert bal.measured.value == pytest.approx(0.8)
    assert bal.difference is None
    # Per recording and state: 2 of 8 missed and 1 invented; 4 recordings, 2 states.
    assert bal.errors == 4 * 2 * 3
    assert mse.errors is None
    assert bce.difference is not None
    assert bce.difference.value == pytest.approx(8 / 13 - 0.8)
    assert iou.difference is not None
    assert iou.difference.value == pytest.approx(0)
    assert (mse.measured, mse.status) == (None, "out of memory")
    assert lines["mae"].status == "0 of 1 seeds"
    text = to_markdown(table)
    assert "SYNTHETIC" in text
    assert "| MSE | (out of memory) |" in text
    assert "| F1_DR, reported on WDMD |" in text
    rows = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert float(rows[0]["reported_f1_dr"]) == pytest.approx(0.32)
    assert float(rows[0]["f1_dr"]) == pytest.approx(0.8)
    assert rows[-2]["f1_dr"] == ""
    latex = to_latex(table)
    assert r"my\_lab \& co" in latex
    assert latex.count(r" \\") == 1 + len(table.lines)


def test_more_seeds_than_finished_is_blank() -> None:
    suite = load_suite("losses")
    table = make_table(suite, "lab", False, "nano", [result("bal", 6)], Path("absent"), seeds=2)
    assert table.lines[0].measured is None
    assert table.lines[0].status == "1 of 2 seeds"


def test_curves_come_from_the_runs(table: SuiteTable, tmp_path: Path) -> None:
    assert table.lines[0].curves == ((0.1, None, 0.4),)
    assert read_curve(tmp_path / "absent") == ()
    written = write_suite(table, tmp_path / "out")
    names = {path.name for path in written}
    assert names == {
        "losses.md", "losses.csv", "losses.tex", "losses.json", "losses.png", "losses_curves.png",
        "losses.html",
    }  # fmt: skip
    assert all(path.stat().st_size > 200 for path in written)
    page = (tmp_path / "out" / "losses.html").read_text(encoding="utf-8")
    assert 'src="losses.png"' in page
    assert 'src="losses_curves.png"' in page
    assert "my_lab &amp; co" in page
    assert "out of memory" in page
    assert "-18.5" in page  # 8 / 13 - 0.8
    assert "F1_DR, reported on WDMD" in page


def test_the_page_of_a_suite_that_nobody_reported_has_no_such_column(tmp_path: Path) -> None:
    table = make_table(load_suite("plus"), "lab", False, "nano", [], tmp_path, seeds=1)
    write_suite(table, tmp_path)
    assert "reported" not in (tmp_path / "plus.html").read_text(encoding="utf-8").split("<main")[1]


def test_the_command_plans_a_suite_apart_from_the_leaderboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24, with_crops=True)
    done = CliRunner().invoke(app, ["run", "--suite", "sensitivity", "--dry-run", "--json"])
    assert done.exit_code == 0, done.stderr
    models = [job["model"] for job in json.loads(done.stdout)["jobs"]]
    assert models == [row.name for row in load_suite("sensitivity").rows]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--suite", "ablatoin"], "did you mean 'ablation'"),
        (["--suite", "ablation", "--all"], "give one of"),
        (["--all", "--set", "training.epochs=1"], "--suite"),
    ],
)
def test_wrong_calls_are_one_line(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_dataset(tmp_path / "data", n_recordings=5, n_frames=24)
    done = CliRunner().invoke(app, ["run", *arguments])
    assert done.exit_code == 2
    assert says in done.stderr
