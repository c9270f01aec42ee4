"""CAS(ME)2: no headers, subjects by index, films by code, several forms of the pictures."""

from pathlib import Path

import pytest
from releases import Cell, codes, counts, events, frames, read, xlsx

from wdmd_tools.errors import ConfigError, DataError
from wdmd_tools.importers.model import FrameSpan, Release

PEOPLE = ((15, "s15", 1), (27, "s27", 11))
STIMULI = (("0101", "disgust1"), ("0401", "anger1"))


def row(
    subject: Cell,
    clip: str,
    onset: Cell,
    apex: Cell,
    offset: Cell,
    *,
    kind: str = "micro-expression",
    units: str = "4+10",
    emotion: str = "negative",
) -> tuple[Cell, ...]:
    return (subject, clip, onset, apex, offset, units, emotion, kind, "disgust")


def make(
    src: Path,
    *rows: tuple[Cell, ...],
    form: str = "rawpic",
    name: str = "img{:03d}.jpg",
    naming: bool = True,
) -> Path:
    sheets = {"CASFEcode_final": rows}
    if naming:
        sheets |= {"naming rule1": PEOPLE, "naming rule2": STIMULI}  # type: ignore[dict-item]
    xlsx(src / "CAS(ME)^2code_final.xlsx", sheets)  # type: ignore[arg-type]
    frames(src / form / "s15" / "15_0101disgustingteeth", [1, 2], name)
    frames(src / form / "s15" / "15_0401girlcrashing", [1, 2], name)
    return src


def folders(release: Release) -> dict[str, str]:
    return {video.video_id: video.path.name for video in release.videos}


def test_rows_find_their_videos(tmp_path: Path) -> None:
    make(
        tmp_path,
        row(1, "disgust1_1", 20, 26, 33),
        row(1, "disgust1_2", 50, 62, 84, kind="macro-expression", emotion="positive", units="6"),
        row(1, "anger1_12", 5, 9, 12, emotion="Others"),
    )
    release = read("casme2sq", tmp_path)
    assert folders(release) == {
        "s15_0101": "15_0101disgustingteeth",
        "s15_0401": "15_0401girlcrashing",
    }
    found = events(release)
    assert found["s15/disgust1_1"].span == FrameSpan(20, 26, 33)
    assert found["s15/disgust1_1"].action_units == ("4", "10")
    assert found["s15/disgust1_2"].kind == "macro"
    assert found["s15/anger1_12"].emotion == "others"
    assert found["s15/anger1_12"].source == "CAS(ME)^2code_final.xlsx!CASFEcode_final row 3"
    assert codes(release) == []
    assert release.layout == "rawpic: raw frames"
    assert not release.clip_set
    assert counts(release)["micro-expressions"] == (57, 2)
    assert counts(release)["macro-expressions"] == (300, 1)
    assert counts(release)["micro-expressions: negative"] == (21, 1)


def test_open_ends_stay_for_the_policies(tmp_path: Path) -> None:
    make(
        tmp_path,
        row(1, "anger1_1", 5, 9, 0, kind="macro-expression"),
        row(1, "anger1_2", 1763, 0, 1787),
        row(1, "anger1_3", 50, 90, 84),
    )
    release = read("casme2sq", tmp_path)
    found = events(release)
    assert found["s15/anger1_1"].span == FrameSpan(5, 9, 0)
    assert found["s15/anger1_2"].span == FrameSpan(1763, None, 1787)
    assert found["s15/anger1_3"].span == FrameSpan(50, None, 84)
    assert codes(release) == ["W_APEX", "W_APEX"]


def test_a_header_that_somebody_added_and_numbers_as_text(tmp_path: Path) -> None:
    header = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Emotion", "Type", "Self")
    make(tmp_path, header, row("1", "disgust1_1", "020", "26", "33"))
    release = read("casme2sq", tmp_path)
    assert events(release)["s15/disgust1_1"].span.onset == 20
    assert codes(release) == []


def test_without_the_sheets_of_names_the_known_names_are_used(tmp_path: Path) -> None:
    make(tmp_path, row(1, "anger1_1", 5, 9, 12), naming=False)
    release = read("casme2sq", tmp_path)
    assert list(events(release)) == ["s15/anger1_1"]
    assert codes(release) == ["W_NAMING"]


