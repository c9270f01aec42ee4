import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.built_in import BUILT_IN, default_registry
from benchmarks.cards import GRADES, ModelCard, built_in_card, read_card
from benchmarks.cards.pages import all_pages, write_pages
from benchmarks.cards.read import FOLDER
from benchmarks.cards.text import card_lines, card_page, index_page
from benchmarks.cli import app
from benchmarks.registry import ModelEntry
from wdmd_tools.errors import ConfigError

RUNNER = CliRunner()
PAGES = Path(__file__).parents[3] / "docs" / "models"
MINIMAL = (
    'summary = "s"\nsource = "x"\ntask = "none"\ngrade = "D"\nsees = "nothing"\nlicence = "ours"\n'
)


def test_every_built_in_model_has_a_card() -> None:
    assert [entry.name for entry in default_registry() if entry.card is None] == []


def test_no_card_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == {entry.name for entry in BUILT_IN}


def test_what_claims_a_source_names_its_deviations() -> None:
    """Grades B and C say by their definition that something is ours; the card must say what."""
    for entry in default_registry():
        assert entry.card is not None
        if entry.card.grade in "BC":
            assert entry.card.deviations, entry.name
        if entry.card.grade != "D":
            assert entry.card.task != "none", entry.name


def test_the_pages_are_those_of_the_cards() -> None:
    """After a change of a card: python -m benchmarks.cards docs/models."""
    assert {
        path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")
    } == all_pages()


def test_pages_of_models_that_are_gone_are_removed(tmp_path: Path) -> None:
    write_pages(tmp_path)
    (tmp_path / "never.md").rename(tmp_path / "gone.md")
    (tmp_path / "mine.md").write_text("# Written by hand\n")
    written = write_pages(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written} | {
        "mine.md"
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("summary = ", "not valid TOML"),
        (MINIMAL.replace('"D"', '"E"'), "grade"),
        (MINIMAL + "grad = 1\n", "grad: no such key; did you mean .grade"),
        (MINIMAL.replace('licence = "ours"\n', ""), "licence: is missing"),
        (MINIMAL + "[speed]\nfit_seconds = -1.0\n", "speed"),
    ],
)
def test_a_wrong_card_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "card.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        read_card(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_card_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: no such file"):
        read_card(tmp_path / "none.toml")
    assert built_in_card("no-such-model") is None


def card(**changes: object) -> ModelCard:
    values = {
        "summary": "It guesses.",
        "source": "Nobody | 2020",
        "task": "spotting",
        "grade": "B",
        "sees": "Crops",
        "licence": "MIT",
    }
    return ModelCard.model_validate(values | changes)


def test_a_page_says_what_is_known_and_what_is_not() -> None:
    entry = ModelEntry("mine", "a:B", "Mine", card=card(deviations=("smaller",)))
    page = card_page(entry)
    assert "# Mine" in page
    assert f"| Fidelity | B: {GRADES['B']} |" in page
    assert r"Nobody \| 2020" in page
    assert "| Speed | not measured |" in page
    assert "| Parameters | depends on the data |" in page
    assert "## Where it differs from its source\n\n- smaller" in page
    assert "Read with care" not in page
    assert "[`mine`](mine.md) | Mine | B |" in index_page([entry, ModelEntry("other", "a:B", "O")])


def test_a_measured_speed_stands_with_its_command() -> None:
    speed = {
        "fit_seconds": 77.1,
        "frames_per_second": 1350.0,
        "features": "computed",
        "machine": "two cores",
        "data": "240 clips",
        "command": "bench run --models mine",
    }
    page = card_page(ModelEntry("mine", "a:B", "Mine", card=card(speed=speed, parameters=8852)))
    assert (
        "fitted in 77 s, then 1,350 frames/s, features computed "
        "(240 clips; two cores; bench run --models mine)" in page
    )
    assert "| Parameters | 8,852 |" in page


def test_without_a_card_there_is_no_page() -> None:
    with pytest.raises(ValueError, match="'mine' has none"):
        card_page(ModelEntry("mine", "a:B", "Mine"))
    assert card_lines(ModelEntry("mine", "a:B", "Mine")) == ["mine: Mine", "  no card"]


def test_list_prints_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, ["list", "lbp-top", "never"])
    assert done.exit_code == 0
    assert done.stdout.startswith("lbp-top: LBP-TOP + linear SVM\n")
    assert "TPAMI 2007" in done.stdout
    assert "\nnever: never\n" in done.stdout
    every = json.loads(RUNNER.invoke(app, ["list", "--cards", "--json"]).stdout)["models"]
    assert [one["name"] for one in every] == [entry.name for entry in default_registry()]
    assert all(one["card"]["grade"] in GRADES for one in every)


def test_list_names_the_closest_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, ["list", "lbp-tpo"])
    assert done.exit_code == 2
    assert "did you mean 'lbp-top'?" in done.stderr
