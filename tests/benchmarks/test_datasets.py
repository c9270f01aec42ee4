import json
from pathlib import Path

import pytest
from builders import tiny_dataset

from benchmarks.dataset_files import DatasetEntry
from benchmarks.datasets import KNOWN, open_datasets
from benchmarks.specs import BenchConfig, DatasetSpec
from wdmd_tools.errors import ConfigError


def test_without_configuration_the_default_is_used_and_said(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "data", with_crops=True)
    opened, hint = open_datasets(BenchConfig(), (), tmp_path / "data")
    assert (opened[0].name, opened[0].dataset is not None) == ("tiny", True)
    assert str(tmp_path / "data") in hint
    assert "--data" in hint


def test_known_datasets_that_are_absent_say_how_to_add_them(tmp_path: Path) -> None:
    opened, _ = open_datasets(BenchConfig(), (), tmp_path / "nothing")
    assert [one.name for one in opened] == ["demo-synthetic", *KNOWN]
    assert all(one.missing and one.dataset is None for one in opened)
    assert "datasets.toml" in opened[-1].missing


def test_a_configured_known_dataset_takes_its_row(tmp_path: Path) -> None:
    config = BenchConfig(datasets={"samm": DatasetSpec(path=tmp_path / "samm")})
    opened, hint = open_datasets(config, (), tmp_path)
    samm = [one for one in opened if one.name == "samm"]
    assert len(samm) == 1
    assert samm[0].display == "SAMM"
    assert "no such folder" in samm[0].missing
    assert not hint


def test_absent_crops_make_a_dataset_missing(tmp_path: Path) -> None:
    tiny_dataset(tmp_path / "d", n_recordings=4, clips_per_recording=1)
    opened, _ = open_datasets(BenchConfig(), [tmp_path / "d"], tmp_path)
    assert opened[0].dataset is None
    assert "4 of 4 crop videos, such as rec0_0000.mkv" in opened[0].missing


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        open_datasets(BenchConfig(), [tmp_path / "typo"], tmp_path)


def test_two_datasets_of_one_name_are_called_as_their_folders(tmp_path: Path) -> None:
    for name in "ab":
        tiny_dataset(tmp_path / name, with_crops=True, n_recordings=3, clips_per_recording=1)
    opened, _ = open_datasets(BenchConfig(), [tmp_path / "a", tmp_path / "b"], tmp_path)
    assert [one.name for one in opened if one.spec] == ["a", "b"]


def test_a_name_that_a_file_has_taken_is_that_of_the_folder(tmp_path: Path) -> None:
    for name in ("first", "mine"):
        tiny_dataset(tmp_path / name, with_crops=True, n_recordings=3, clips_per_recording=1)
    config = BenchConfig(datasets={"tiny": DatasetSpec(path=tmp_path / "first")})
    opened, _ = open_datasets(config, [tmp_path / "mine"], tmp_path)
    assert [one.name for one in opened if one.spec] == ["tiny", "mine"]


def test_two_datasets_and_folders_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    folders = [tmp_path / one / "data" for one in "ab"]
    for folder in folders:
        tiny_dataset(folder, with_crops=True, n_recordings=3, clips_per_recording=1)
    with pytest.raises(ConfigError, match="named 'data' already"):
        open_datasets(BenchConfig(), folders, tmp_path)


def test_an_alias_takes_the_row_of_a_known_dataset(tmp_path: Path) -> None:
    config = BenchConfig(datasets={"cas-me-2": DatasetSpec(path=tmp_path / "x")})
    opened, _ = open_datasets(config, (), tmp_path)
    assert opened[0].display == "CAS(ME)²"
    assert "casme2sq" not in [one.name for one in opened]


def test_an_imported_dataset_is_called_as_in_the_catalogue(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "d", with_crops=True, n_recordings=3, clips_per_recording=1)
    info = dataset.info | {"import": {"dataset": "casme2sq"}}
    (tmp_path / "d" / "dataset.json").write_text(json.dumps(info), encoding="utf-8")
    opened, _ = open_datasets(BenchConfig(), [tmp_path / "d"], tmp_path)
    assert (opened[0].name, opened[0].display) == ("casme2sq", "CAS(ME)²")
    assert "casme2sq" not in [one.name for one in opened[1:]]


def test_a_release_that_is_not_imported_says_the_command(tmp_path: Path) -> None:
    entry = DatasetEntry(path=tmp_path / "built", release=tmp_path / "as released")
    opened, _ = open_datasets(BenchConfig(datasets={"samm": entry}), (), tmp_path)
    assert opened[0].missing == (
        f'not imported yet; run `wdmd import samm "{tmp_path}/as released" --out {tmp_path}/built`'
    )


@pytest.mark.parametrize(
    ("info", "said", "expected"),
    [
        ({"synthetic": True}, None, True),
        ({"synthetic": False, "name": "synthetic"}, None, False),
        ({"name": "demo-synthetic"}, None, True),
        ({}, None, False),
        ({}, True, True),
    ],
)
def test_synthetic_data_are_recognised(
    tmp_path: Path, info: dict[str, object], said: bool | None, expected: bool
) -> None:
    dataset = tiny_dataset(tmp_path / "d", with_crops=True, n_recordings=3, clips_per_recording=1)
    dataset.info.clear()
    config = BenchConfig(datasets={"d": DatasetSpec(path=tmp_path / "d", synthetic=said)})
    opened, _ = open_datasets(config, (), tmp_path)
    assert opened[0].dataset is not None
    opened[0].dataset.info.clear()
    opened[0].dataset.info.update(info)
    assert opened[0].synthetic is expected
