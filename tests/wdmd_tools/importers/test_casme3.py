"""CAS(ME)3: text cells, two sheets that overlap, names that repeat, corrections by key."""

from pathlib import Path

import pytest
from releases import Cell, Lines, codes, counts, events, frames, read, xls, xlsx

from wdmd_tools.errors import DataError
from wdmd_tools.importers.model import FrameSpan

LABELS = "annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
ALL = "annotation/CAS(ME)3_part_A_v2.xls"
ME_HEAD = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion")
HEAD = (
    "Subject",
    "Filename",
    "Onset",
    "Apex",
    "Offset",
    "AU",
    "Expression type",
    "Objective class",
)


def me(who: str, file: str, *numbers: str, emotion: str = "happy") -> tuple[Cell, ...]:
    return (who, file, *numbers, "6+12", "I", emotion)


def macro(who: str, file: str, *numbers: int, kind: str = "Macro-expression") -> tuple[Cell, ...]:
    return (who, file, *numbers, "4", kind, "I")


def labels(src: Path, *rows: tuple[Cell, ...], name: str = LABELS) -> None:
    xlsx(src / name, {"label": (ME_HEAD, *rows), "Sheet2": (), "Sheet3": ()})


def everything(src: Path, *rows: tuple[Cell, ...], blinks: Lines = ()) -> None:
    head = ("Subject", "Filename", "Onset", "Offset")
    xls(src / ALL, {"AU+Emotion": (HEAD, *rows), "eye blink": (head, *blinks)})


def pictures(src: Path, who: str, file: str, *numbers: int) -> None:
    frames(src / "part_A" / who / file / "color", numbers or (8, 9, 11), "{}.jpg")
    frames(src / "part_A" / who / file / "depth", numbers or (8, 9, 11), "{}.png")


def test_both_sheets_make_one_video(tmp_path: Path) -> None:
    labels(
        tmp_path,
        me("spNO.14", "J", "20", "26", "39"),
        me("spNO.14", "J", "50", "50", "58", emotion="Others"),
    )
    everything(
        tmp_path,
        macro("spNO.14", "J", 20, 26, 39, kind="Micro-expression"),
        macro("spNO.14", "J", 50, 50, 58, kind="Micro-expression"),
        macro("spNO.14", "J", 70, 80, 104),
        blinks=[("spNO.14", "J", 110, 117)],
    )
    pictures(tmp_path, "spNO.14", "j")
    release = read("casme3", tmp_path)
    (video,) = release.videos
    assert video.video_id == "spNO.14_j"
    assert video.path == tmp_path / "part_A" / "spNO.14" / "j" / "color"
    assert [(one.kind, one.span, one.emotion) for one in video.events] == [
        ("me", FrameSpan(20, 26, 39), "happy"),
        ("me", FrameSpan(50, 50, 58), "others"),
        ("macro", FrameSpan(70, 80, 104), None),
        ("blink", FrameSpan(110, None, 117), None),
    ]
    assert video.events[0].action_units == ("6", "12")
    assert codes(release) == []
    assert release.version.startswith("part A, v2: cas(me)3_part_A_ME_label")
    assert counts(release)["micro-expressions"] == (860, 2)
    assert counts(release)["macro-expressions"] == (3346, 1)
    assert counts(release)["blinks"] == (841, 1)
    assert counts(release)["micro-expressions: others"] == (161, 1)
    assert counts(release)["videos with micro-expressions"] == (463, 1)


