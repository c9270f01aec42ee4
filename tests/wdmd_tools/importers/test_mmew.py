"""MMEW: unpadded frames, folders by emotion, macro-expressions without a sheet."""

from pathlib import Path

import pytest
from releases import Cell, codes, counts, events, frames, read, xlsx

from wdmd_tools.errors import DataError

HEAD = (
    "Subject",
    "Filename",
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    "Action Units",
    "Estimated Emotion",
    "remarks",
)


def row(
    name: str, onset: Cell, apex: Cell, offset: Cell, emotion: str = "happiness"
) -> tuple[Cell, ...]:
    return (int(name[1:3]), name, onset, apex, offset, "6+12", emotion, None)


def make(src: Path, *rows: tuple[Cell, ...], name: str = "MMEW_Micro_Exp.xlsx") -> Path:
    xlsx(src / "MMEW_Final" / name, {"Sheet1": (HEAD, *rows)})
    for one in rows:
        folder = src / "MMEW_Final/Micro_Expression" / str(one[6]) / str(one[1])
        frames(folder, range(1, 12), "{}.jpg")
    return src


@pytest.mark.parametrize("name", ["MMEW_Micro_Exp.xlsx", "MMEW_Micro_Exp (20).xlsx"])
def test_a_row_becomes_a_clip(tmp_path: Path, name: str) -> None:
    make(tmp_path, row("S01-07-001", 1, 20, 40), name=name)
    release = read("mmew", tmp_path)
    (video,) = release.videos
    assert (video.video_id, video.subject_id, int(video.fps)) == ("S01-07-001", "S01", 90)
    (event,) = video.events
    assert (event.span.onset, event.span.apex, event.span.offset) == (1, 20, 40)
    assert event.emotion == "happiness"
    assert event.action_units == ("6", "12")
    assert release.clip_set
    assert release.problems == ()
    assert "with remarks, 1 rows (300 are known)" in release.version


def test_others_stay_others(tmp_path: Path) -> None:
    """One public loader calls them repression; the sheet and the folder say others."""
    make(tmp_path, row("S01-07-001", 1, 20, 40, "others"))
    assert events(read("mmew", tmp_path))["S01-07-001"].emotion == "others"


def test_folders_by_subject(tmp_path: Path) -> None:
    xlsx(tmp_path / "MMEW_Micro_Exp.xlsx", {"Sheet1": (HEAD, row("S01-07-001", 1, 2, 3))})
    folder = frames(tmp_path / "Micro_Expression/S01/happiness/S01-07-001", [1], "{}.jpg")
    assert read("mmew", tmp_path).videos[0].path == folder


def test_macro_expressions_are_left_out_and_told(tmp_path: Path) -> None:
    make(tmp_path, row("S01-07-001", 1, 20, 40))
    frames(tmp_path / "MMEW_Final/Macro_Expression/S01/anger", [1], "S01-07-{:03d}.jpg")
    # Somebody's copy has a macro clip of the same name: it is not mistaken for the micro clip.
    frames(tmp_path / "MMEW_Final/Macro_Expression/S01/S01-07-001", [1], "{}.jpg")
    release = read("mmew", tmp_path)
    assert codes(release) == ["W_NOT_IMPORTED"]
    assert release.problems[0].message.startswith("2 folders of macro-expressions")
    assert release.videos[0].path.parent.name == "happiness"


def test_the_second_version_is_read(tmp_path: Path) -> None:
    make(tmp_path, row("S01-07-001", 1, 20, 40))
    make(tmp_path, row("S01-07-001", 1, 20, 41), name="MMEW_Micro_Exp_v2.xlsx")
    release = read("mmew", tmp_path)
    assert codes(release) == ["W_SEVERAL_SHEETS"]
    assert events(release)["S01-07-001"].span.offset == 41
    assert "v2 by its name" in release.version


def test_counts(tmp_path: Path) -> None:
    make(tmp_path, row("S01-07-001", 1, 20, 40), row("S02-07-001", 1, 20, 40, "fear"))
    found = counts(read("mmew", tmp_path))
    assert found["micro-expressions"] == (300, 2)
    assert found["micro-expressions: fear"] == (16, 1)
    assert sum(want or 0 for what, (want, _) in found.items() if ": " in what) == 300


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ((1, "happy clip", 1, 2, 3, "6", "happiness", None), "E_ROW"),
        (row("S01-07-002", 30, 35, 3), "E_REVERSED"),
        (row("S01-07-001", 1, 20, 40), "E_DUPLICATE_ROW"),
    ],
)
def test_a_row_that_cannot_be_used(tmp_path: Path, bad: tuple[Cell, ...], code: str) -> None:
    make(tmp_path, row("S01-07-001", 1, 20, 40), bad)
    release = read("mmew", tmp_path)
    assert codes(release) == [code]
    assert list(events(release)) == ["S01-07-001"]


def test_a_clip_that_is_missing(tmp_path: Path) -> None:
    make(tmp_path, row("S01-07-001", 1, 20, 40))
    rows = (row("S01-07-001", 1, 20, 40), row("S09-07-001", 1, 20, 40))
    xlsx(tmp_path / "MMEW_Final/MMEW_Micro_Exp.xlsx", {"Sheet1": (HEAD, *rows)})
    release = read("mmew", tmp_path)
    assert codes(release) == ["E_NO_FRAMES"]
    assert "S09-07-001" in release.problems[0].message


def test_a_missing_column(tmp_path: Path) -> None:
    xlsx(tmp_path / "MMEW_Micro_Exp.xlsx", {"Sheet1": (HEAD[:4], (1, "S01-07-001", 1, 2))})
    with pytest.raises(DataError, match="no column 'OffsetFrame'"):
        read("mmew", tmp_path)
