"""SAMM: header below a title, text subjects, absolute numbers, apex -1, "or" in action units."""

from fractions import Fraction
from pathlib import Path

import pytest
from releases import Cell, Lines, codes, counts, csv_sheet, events, frames, read, xlsx

from wdmd_tools.errors import ConfigError, DataError

HEAD = (
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset Frame",
    "Apex Frame",
    "Offset Frame",
    "Duration",
    "Micro",
    "Action Units",
    "Estimated Emotion",
    "Objective Classes",
    "Notes",
)
PREAMBLE: Lines = (
    ("SAMM Dataset - Master FACS Codes",),
    (),
    ('"/" = or',),
    *((),) * 9,
    ("AU Help:",),
)


def row(
    name: str, onset: Cell, apex: Cell, offset: Cell, units: Cell = "4", emotion: str = "Anger"
) -> tuple[Cell, ...]:
    return (name[:3], name, 1, onset, apex, offset, 99, "Micro - 1/2", units, emotion, 1, None)


def make(src: Path, *rows: tuple[Cell, ...], with_frames: bool = True) -> Path:
    xlsx(src / "SAMM_Micro_FACS_Codes_v2.xlsx", {"MICRO_ONLY": (*PREAMBLE, HEAD, *rows)})
    for one in rows if with_frames else ():
        frames(src / "SAMM" / str(one[0]) / str(one[1]), [5562, 5563], f"{one[0]}_{{:05d}}.jpg")
    return src


def test_a_row_becomes_a_clip(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632, "4+7", "Happiness"))
    release = read("samm", tmp_path)
    (video,) = release.videos
    assert video.video_id == "006_1_2"
    assert video.subject_id == "006"
    assert video.fps == Fraction(200)
    assert video.path == tmp_path / "SAMM/006/006_1_2"
    assert video.first_number is None
    (event,) = video.events
    assert (event.kind, event.key) == ("me", "006_1_2")
    assert (event.span.onset, event.span.apex, event.span.offset) == (5562, 5588, 5632)
    assert event.emotion == "happiness"
    assert event.action_units == ("4", "7")
    # 13 rows of preamble, row 14 the header.
    assert event.source == "SAMM_Micro_FACS_Codes_v2.xlsx!MICRO_ONLY row 15"
    assert release.clip_set
    assert release.problems == ()


def test_subjects_that_a_spreadsheet_made_numbers(tmp_path: Path) -> None:
    """6 for 006, and 6_1_2 for 006_1_2: still the folder 006_1_2."""
    head = csv_sheet(
        tmp_path / "SAMM_Micro_FACS_Codes_v2.csv",
        (HEAD, (6, "6_1_2", 1, "5562", "5588", "5632", "", "", "4.0", "Anger", "", "")),
    )
    frames(tmp_path / "SAMM/006/006_1_2", [5562], "006_{:05d}.jpg")
    assert head.exists()
    (video,) = read("samm", tmp_path).videos
    assert (video.video_id, video.subject_id) == ("006_1_2", "006")
    assert video.events[0].action_units == ("4",)


def test_corrections_are_by_key_and_only_of_what_is_there(tmp_path: Path) -> None:
    # Another order than that of the release: positions must not matter.
    make(
        tmp_path,
        row("032_3_1", 4900, -1, 4980),
        row("028_4_1", 1071, -1, 1134),
        row("032_3_2", 5120, 5127, 5200),
        row("014_5_2", 469, 498, 557, "R12 or R14"),
    )
    release = read("samm", tmp_path)
    found = events(release)
    assert found["032_3_1"].span.apex == 4945
    assert found["028_4_1"].span.apex == 1105
    assert found["032_3_2"].span.apex == 5127
    assert found["014_5_2"].action_units == ("R14",)
    assert {one.key for one in release.corrections} == {"032_3_1", "028_4_1", "014_5_2"}
    assert "tvaranka/meb" in found["028_4_1"].corrections[0]

    without = read("samm", tmp_path, "none")
    assert events(without)["032_3_1"].span.apex is None
    assert events(without)["014_5_2"].action_units == ("R12", "R14")
    assert without.corrections == ()


def test_counts_name_the_published_numbers(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 1, 2, 3), row("007_1_2", 1, 2, 3, emotion="Fear"))
    found = counts(read("samm", tmp_path))
    assert found["micro-expressions"] == (159, 2)
    assert found["micro-expressions: anger"] == (57, 1)
    assert found["micro-expressions: fear"] == (8, 1)
    assert found["subjects"] == (29, 2)
    # The eight emotions add up to the 159 of the release.
    assert sum(want or 0 for what, (want, _) in found.items() if ": " in what) == 159


