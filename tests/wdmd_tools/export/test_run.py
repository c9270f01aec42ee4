"""Every format: whole or absent, the same bytes twice, never over somebody's files."""

from pathlib import Path

import pytest
from builders import tiny_dataset

from wdmd_tools.errors import ConfigError, ManifestError, UnknownNameError
from wdmd_tools.export.options import Crops, ExportOptions
from wdmd_tools.export.run import FORMATS, MARKER, export_dataset
from wdmd_tools.manifest import Dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("set")
    return tiny_dataset(root / "data", clips_per_recording=2, with_crops=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_bytes_twice_and_the_dataset_untouched(
    data: Dataset, tmp_path: Path, kind: str
) -> None:
    before = contents(data.root)
    report = export_dataset(data, kind, tmp_path / "a")
    export_dataset(data, kind, tmp_path / "b")
    first = contents(tmp_path / "a")
    assert first == contents(tmp_path / "b")
    assert set(first) == {*report.files, MARKER}
    export_dataset(data, kind, tmp_path / "a")  # over an earlier one of the same kind
    assert contents(tmp_path / "a") == first
    assert contents(data.root) == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_other_folders_are_refused(data: Dataset, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.docx").write_text("x")
    with pytest.raises(ConfigError, match="no earlier export"):
        export_dataset(data, "csv", mine)
    for bad in (data.root, data.root / "export", data.root.parent):
        with pytest.raises(ConfigError, match="lies in the dataset"):
            export_dataset(data, "csv", bad)
    done = tmp_path / "done"
    export_dataset(data, "csv", done)
    with pytest.raises(ConfigError, match="of the kind csv, not megc"):
        export_dataset(data, "megc", done)
    (done / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"notes\.txt is not of the earlier export"):
        export_dataset(data, "csv", done)
    assert (done / "notes.txt").read_text() == "mine"
    with pytest.raises(UnknownNameError, match="did you mean 'megc'"):
        export_dataset(data, "megcc", tmp_path / "x")


def test_answers_that_people_filled_in_are_not_lost(data: Dataset, tmp_path: Path) -> None:
    sheet = tmp_path / "o" / "DATASHEET.md"
    export_dataset(data, "datasheet", tmp_path / "o")
    sheet.write_text(sheet.read_text().replace("______", "All persons signed form B."))
    with pytest.raises(ConfigError, match=r"DATASHEET\.md was edited"):
        export_dataset(data, "datasheet", tmp_path / "o")
    assert "form B" in sheet.read_text()


def test_a_failure_leaves_nothing_and_keeps_the_earlier_export(
    data: Dataset, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export_dataset(data, "hf", out)
    before = contents(out)
    broken = tiny_dataset(tmp_path / "broken", n_recordings=3)  # without crops
    with pytest.raises(ManifestError, match="export with --crops none"):
        export_dataset(broken, "hf", out)
    assert contents(out) == before
    assert {p.name for p in tmp_path.iterdir()} == {"out", "broken"}


def test_hard_links_take_no_space_and_none_leaves_crops_out(data: Dataset, tmp_path: Path) -> None:
    export_dataset(data, "hf", tmp_path / "l", ExportOptions(crops=Crops.LINK))
    name = data.clips["crop_path"][0].as_py()
    assert (tmp_path / "l" / name).samefile(data.root / name)
    told: list[tuple[int, int]] = []
    export_dataset(data, "hf", tmp_path / "c", progress=lambda *at: told.append(at))
    assert not (tmp_path / "c" / name).samefile(data.root / name)
    assert told[-1] == (8, 8)
    export_dataset(data, "hf", tmp_path / "n", ExportOptions(crops=Crops.NONE))
    assert not (tmp_path / "n" / "crops").exists()
    assert "not part of this folder" in (tmp_path / "n" / "README.md").read_text()
