"""CASME II: blank columns, subjects as numbers or text, apex "/", three forms of the pictures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from releases import Cell, codes, counts, csv_sheet, events, frames, read, xls, xlsx

from wdmd_tools.errors import DataError

HEAD = (
    "Subject",
    "Filename",
    None,
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    None,
    "Action Units",
    "Estimated Emotion",
)


def row(
    who: Cell, name: str, onset: Cell, apex: Cell, offset: Cell, emotion: str = "disgust"
) -> tuple[Cell, ...]:
    return (who, name, None, onset, apex, offset, None, "4+L10", emotion)


def make(src: Path, *rows: tuple[Cell, ...], name: str = "CASME2-coding-20140508.xlsx") -> Path:
    write = xls if name.endswith(".xls") else xlsx
    write(src / name, {"Sheet1": (HEAD, *rows)})
    return src


def raw(
    src: Path, who: str, name: str, form: str = "CASME2-RAW", pattern: str = "img{:03d}.jpg"
) -> Path:
    return frames(src / form / who / name, range(1, 4), pattern)


@pytest.mark.parametrize("who", [1, "1", "01", "001", "sub01", 1.0])
@pytest.mark.parametrize("name", ["CASME2-coding-20190701.xlsx", "CASME2_label_Ver_2.xls"])
def test_subjects_in_every_form(tmp_path: Path, who: Cell, name: str) -> None:
    make(tmp_path, row(who, "EP02_01f", 46, 59, 86), name=name)
    raw(tmp_path, "sub01", "EP02_01f")
    release = read("casme2", tmp_path)
    (video,) = release.videos
    assert (video.video_id, video.subject_id) == ("sub01_EP02_01f", "sub01")
    (event,) = video.events
    assert event.key == "sub01/EP02_01f"
    assert (event.span.onset, event.span.apex, event.span.offset) == (46, 59, 86)
    assert event.action_units == ("4", "L10")
    assert release.problems == ()
    assert release.clip_set


def test_clips_of_one_name_belong_to_their_subjects(tmp_path: Path) -> None:
    make(tmp_path, row(1, "EP02_01f", 46, 59, 86), row(2, "EP02_01f", 10, 20, 30))
    one, two = raw(tmp_path, "sub01", "EP02_01f"), raw(tmp_path, "sub02", "EP02_01f")
    videos = {video.video_id: video.path for video in read("casme2", tmp_path).videos}
    assert videos == {"sub01_EP02_01f": one, "sub02_EP02_01f": two}


@pytest.mark.parametrize("apex", ["/", "", None, -1])
def test_a_missing_apex(tmp_path: Path, apex: Cell) -> None:
    make(tmp_path, row(4, "EP12_01f", 261, apex, 321))
    raw(tmp_path, "sub04", "EP12_01f")
    release = read("casme2", tmp_path)
    assert events(release)["sub04/EP12_01f"].span.apex is None
    assert release.problems == ()
    assert "1 rows (255 are known), 1 without apex" in release.version
    assert "of 2014-05-08 by its name" in release.version


def test_whole_clips_go_before_selected_and_cropped(tmp_path: Path) -> None:
    make(tmp_path, row(1, "EP02_01f", 46, 59, 86))
    cropped = raw(tmp_path, "sub01", "EP02_01f", "Cropped", "reg_img{}.jpg")
    assert read("casme2", tmp_path).videos[0].path == cropped
    selected = raw(tmp_path, "sub01", "EP02_01f", "CASME2_RAW_selected", "img{}.jpg")
    assert read("casme2", tmp_path).videos[0].path == selected
    whole = raw(tmp_path, "sub01", "EP02_01f")
    release = read("casme2", tmp_path)
    assert release.videos[0].path == whole
    assert release.layout == "CASME2-RAW: whole clips"


def test_forms_are_never_mixed(tmp_path: Path) -> None:
    """The second clip is there as a cropped one only: it is missing, not taken from there."""
    make(tmp_path, row(1, "EP02_01f", 46, 59, 86), row(1, "EP03_02", 131, 137, 161))
    raw(tmp_path, "sub01", "EP02_01f")
    raw(tmp_path, "sub01", "EP03_02", "Cropped", "reg_img{}.jpg")
    release = read("casme2", tmp_path)
    (problem,) = release.problems
    assert problem.code == "E_NO_FRAMES"
    assert "sub01/EP03_02" in problem.message
    assert "CASME2-RAW" in problem.message
    assert [video.video_id for video in release.videos] == ["sub01_EP02_01f"]


def test_two_expressions_of_a_clip(tmp_path: Path) -> None:
    make(tmp_path, row(1, "EP02_01f", 46, 59, 86), row(1, "EP02_01f", 90, 95, 110))
    raw(tmp_path, "sub01", "EP02_01f")
    release = read("casme2", tmp_path)
    (video,) = release.videos
    assert [event.span.onset for event in video.events] == [46, 90]
    assert release.problems == ()


def test_counts(tmp_path: Path) -> None:
    make(tmp_path, row(1, "EP02_01f", 46, 59, 86, "happiness"), row(9, "EP03_02", 1, 2, 3, "fear"))
    raw(tmp_path, "sub01", "EP02_01f")
    raw(tmp_path, "sub09", "EP03_02")
    found = counts(read("casme2", tmp_path))
    assert found["micro-expressions"] == (255, 2)
    assert found["subjects"] == (26, 2)
    assert found["micro-expressions: happiness"] == (32, 1)
    assert found["micro-expressions: fear"] == (None, 1)
    assert found["micro-expressions: others"] == (99, 0)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row("anna", "EP09_01", 1, 2, 3), "E_ROW"),
        (row(1, "EP09_01", 20, 2, 3), "E_REVERSED"),
        (row(1, "EP09_01", 1, 2, "?"), "E_ROW"),
        (row(1, "EP02_01f", 46, 59, 86), "E_DUPLICATE_ROW"),
    ],
)
def test_a_row_that_cannot_be_used(tmp_path: Path, bad: tuple[Cell, ...], code: str) -> None:
    make(tmp_path, row(1, "EP02_01f", 46, 59, 86), bad)
    raw(tmp_path, "sub01", "EP02_01f")
    release = read("casme2", tmp_path)
    assert codes(release) == [code]
    assert release.problems[0].file == "CASME2-coding-20140508.xlsx!Sheet1 row 3"
    assert list(events(release)) == ["sub01/EP02_01f"]


@pytest.mark.parametrize("write", [xlsx, xls])
def test_a_missing_column(tmp_path: Path, write: Callable[..., Path]) -> None:
    ending = ".xls" if write is xls else ".xlsx"
    write(tmp_path / f"CASME2-coding{ending}", {"Sheet1": (("Subject", "Filename"), (1, "a"))})
    with pytest.raises(DataError, match="no column 'OnsetFrame'"):
        read("casme2", tmp_path)


def test_a_csv_with_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "CASME2-coding-20190701.csv"
    path.write_text(
        "Subject;Filename;OnsetFrame;ApexFrame;OffsetFrame;Estimated Emotion\n"
        "01;EP02_01f;46;59;86;happiness\n"
    )
    raw(tmp_path, "sub01", "EP02_01f")
    assert events(read("casme2", tmp_path))["sub01/EP02_01f"].span.offset == 86


def test_a_damaged_sheet(tmp_path: Path) -> None:
    (tmp_path / "CASME2-coding-20140508.xlsx").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match="damaged xlsx"):
        read("casme2", tmp_path)


def test_a_header_alone(tmp_path: Path) -> None:
    csv_sheet(tmp_path / "CASME2-coding-20190701.csv", (HEAD,))
    with pytest.raises(DataError, match="no rows of data"):
        read("casme2", tmp_path)


def test_films_where_there_are_no_frames(tmp_path: Path) -> None:
    make(tmp_path, row(1, "EP02_01f", 46, 59, 86))
    film = tmp_path / "CASME2_compressed/sub01/EP02_01f.avi"
    film.parent.mkdir(parents=True)
    film.touch()
    release = read("casme2", tmp_path)
    assert release.videos[0].path == film
    assert release.layout == "frames as found"