@pytest.mark.parametrize(
    ("bad", "code", "said"),
    [
        (row("006_1_3", 300, 310, 200), "E_REVERSED", "offset 200 is before onset 300"),
        (row("006_1_3", "soon", 310, 400), "E_ROW", "onset 'soon' is no frame number"),
        (row("006_1_3", None, 310, 400), "E_ROW", "no onset"),
        (row("six", 300, 310, 400), "E_ROW", "'six' is not of the form 006_1_2"),
        (row("006_1_2", 5562, 5588, 5632), "E_DUPLICATE_ROW", "row 15"),
    ],
)
def test_a_row_that_cannot_be_used(
    tmp_path: Path, bad: tuple[Cell, ...], code: str, said: str
) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632), bad)
    release = read("samm", tmp_path)
    (problem,) = release.problems
    assert problem.code == code
    assert said in problem.message
    assert problem.file == "SAMM_Micro_FACS_Codes_v2.xlsx!MICRO_ONLY row 16"
    assert "\n" not in str(problem)
    assert list(events(release)) == ["006_1_2"]


@pytest.mark.parametrize("apex", [5000, 6000, "late"])
def test_an_apex_outside_is_unknown(tmp_path: Path, apex: Cell) -> None:
    make(tmp_path, row("006_1_2", 5562, apex, 5632))
    release = read("samm", tmp_path)
    assert codes(release) == ["W_APEX"]
    assert events(release)["006_1_2"].span.apex is None


def test_units_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632, "4+glare"))
    release = read("samm", tmp_path)
    assert codes(release) == ["W_AU_UNREAD"]
    assert "'GLARE'" in release.problems[0].message
    assert events(release)["006_1_2"].action_units == ("4",)


def test_missing_frames_are_told_by_row(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632))
    make(tmp_path, row("006_1_2", 5562, 5588, 5632), row("007_3_1", 1, 2, 3), with_frames=False)
    release = read("samm", tmp_path)
    (problem,) = release.problems
    assert problem.code == "E_NO_FRAMES"
    assert "007_3_1: no folder of frames 007_3_1" in problem.message
    assert counts(release)["micro-expressions"] == (159, 2)
    assert len(release.videos) == 1


def test_two_copies_of_the_frames_are_not_chosen_between(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632), row("006_1_3", 1, 2, 3))
    frames(tmp_path / "backup/006_1_2", [5562], "006_{:05d}.jpg")
    release = read("samm", tmp_path)
    assert codes(release) == ["E_AMBIGUOUS_MEDIA"]
    assert "backup/006_1_2" in release.problems[0].message
    assert [video.video_id for video in release.videos] == ["006_1_3"]


def test_no_frames_at_all(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632), with_frames=False)
    with pytest.raises(DataError, match=r"no frames for any row.*006_1_2/006_05562\.jpg"):
        read("samm", tmp_path)


def test_no_sheet(tmp_path: Path) -> None:
    xlsx(tmp_path / "holiday.xlsx", {"a": (("b",),)})
    with pytest.raises(DataError, match=r"no SAMM_Micro_FACS_Codes_v2 .*there: holiday\.xlsx"):
        read("samm", tmp_path)


def test_a_missing_column(tmp_path: Path) -> None:
    head = tuple("Begin" if name == "Onset Frame" else name for name in HEAD)
    xlsx(
        tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", {"MICRO_ONLY": (head, row("006_1_2", 1, 2, 3))}
    )
    with pytest.raises(DataError, match=r"no column 'Onset Frame' \(there: Subject, .*Begin"):
        read("samm", tmp_path)


def test_src_is_a_file(tmp_path: Path) -> None:
    path = csv_sheet(tmp_path / "a.csv", (HEAD,))
    with pytest.raises(ConfigError, match="not a folder"):
        read("samm", path)


def test_a_lock_file_of_a_spreadsheet_is_not_read(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632))
    (tmp_path / "~$SAMM_Micro_FACS_Codes_v2.xlsx").write_bytes(b"lock")
    assert read("samm", tmp_path).problems == ()


def test_an_older_copy_beside_is_told(tmp_path: Path) -> None:
    make(tmp_path, row("006_1_2", 5562, 5588, 5632))
    csv_sheet(tmp_path / "SAMM_20181215_Micro_FACS_Codes_v2.csv", (HEAD,))
    release = read("samm", tmp_path)
    assert codes(release) == ["W_SEVERAL_SHEETS"]
    assert "SAMM_20181215" in release.problems[0].message