def test_known_mistakes_are_corrected_by_key(tmp_path: Path) -> None:
    labels(
        tmp_path,
        me("spNO.149", "d", "112", "83", "358"),
        me("spNO.149", "d", "400", "405", "420"),
        me("spNO.216", "e", "0", "0", "25"),
    )
    pictures(tmp_path, "spNO.149", "d")
    pictures(tmp_path, "spNO.216", "e")
    found = events(read("casme3", tmp_path))
    assert found["spNO.149/d/112-83-358"].span == FrameSpan(112, 123, 358)
    assert "apex 83 -> 123" in found["spNO.149/d/112-83-358"].corrections[0]
    assert found["spNO.216/e/0-0-25"].span == FrameSpan(1, 1, 25)
    plain = read("casme3", tmp_path, "none")
    assert events(plain)["spNO.149/d/112-83-358"].span == FrameSpan(112, None, 358)
    assert plain.corrections == ()
    assert codes(plain) == ["W_NO_MACRO", "W_APEX"]


def test_one_sheet_is_enough_and_what_is_lacking_is_said(tmp_path: Path) -> None:
    everything(tmp_path, macro("spNO.1", "a", 20, 26, 39, kind="Micro-expression"))
    pictures(tmp_path, "spNo.1", "a")
    release = read("casme3", tmp_path)
    (event,) = events(release).values()
    assert (event.kind, event.emotion) == ("me", None)
    assert codes(release) == ["W_NO_EMOTIONS"]
    assert "micro-expressions: happy" not in counts(release)


def test_sheets_that_number_differently_are_told(tmp_path: Path) -> None:
    labels(tmp_path, me("spNO.1", "a", "20", "26", "39"))
    everything(tmp_path, macro("spNO.1", "a", 27, 33, 46, kind="Micro-expression"))
    pictures(tmp_path, "spNO.1", "a")
    release = read("casme3", tmp_path)
    assert codes(release) == ["W_NUMBERING"]
    assert len(events(release)) == 1


def test_the_newest_version_is_taken(tmp_path: Path) -> None:
    labels(tmp_path, me("spNO.1", "a", "20", "26", "39"))
    labels(tmp_path, me("spNO.1", "a", "1", "2", "3"), name=LABELS.replace("v2", "v1"))
    wrong = "annotation/CAS(ME)3_part_A_wrongly_labeled_me_in_V1.xlsx"
    xlsx(tmp_path / wrong, {"label": [("spNO.1", "a", 1, 2, 3)]})
    pictures(tmp_path, "spNO.1", "a")
    release = read("casme3", tmp_path)
    assert next(iter(events(release).values())).span.onset == 20
    assert codes(release) == ["W_SEVERAL_SHEETS", "W_NO_MACRO"]
    (tmp_path / LABELS).unlink()
    release = read("casme3", tmp_path)
    assert "W_OLD_VERSION" in codes(release)
    assert counts(release)["micro-expressions"] == (921, 1)


def test_videos_without_a_row_and_part_c_are_not_taken(tmp_path: Path) -> None:
    labels(tmp_path, me("spNO.1", "a", "20", "26", "39"), me("spNO.2", "b", "1", "2", "3"))
    xlsx(tmp_path / "CAS(ME)3_part_C_ME.xlsx", {"mockCrimeME": [("sub", "count")]})
    pictures(tmp_path, "spNO.1", "a")
    pictures(tmp_path, "spNO.1", "m")
    release = read("casme3", tmp_path)
    assert [video.video_id for video in release.videos] == ["spNO.1_a"]
    assert sorted(codes(release)) == [
        "E_NO_FRAMES",
        "W_NOT_IMPORTED",
        "W_NOT_IMPORTED",
        "W_NO_MACRO",
    ]
    assert any("1 videos are in no row" in str(problem) for problem in release.problems)


def test_odd_rows_are_rejects(tmp_path: Path) -> None:
    labels(tmp_path, me("spNO.1", "a", "20", "26", "39"), me("spNO.1", "a", "x", "2", "3"))
    everything(tmp_path, macro("spNO.1", "a", 1, 2, 3, kind="Smile"))
    pictures(tmp_path, "spNO.1", "a")
    assert sorted(codes(read("casme3", tmp_path))) == ["E_ROW", "E_ROW"]


def test_without_sheets_it_says_which(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither cas"):
        read("casme3", tmp_path)
