"""Models of other packages: a fake distribution on sys.path."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.built_in import default_registry
from benchmarks.models.base import Spotter
from benchmarks.plugins import plugin_entries
from wdmd_tools.errors import ConfigError

SPOTTER = """
from benchmarks.models.base import Spotter
class Mine(Spotter):
    def fit(self, dataset, context): pass
    def predict(self, dataset, split): return []
"""
Install = Callable[..., None]


@pytest.fixture(name="install")
def make_installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package with entry points and modules into a folder of its own on sys.path."""

    def install(package: str, points: dict[str, str], **modules: str) -> None:
        root = tmp_path / package
        info = root / f"{package.replace('-', '_')}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (info / "entry_points.txt").write_text("\n".join(["[benchmarks.models]", *lines, ""]))
        for name, text in modules.items():
            (root / f"{name}.py").write_text(text)
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.syspath_prepend(str(root))

    return install


def test_an_installed_package_adds_a_model(install: Install) -> None:
    install("their-spotter", {"theirs": "their_spotter:Mine"}, their_spotter=SPOTTER)
    entry = default_registry().get("theirs")
    assert (entry.group, entry.note) == ("user", "From the package their-spotter.")
    assert entry.sources == ("their_spotter",)
    assert issubclass(entry.load(), Spotter)


def test_its_code_decides_whether_a_job_is_run_again(install: Install, tmp_path: Path) -> None:
    install("other-spotter", {"others": "other_spotter:Mine"}, other_spotter=SPOTTER)
    entry = default_registry().get("others")
    before = entry.code_digest()
    (tmp_path / "other-spotter" / "other_spotter.py").write_text(SPOTTER + "\nX = 1\n")
    assert entry.code_digest() != before


def test_a_taken_name_gets_the_package_before_it(install: Install) -> None:
    install("aaa-clash", {"never": "clash_a:Mine"}, clash_a=SPOTTER)
    install("bbb-clash", {"never": "clash_b:Mine"}, clash_b=SPOTTER)
    registry = default_registry()
    assert registry.get("never").target == "benchmarks.models.trivial:Never"
    assert registry.get("aaa-clash.never").target == "clash_a:Mine"
    assert registry.get("bbb-clash.never").target == "clash_b:Mine"
    assert "calls it 'never'; that name was taken" in registry.get("aaa-clash.never").note


def test_a_name_that_is_no_folder_is_made_one(install: Install) -> None:
    install("ccc-odd", {"../evil name": "odd:Mine"}, odd=SPOTTER)
    (entry,) = (one for one in plugin_entries(()) if one.target == "odd:Mine")
    assert entry.name == "ccc-odd...-evil-name"
    assert "cannot be a folder's" in entry.note
    assert issubclass(entry.load(), Spotter)


@pytest.mark.parametrize(
    ("value", "modules", "message"),
    [
        ("gone_module:Mine", {}, "its module 'gone_module' is not there; install broken again"),
        ("no_object", {}, "'no_object' is not of the form 'module:object'; ask its authors"),
        ("boom:Mine", {"boom": "1 / 0"}, "cannot be imported: ZeroDivisionError"),
        ("needy:Mine", {"needy": "import not_there_at_all"}, "No module named 'not_there_at_all'"),
        ("empty:Mine", {"empty": ""}, "empty has no 'Mine'"),
        ("plain:Mine", {"plain": "Mine = 3"}, "is not a subclass of"),
    ],
)
def test_a_broken_one_is_a_row_and_an_error_when_it_is_run(
    install: Install, value: str, modules: dict[str, str], message: str
) -> None:
    install("broken", {"broken-one": value}, **modules)
    registry = default_registry()
    assert "never" in registry
    with pytest.raises(ConfigError, match=message):
        registry.get("broken-one").load()
    registry.get("broken-one").code_digest()
