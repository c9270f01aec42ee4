"""Which format a path is."""

from pathlib import Path

import pytest

from benchmarks.submissions.read import detect_format, read_submission
from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.manifest import Dataset


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.json", "activitynet"),
        ("a.CSV", "megc"),
        ("a.eaf", "elan"),
        ("predictions.parquet", "parquet"),
    ],
)
def test_by_the_ending(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_text("")
    assert detect_format(tmp_path / name) == kind


def test_a_folder_by_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds neither predictions\.parquet nor \.eaf files$"):
        detect_format(tmp_path)
    (tmp_path / "predictions.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"\(but predictions.json\); give a file, or its folder"):
        detect_format(tmp_path)
    (tmp_path / "rec0.eaf").write_text("")
    assert detect_format(tmp_path) == "elan"
    (tmp_path / "predictions.parquet").write_text("")
    assert detect_format(tmp_path) == "parquet"


def test_what_cannot_be_told(tmp_path: Path, dataset: Dataset) -> None:
    with pytest.raises(ConfigError, match="no such file or folder"):
        detect_format(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="no such file or folder"):
        read_submission(tmp_path / "nowhere", dataset, "megc")
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ConfigError, match="unknown kind of predictions; expected a folder"):
        detect_format(tmp_path / "a.txt")
    with pytest.raises(UnknownNameError, match="unknown format 'megs'; did you mean 'megc'"):
        read_submission(tmp_path / "a.txt", dataset, "megs")
    with pytest.raises(ConfigError, match=r"is a folder; give a \.csv file"):
        read_submission(tmp_path, dataset, "megc")


def test_a_told_format_wins(tmp_path: Path, dataset: Dataset) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("vid,onset,offset\nrec0_0000,2,9\n")
    assert len(read_submission(path, dataset, "megc").predictions["rec0_0000"].segments) == 1


def test_only_elan_has_tiers(dataset: Dataset, folder: Path) -> None:
    with pytest.raises(ConfigError, match="--tier x: only ELAN files have tiers"):
        read_submission(folder, dataset, tier="x")
