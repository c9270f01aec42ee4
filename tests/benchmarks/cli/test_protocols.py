"""`bench protocols`, and the options of `bench run` that are about several datasets."""

import json
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from benchmarks.adaptation import with_adaptation
from benchmarks.built_in import default_registry
from benchmarks.cli import app
from benchmarks.protocols import PROTOCOLS, protocol_info
from wdmd_tools.errors import ConfigError, UnknownNameError


def test_protocols_are_listed_by_name_and_version() -> None:
    said = CliRunner().invoke(app, ["protocols"]).output
    assert all(one.id in said for one in PROTOCOLS)
    rows = json.loads(CliRunner().invoke(app, ["protocols", "--json"]).output)["protocols"]
    assert [row["name"] for row in rows if row["shows_target"]] == ["cross-dataset"]
    assert len({row["name"] for row in rows}) == len(rows)
    with pytest.raises(UnknownNameError, match="did you mean 'loso'"):
        protocol_info("losso")


def test_the_docs_name_every_protocol() -> None:
    page = (Path(__file__).parents[3] / "docs" / "protocols.md").read_text(encoding="utf-8")
    assert all(f"`{one.id}`" in page for one in PROTOCOLS)


def test_rows_that_adapt_follow_their_model() -> None:
    registry = default_registry()
    models = [registry.get("random"), registry.get("meldae")]
    rows = with_adaptation(models, ["normalise", "self-train", "normalise"])
    assert [row.name for row in rows] == [
        "random", "meldae", "meldae-normalise", "meldae-self-train",
    ]  # fmt: skip
    assert rows[2].options == {"preset": "nano", "adapt": "normalise"}
    with pytest.raises(ConfigError, match="none of these models"):
        with_adaptation(models[:1], ["normalise"])
    with pytest.raises(ConfigError, match="by commas"):
        with_adaptation(models, [""])
    with pytest.raises(UnknownNameError, match="did you mean 'normalise'"):
        with_adaptation(models, ["self-train", "nomalise"])


def test_across_datasets_from_the_command_line(tmp_path: Path) -> None:
    for name in "ab":
        tiny_dataset(
            tmp_path / name, with_crops=True, n_recordings=3, clips_per_recording=1, seed=ord(name)
        )
    more = ["--out", str(tmp_path / "results"), "--leaderboard", str(tmp_path / "board"), "--json"]
    across = ["--train-data", str(tmp_path / "a"), "--data", str(tmp_path / "b")]
    done = CliRunner().invoke(app, ["run", "--models", "never", *across, *more])
    assert done.exit_code == 0, done.output
    (path,) = (tmp_path / "results").glob("a-to-b/cross-dataset/never/*/result.json")
    result = json.loads(path.read_text())
    assert (result["protocol"]["name"], result["protocol"]["adaptation"]) == ("cross-dataset", None)
    again = CliRunner().invoke(app, ["run", "--models", "never", *across, *more, "--dry-run"])
    assert json.loads(again.stdout)["jobs"] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--adapt", "normalise"], "--adapt: goes with --train-data"),
        (["--train-data", "nowhere"], "--train-data"),
        (["--train-data", "{b}"], "is --data too; leave it out"),
        (["--protocol", "composite"], "at least twice"),
    ],
)
def test_options_that_lack_their_data_are_refused(
    tmp_path: Path, options: list[str], message: str
) -> None:
    tiny_dataset(tmp_path / "b", with_crops=True, n_recordings=3, clips_per_recording=1)
    given = [word.format(b=tmp_path / "b") for word in options]
    done = CliRunner().invoke(
        app, ["run", "--models", "never", "--data", str(tmp_path / "b"), *given]
    )
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())


def test_a_composite_from_the_command_line(tmp_path: Path) -> None:
    """Two subjects in each of two datasets, so four folds; each tests one of four recordings."""
    for name in "ab":
        tiny_dataset(
            tmp_path / name, with_crops=True, n_recordings=2, clips_per_recording=1, seed=ord(name)
        )
    data = [part for name in "ab" for part in ("--data", str(tmp_path / name))]
    more = ["--out", str(tmp_path / "results"), "--leaderboard", str(tmp_path / "board"), "--json"]
    done = CliRunner().invoke(
        app, ["run", "--models", "never", "--protocol", "composite", *data, *more]
    )
    assert done.exit_code == 0, done.output
    paths = sorted((tmp_path / "results").glob("a-and-b/composite/never/*/result.json"))
    assert len(paths) == 4
    results = [json.loads(path.read_text()) for path in paths]
    assert {one["protocol"]["fold"] for one in results} == {
        f"{name}.s{number}" for name in "ab" for number in range(2)
    }
    assert all(len(one["score"]["events"]) == 1 for one in results)
