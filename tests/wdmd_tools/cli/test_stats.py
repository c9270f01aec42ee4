import json

import typer
from builders import tiny_dataset
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.stats import stats
from wdmd_tools.stats_csv import FILES

app = typer.Typer()
app.command()(friendly(stats))


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_tables_json_and_pictures(tmp_path):
    tiny_dataset(tmp_path / "data")
    shown = run(tmp_path / "data")
    assert shown.exit_code == 0
    assert "MEs by state" in shown.stdout
    result = run(tmp_path / "data", "--json", "--out", tmp_path / "stats")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["counts"]["clips"] == 12
    assert document == json.loads((tmp_path / "stats/stats.json").read_text())
    names = {path.name for path in (tmp_path / "stats").iterdir()}
    assert names == {
        "stats.json",
        "stats.md",
        "states.png",
        "states.svg",
        *FILES,
        "durations.png",
        "durations.svg",
    }


def test_no_dataset_is_one_line_with_the_cure(tmp_path):
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 3
    assert "wdmd build" in result.stderr
    assert not result.stdout


def test_a_damaged_table_is_named(tmp_path):
    tiny_dataset(tmp_path)
    (tmp_path / "segments.parquet").write_bytes(b"PAR1 nonsense PAR1")
    result = run(tmp_path)
    assert result.exit_code == 3
    assert "segments.parquet" in result.stderr
