"""Every metric has a card, every card says what it must, and its example is what the code computes."""

import doctest
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wdmd_tools.errors import UnknownNameError
from wdmd_tools.metrics.catalogue import CATALOGUE, Direction, markdown_table, metric

ROOT = Path(__file__).parents[3]
CARDS = ROOT / "docs" / "metrics"
PARTS = (
    "Definition",
    "Matching",
    "Range",
    "Undefined",
    "Worked example",
    "Oracle",
    "Source",
    "Traps",
    "Code",
)
pages = sorted({entry.card for entry in CATALOGUE})


@pytest.mark.parametrize("page", pages)
def test_a_card_has_every_part(page: str) -> None:
    text = (CARDS / f"{page}.md").read_text(encoding="utf-8")
    missing = [part for part in PARTS if f"**{part}.**" not in text]
    assert not missing
    assert f"metrics/{page}.md" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_an_entry_is_on_its_card_and_in_its_module(entry: object) -> None:
    entry = metric(entry.name)  # type: ignore[attr-defined]
    text = (CARDS / f"{entry.card}.md").read_text(encoding="utf-8")
    assert f"`{entry.name}`" in text
    importlib.import_module(entry.module)
    assert entry.module.rpartition(".")[2] in text.partition("**Code.**")[2]
    assert entry.direction in Direction
    assert entry.undefined


@pytest.mark.parametrize("page", pages)
def test_the_worked_example_is_computed(page: str) -> None:
    text = (CARDS / f"{page}.md").read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), {}, page, page, 0
    )
    assert examples.examples
    said: list[str] = []
    result = doctest.DocTestRunner().run(examples, out=said.append)
    assert result.failed == 0, "".join(said)


def test_names_are_distinct_and_looked_up() -> None:
    assert len({entry.name for entry in CATALOGUE}) == len(CATALOGUE)
    assert metric("map").module == "wdmd_tools.metrics.detection"
    with pytest.raises(UnknownNameError, match="did you mean 'strs'"):
        metric("sttrs")


def test_table_has_a_row_for_each() -> None:
    lines = markdown_table().splitlines()
    assert len(lines) == 2 + len(CATALOGUE)
    assert "| [`onset_mae_ms`](boundary-error.md) |" in markdown_table()
    assert all(line.count("|") == 5 for line in lines)


def test_every_module_is_described_and_light() -> None:
    """Importing all metrics, and ranking, loads neither SciPy nor anything heavier."""
    modules = sorted({entry.module for entry in CATALOGUE} | {"wdmd_tools.metrics.bootstrap"})
    code = (
        f"import sys, json, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
        "from wdmd_tools.metrics.clips import auroc\nassert auroc([0.1, 0.9], [False, True]) == 1.0\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"scipy", "sklearn", "torch", "pyarrow", "matplotlib"}
