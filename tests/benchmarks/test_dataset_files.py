from pathlib import Path

import pytest

from benchmarks.dataset_files import load_dataset_file, with_datasets
from benchmarks.specs import BenchConfig, DatasetSpec
from wdmd_tools.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "datasets.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_from_where_the_file_lies(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[casme2sq]\npath = "built"\nrelease = "/as/released"\nprotocol = "loso"\n'
        '[a-to-b]\npath = "b"\ntrain = "a"\nprotocol = "cross-dataset"\n'
        '[both]\npool = { a = "a", b = "b" }\nprotocol = "composite"\n',
    )
    found = load_dataset_file(path)
    assert list(found) == ["casme2sq", "a-to-b", "both"]
    assert found["casme2sq"].path == tmp_path / "built"
    assert found["casme2sq"].release == Path("/as/released")
    assert found["casme2sq"].protocol == "loso"
    assert found["a-to-b"].train == tmp_path / "a"
    assert found["both"].pool == {"a": tmp_path / "a", "b": tmp_path / "b"}
    assert found["both"].release is None


def test_an_alias_becomes_the_catalogues_name(tmp_path: Path) -> None:
    assert list(load_dataset_file(written(tmp_path, '[cas-me-2]\npath = "x"\n'))) == ["casme2sq"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[samm]\npath = "x"\nfolder = "y"\n',
            r"\[samm\] folder: no such key; known: .*release",
        ),
        ('[samm]\nrelease = "x"\n', r"\[samm\] path: is missing; name the folder"),
        ('samm = "x"\n', "samm: a dataset is written as"),
        ("[samm]\npath = 3\n", r"\[samm\] path: "),
        ('["a b"]\npath = "x"\n', r"\[a b\]: use letters"),
        ('[samm]\npath = "x"\nprotocol = "composite"\n', r"\[samm\] protocol composite and `pool`"),
        ('[cas-me-2]\npath = "x"\n[casme2sq]\npath = "y"\n', "casme2sq is in the file already"),
        ("[samm\n", "not valid TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        load_dataset_file(written(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path / "datasets.toml"))


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_dataset_file(tmp_path / "no.toml")


@pytest.mark.parametrize("name", ["samm", "lab", "cas-me-2"])
def test_a_dataset_in_both_files_is_a_mistake(tmp_path: Path, name: str) -> None:
    known = "casme2sq" if name == "cas-me-2" else name
    path = written(tmp_path, f'[{known}]\npath = "x"\n')
    config = BenchConfig(datasets={name: DatasetSpec(path=tmp_path)})
    with pytest.raises(ConfigError, match=r"bench\.yaml has a dataset of that name"):
        with_datasets(config, path)
    other = BenchConfig(datasets={"other": DatasetSpec(path=tmp_path)})
    assert list(with_datasets(other, path).datasets) == ["other", known]
