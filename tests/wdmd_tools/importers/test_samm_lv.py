"""SAMM Long Videos: fractions, onset 0, apex -1, two-digit indices, emotions from SAMM's micro file."""

from pathlib import Path

import pytest
from releases import Cell, Lines, codes, counts, events, frames, read, xlsx

from wdmd_tools.errors import DataError

HEAD = (
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset",
    "Apex",
    "Offset",
    "Duration",
    "Type",
    "Action Units",
    "Notes",
)
PREAMBLE: Lines = (("SAMM Long Videos Dataset - FACS Codes",), *((),) * 8)
MICRO_HEAD = ("Subject", "Filename", "Onset Frame", "Offset Frame", "Estimated Emotion")


def row(
    name: str, onset: Cell, apex: Cell, offset: Cell, kind: str = "Micro - 1/2", units: Cell = "4"
) -> tuple[Cell, ...]:
    return (name[:3], name, 1, onset, apex, offset, "=F1-D1", kind, units, None)


def make(src: Path, *rows: tuple[Cell, ...], version: str = "V2") -> Path:
    xlsx(
        src / f"SAMM_LongVideos_{version}_Release.xlsx",
        {"FACS_Movement_Only": (*PREAMBLE, HEAD, *rows)},
    )
    for one in rows:
        video = "_".join(str(one[1]).split("_")[:2])
        frames(src / "SAMM_longvideos" / video, [1, 2], f"{video}_{{:04d}}.jpg")
    return src


def micro(src: Path, *rows: tuple[str, str]) -> None:
    lines = [(name[:3], name, 1, 2, emotion) for name, emotion in rows]
    xlsx(src / "SAMM_Micro_FACS_Codes_v2.xlsx", {"MICRO_ONLY": (MICRO_HEAD, *lines)})


def test_rows_of_a_video_come_together(tmp_path: Path) -> None:
    make(
        tmp_path,
        row("006_1_1", 566.4, 647.6, 743.2, "Macro", "4(B/C)+7B"),
        row("006_1_12", 3562, 3588, 3632),
        row("007_3_1", 10, -1, 60),
    )
    micro(tmp_path, ("006_1_12", "Anger"), ("007_3_1", "Surprise"))
    release = read("samm-lv", tmp_path)
    assert [video.video_id for video in release.videos] == ["006_1", "007_3"]
    found = events(release)
    macro = found["006_1_1"]
    # Halves up: 566.4, 647.6 and 743.2.
    assert (macro.span.onset, macro.span.apex, macro.span.offset) == (566, 648, 743)
    assert (macro.kind, macro.emotion, macro.action_units) == ("macro", None, ("4", "7B"))
    assert found["006_1_12"].kind == "me"
    assert found["006_1_12"].emotion == "anger"
    assert found["007_3_1"].span.apex is None
    assert not release.clip_set
    assert release.problems == ()
    assert release.version.startswith("SAMM_LongVideos_V2_Release.xlsx: V2 by its name, 3 rows")


def test_an_onset_of_zero_is_left_to_the_importer(tmp_path: Path) -> None:
    make(tmp_path, row("018_3_3", 0, 2008.4, 2563.8, "Macro"))
    micro(tmp_path, ("006_1_2", "Anger"))
    span = events(read("samm-lv", tmp_path))["018_3_3"].span
    assert (span.onset, span.apex, span.offset) == (0, 2008, 2564)


def test_without_the_micro_file_there_are_no_emotions(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 1, 2, 3))
    release = read("samm-lv", tmp_path)
    assert codes(release) == ["W_NO_EMOTIONS"]
    assert "SAMM_Micro_FACS_Codes_v2" in release.problems[0].fix
    assert events(release)["006_1_2"].emotion is None
    assert not any(": " in what for what in counts(release))


def test_a_row_that_the_micro_file_lacks_is_told(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 1, 2, 3), row("006_1_3", 11, 12, 13))
    micro(tmp_path, ("006_1_2", "Anger"))
    release = read("samm-lv", tmp_path)
    assert codes(release) == ["W_NO_EMOTIONS"]
    assert release.problems[0].message.startswith("006_1_3")


def test_videos_without_an_expression_are_kept(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 1, 2, 3))
    micro(tmp_path, ("006_1_2", "Anger"))
    frames(tmp_path / "SAMM_longvideos/008_2", [1, 2], "008_2_{:04d}.jpg")
    videos = {video.video_id: video for video in read("samm-lv", tmp_path).videos}
    assert videos["008_2"].subject_id == "008"
    assert videos["008_2"].events == ()


def test_counts(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 1, 2, 3), row("006_2_1", 1, 2, 300, "Macro"))
    micro(tmp_path, ("006_1_2", "Anger"))
    found = counts(read("samm-lv", tmp_path))
    assert found["micro-expressions"] == (159, 1)
    assert found["macro-expressions"] == (343, 1)
    assert found["videos named in the sheet"] == (147, 2)
    assert found["subjects"] == (30, 1)


def test_the_newest_version_is_read(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 1, 2, 3), version="V2")
    make(tmp_path, row("006_1_2", 1, 2, 4), version="V3")
    micro(tmp_path, ("006_1_2", "Anger"))
    release = read("samm-lv", tmp_path)
    assert codes(release) == ["W_SEVERAL_SHEETS"]
    assert events(release)["006_1_2"].span.offset == 4


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row("006_1_9", 5, 6, 7, "Blink"), "E_ROW"),
        (row("006_19", 5, 6, 7), "E_ROW"),
        (row("006_1_9", 50, 51, 7), "E_REVERSED"),
        (row("006_1_2", 1, 2, 3), "E_DUPLICATE_ROW"),
    ],
)
def test_a_row_that_cannot_be_used(tmp_path: Path, bad: tuple[Cell, ...], code: str) -> None:
    make(tmp_path, row("006_1_2", 1, 2, 3), bad)
    micro(tmp_path, ("006_1_2", "Anger"), ("006_1_9", "Anger"))
    release = read("samm-lv", tmp_path)
    assert codes(release) == [code]
    assert list(events(release)) == ["006_1_2"]


def test_another_sheet_than_the_released(tmp_path: Path) -> None:
    xlsx(tmp_path / "SAMM_LongVideos_V2_Release.xlsx", {"Table": (("a", "b"), (1, 2))})
    with pytest.raises(DataError, match=r"Release\.xlsx!Table: no column 'Subject'"):
        read("samm-lv", tmp_path)
