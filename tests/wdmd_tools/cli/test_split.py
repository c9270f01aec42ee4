"""`wdmd split` as it is typed."""

import json
from pathlib import Path

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner, Result

from wdmd_tools.cli import _register, app

_register()


def wdmd(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["split", *map(str, arguments)])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_dataset(tmp_path_factory.mktemp("data"), n_recordings=6).root


def test_make_show_and_list(data: Path, tmp_path: Path) -> None:
    picture = tmp_path / "split.png"
    made = wdmd(data, "--name", "k3", "--folds", 3, "--plot", picture)
    assert made.exit_code == 0, made.output
    assert "test" in made.stdout
    assert picture.stat().st_size > 5000
    shown = json.loads(wdmd(data, "--name", "k3", "--json").stdout)
    assert [part["part"] for part in shown["parts"][:3]] == ["train", "val", "test"]
    assert wdmd(data, "--name", "loso", "--loso", "--by", "source").exit_code == 0
    listed = json.loads(wdmd(data, "--list", "--json").stdout)["splits"]
    assert [(one["split"], one["folds"], one["usable"]) for one in listed] == [
        ("k3", "3", "yes"),
        ("loso", "6", "yes"),
    ]
    again = wdmd(data, "--name", "k3", "--holdout", "60,20,20")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert wdmd(data, "--name", "k3", "--holdout", "60,20,20", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "--name"),
        (("--name", "a", "--folds", 3, "--loso"), 2, "--folds and --loso: choose one"),
        (("--name", "a", "--by", "film", "--loso"), 2, "known: source, subject"),
        (("--name", "a", "--holdout", "60"), 2, "e.g. 60,15,25"),
        (("--name", "a", "--folds", 9), 2, "too few for 9 folds"),
        (("--name", "nothing"), 2, "no split 'nothing' here"),
        (("--name", "a", "--from", "nowhere.csv"), 2, "nowhere.csv"),
    ],
)
def test_mistakes_end_in_one_line(
    data: Path, arguments: tuple[object, ...], code: int, says: str
) -> None:
    result = wdmd(data, *arguments)
    assert result.exit_code == code, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output
