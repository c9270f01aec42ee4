"""Folders refused before the work, and commands that can be pasted."""

import shlex
from pathlib import Path

import pytest
from builders import tiny_dataset
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from wdmd_tools.cli import _register, app
from wdmd_tools.cli.paths import check_out_file, check_out_folder, typed
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import write_predictions

_register()


def test_a_file_or_the_dataset_itself_is_no_folder_to_write_to(tmp_path: Path) -> None:
    taken = tmp_path / "file.txt"
    taken.write_text("x")
    for out in (taken, taken / "below"):
        with pytest.raises(ConfigError, match="is a file"):
            check_out_folder(out)
    with pytest.raises(ConfigError, match="lies in the dataset"):
        check_out_folder(tmp_path / "data" / "x", data=tmp_path / "data")
    check_out_folder(None)
    check_out_folder(tmp_path / "new" / "deep", data=tmp_path / "data")


def test_a_folder_is_no_file_to_write_to(tmp_path: Path) -> None:
    taken = tmp_path / "file.txt"
    taken.write_text("x")
    with pytest.raises(ConfigError, match=r"--eaf .*: is a folder, expected a file"):
        check_out_file(tmp_path, option="--eaf")
    with pytest.raises(ConfigError, match="is a file, expected a folder"):
        check_out_file(taken / "below.eaf", option="--eaf")
    check_out_file(None, option="--eaf")
    check_out_file(taken, option="--eaf")
    check_out_file(tmp_path / "new" / "deep.eaf", option="--eaf")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1, max_size=4))
def test_typed_words_come_back_from_a_shell(words: list[str]) -> None:
    assert shlex.split(typed(*words)) == words


def test_spaces_get_quotes_that_windows_knows_too() -> None:
    assert typed("--elan", "my demo/änn") == '--elan "my demo/änn"'
    assert typed("--elan", "a$b c") == "--elan 'a$b c'"


@pytest.fixture(name="data", scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tmp_path_factory.mktemp("paths") / "data"
    tiny_dataset(root, n_recordings=5)
    return root


def call(*arguments: object):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("agreement", "DATA", "--out", "FILE"), "is a file"),
        (("stats", "DATA", "--out", "FILE"), "is a file"),
        (("agreement", "DATA", "--draws", "99999999999"), "1000000"),
        (("agreement", "DATA", "--tolerance", "99999999999999999999"), "100000"),
        (("agreement", "DATA", "--fail-under", "alpha=nan"), "alpha=nan"),
        (("agreement", "DATA", "--fail-under", ""), "KEY=NUMBER"),
        (("agreement", "DATA", "--fail-under", "alpha=0.8,alpha_speaking=0.1"), "occurs twice"),
        (("agreement", "DATA", "--videos", "FILE"), "give --out too"),
        (("agreement", "DATA", "--videos", "nope", "--out", "o"), "no such file"),
        (("split", "DATA", "--name", "h", "--holdout", "nan,1,1"), "--holdout nan,1,1"),
        (("split", "DATA", "--name", "h", "--holdout", "1e308,1e308,1"), "--holdout"),
        (("split", "DATA", "--name", "h", "--holdout", "60,15,26"), "add up to 101"),
        (("split", "DATA", "--name", "CON", "--folds", "2"), "CON"),
        (("review", "DATA", "--predictions", "p", "--out", "o", "--reviewer", "a/b"), "--reviewer"),
        (("split", "DATA", "--name", "h"), "to make it, give --folds"),
        (("split", "DATA", "--name", "h", "--folds", "2", "--plot", "x.bmp"), ".bmp"),
    ],
)
def test_wrong_calls_end_before_anything_is_written(
    data: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    taken = tmp_path / "file.txt"
    taken.write_text("x")
    words = {"DATA": str(data), "FILE": str(taken)}
    done = call(*(words.get(one, one) for one in arguments))
    assert done.exit_code == 2, done.output
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (data / "splits" / "h.json").exists()


def test_shares_of_one_are_as_good_as_per_cent(data: Path) -> None:
    one = call("split", data, "--name", "ones", "--holdout", "0.6,0.2,0.2", "--json")
    hundred = call("split", data, "--name", "hundreds", "--holdout", "60,20,20", "--json")
    assert one.exit_code == hundred.exit_code == 0
    assert one.stdout.replace("ones", "hundreds") == hundred.stdout


def test_a_review_never_lands_in_the_dataset(data: Path, tmp_path: Path) -> None:
    predictions = tmp_path / "p"
    write_predictions(predictions, [])
    done = call("review", data, "--predictions", predictions, "--out", data)
    assert done.exit_code == 2
    assert "lies in the dataset" in done.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    done = call("review", data, "--predictions", predictions, "--out", tmp_path / "r",
                "--videos", empty)  # fmt: skip
    assert done.exit_code == 2
    assert "empty" in done.stderr


def test_the_version_is_printed() -> None:
    done = call("--version")
    assert done.exit_code == 0
    assert done.stdout.startswith("wdmd ")


def test_a_missing_folder_is_told_from_one_without_a_dataset(tmp_path: Path) -> None:
    assert "no such folder" in call("stats", tmp_path / "nope").stderr
    assert "no dataset here" in call("stats", tmp_path).stderr


def test_undefined_figures_are_grouped(tmp_path: Path) -> None:
    dataset: Dataset = tiny_dataset(tmp_path / "d", n_recordings=5, mes_per_clip=0)
    done = call("agreement", dataset.root, "--draws", 0)
    assert done.exit_code == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "ME IoU, match rate and F1 of all pairs." in text
