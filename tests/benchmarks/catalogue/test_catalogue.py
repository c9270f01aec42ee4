import re
import shlex
from pathlib import Path

import pytest

from benchmarks.catalogue.model import quoted
from benchmarks.catalogue.read import FOLDER, find_known, known_datasets, read_entry
from wdmd_tools.errors import ConfigError
from wdmd_tools.importers import READERS


def test_the_issues_datasets_are_there_in_the_papers_order() -> None:
    assert list(known_datasets()) == [
        *("wdmd", "casme2sq", "samm", "mmew", "casme3", "samm-lv", "smic", "casme2")
    ]
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(known_datasets())


def test_no_name_or_alias_is_taken_twice() -> None:
    names = [name for one in known_datasets().values() for name in (one.name, *one.aliases)]
    assert len(names) == len(set(names))
    for one in known_datasets().values():
        assert all(find_known(name) is one for name in (one.name, *one.aliases))
    assert find_known("my-lab") is None


def test_counts_are_those_of_the_releases() -> None:
    found = {name: one.counts.me for name, one in known_datasets().items()}
    assert found["casme2sq"] == (57,)
    assert found["samm"] == found["samm-lv"] == (159,)
    assert found["mmew"] == (300,)
    assert 860 in found["casme3"]
    assert 164 in found["smic"]
    assert 255 in found["casme2"]
    assert known_datasets()["samm-lv"].counts.known()["macro"] == (343,)


def test_every_importer_has_an_entry_of_its_name() -> None:
    readers = {name: one.reader for name, one in known_datasets().items() if one.reader}
    assert readers == {name: name for name in READERS}


def test_addresses_are_not_made_up() -> None:
    for one in known_datasets().values():
        text = one.model_dump_json()
        assert not re.search(r"https?://|www\.|@[a-z]", text), one.name


@pytest.mark.parametrize("name", [n for n, one in known_datasets().items() if one.reader])
def test_the_import_command_is_one_of_a_shell(name: str) -> None:
    one = known_datasets()[name]
    words = shlex.split(one.import_command("/a b/CAS(ME)^2", "out dir"))
    assert words == ["wdmd", "import", one.reader, "/a b/CAS(ME)^2", "--out", "out dir"]
    assert one.layout


def test_a_dataset_without_an_importer_has_no_command() -> None:
    assert known_datasets()["wdmd"].import_command() == ""


def test_words_of_commands() -> None:
    assert quoted("data/x") == "data/x"
    assert quoted("") == '""'


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text('colour = "red"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"lab\.toml: "):
        read_entry(path)
    path.write_text("[", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_entry(path)