def test_raw_frames_go_before_cropped_ones_and_films(tmp_path: Path) -> None:
    make(tmp_path, row(1, "disgust1_1", 20, 26, 33))
    frames(tmp_path / "longVideoFaceCropped/s15/15_0101disgustingteeth", [1], "img_{}.jpg")
    frames(tmp_path / "selectedpic/s15/15_0101disgustingteeth", [20], "img{}.jpg")
    (tmp_path / "rawvideo/s15").mkdir(parents=True)
    (tmp_path / "rawvideo/s15/15_0101disgustingteeth.avi").touch()
    release = read("casme2sq", tmp_path)
    assert release.layout == "rawpic: raw frames"
    assert {video.path.parts[-3] for video in release.videos} == {"rawpic"}


def test_films_and_cropped_frames_do_where_there_is_nothing_else(tmp_path: Path) -> None:
    make(tmp_path, row(1, "disgust1_1", 20, 26, 33), form="longVideoFaceCropped", name="img_{}.jpg")
    assert read("casme2sq", tmp_path).layout == "longVideoFaceCropped: cropped faces"
    (tmp_path / "rawvideo/s15").mkdir(parents=True)
    (tmp_path / "rawvideo/s15/15_0101disgustingteeth.avi").touch()
    release = read("casme2sq", tmp_path)
    assert release.layout == "rawvideo: raw films"
    assert folders(release) == {"s15_0101": "15_0101disgustingteeth.avi"}


def test_a_misfiled_folder_goes_by_its_name(tmp_path: Path) -> None:
    make(tmp_path, row(11, "disgust1_5", 20, 26, 33))
    frames(tmp_path / "rawpic/s15/27_0101disgustingteeth", [1], "img{:03d}.jpg")
    release = read("casme2sq", tmp_path)
    assert folders(release)["s27_0101"] == "27_0101disgustingteeth"
    assert codes(release) == ["W_MISFILED"]
    # The right folder is there too: that one is used.
    frames(tmp_path / "rawpic/s27/27_0101disgustingteeth", [1], "img{:03d}.jpg")
    release = read("casme2sq", tmp_path)
    assert [video.path.parent.name for video in release.videos] == ["s15", "s15", "s27"]
    assert codes(release) == ["E_AMBIGUOUS_MEDIA"]


def test_rows_that_fit_nothing_are_rejects(tmp_path: Path) -> None:
    make(
        tmp_path,
        row(1, "disgust1_1", 20, 26, 33),
        row(1, "joy7_1", 20, 26, 33),
        row(99, "disgust1_1", 20, 26, 33),
        row(1, "disgust1_2", 20, 26, 33, kind="blink"),
        row(11, "disgust1_1", 1, 2, 3),
        ("total", "2"),
    )
    release = read("casme2sq", tmp_path)
    assert sorted(codes(release)) == ["E_NO_FRAMES", "E_ROW", "E_ROW", "E_ROW", "E_ROW"]
    assert list(events(release)) == ["s15/disgust1_1"]


def test_a_video_whose_only_row_cannot_be_used_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, row(1, "disgust1_1", 20, 26, 33), row(1, "anger1_1", 20, 9, 12))
    release = read("casme2sq", tmp_path)
    assert list(folders(release)) == ["s15_0101"]
    assert codes(release) == ["E_REVERSED"]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a folder"):
        read("casme2sq", tmp_path / "none")
    with pytest.raises(DataError, match=r"no CAS\(ME\)\^2code_final"):
        read("casme2sq", tmp_path)
    xlsx(tmp_path / "code_final.xlsx", {"CASFEcode_final": [row(1, "disgust1_1", 1, 2, 3)]})
    with pytest.raises(DataError, match="no frames of whole videos"):
        read("casme2sq", tmp_path)
    xlsx(tmp_path / "code_final.xlsx", {"CASFEcode_final": [("a", "b")]})
    with pytest.raises(DataError, match="is this the file of the release"):
        read("casme2sq", tmp_path)
