"""SMIC: counters of the camera, FirstF as text, a second expression, remarks, three cameras, clips."""

from pathlib import Path

import pytest
from releases import Cell, codes, counts, events, frames, read, xls, xlsx

from wdmd_tools.errors import DataError

HEAD = (
    "Subject",
    "Filename",
    "Nr",
    "OnsetF",
    "OffsetF",
    "OnsetF2",
    "OffsetF2",
    "FirstF",
    "Emotion",
)
LONG = "SMIC-E_raw image/HS_long/SMIC-HS-E"


def row(
    name: str,
    onset: Cell,
    offset: Cell,
    second: tuple[Cell, Cell] = (None, None),
    first: Cell = 308866,
    emotion: Cell = None,
) -> tuple[Cell, ...]:
    return (int(name[1:].split("_")[0]), name, 1, onset, offset, *second, first, emotion)


def make(src: Path, *rows: tuple[Cell, ...], head: tuple[Cell, ...] = HEAD) -> Path:
    remarks = ((), ("Remarks: clips of s7 are not released",), (None, "see the paper"))
    xlsx(src / LONG / "../SMIC-HS-E_annotation_2019.xlsx", {"Sheet1": (head, *rows, *remarks)})
    return src


def long(src: Path, name: str, start: int = 308866, count: int = 100) -> Path:
    folder = src / LONG / f"s{int(name[1:].split('_')[0]):02d}" / name
    return frames(folder, range(start, start + count), "image{:06d}.jpg")


def test_numbers_are_the_counter(tmp_path: Path) -> None:
    make(tmp_path, row("s3_sur_01", 308880, 308921))
    folder = long(tmp_path, "s3_sur_01")
    release = read("smic", tmp_path)
    (video,) = release.videos
    assert (video.video_id, video.subject_id, int(video.fps)) == ("s3_sur_01", "s03", 100)
    assert video.path == folder
    assert video.first_number is None
    (event,) = video.events
    assert (event.span.onset, event.span.apex, event.span.offset) == (308880, None, 308921)
    assert event.emotion == "surprise"
    assert event.key == "HS/s3_sur_01"
    # The remarks below the rows are neither rows nor problems.
    assert release.problems == ()
    assert release.display == "SMIC-E (HS)"
    assert not release.clip_set


@pytest.mark.parametrize("first", [308866, "308866", 308866.0])
@pytest.mark.parametrize("start", [0, 1])
def test_frames_numbered_anew_are_placed_by_first_f(
    tmp_path: Path, first: Cell, start: int
) -> None:
    make(tmp_path, row("s3_sur_01", 308880, 308921, first=first))
    long(tmp_path, "s3_sur_01", start)
    release = read("smic", tmp_path)
    assert release.videos[0].first_number == 308866
    assert codes(release) == ["W_NUMBERED_ANEW"]


def test_without_first_f_nothing_is_guessed(tmp_path: Path) -> None:
    make(tmp_path, row("s3_sur_01", 308880, 308921, first="missing"))
    long(tmp_path, "s3_sur_01", 0)
    assert read("smic", tmp_path).videos[0].first_number is None


def test_a_second_expression(tmp_path: Path) -> None:
    make(
        tmp_path,
        row("s3_sur_01", 308870, 308890, (308900, 308930)),
        row("s3_ne_01", 308870, 308890),
    )
    long(tmp_path, "s3_sur_01")
    long(tmp_path, "s3_ne_01")
    found = events(read("smic", tmp_path))
    assert list(found) == ["HS/s3_sur_01", "HS/s3_sur_01#2", "HS/s3_ne_01"]
    assert found["HS/s3_sur_01#2"].span.onset == 308900


@pytest.mark.parametrize(
    "second", [("OnsetF", "OffsetF"), (None, None), ("Onset F (2)", "Offset F (2)")]
)
def test_columns_of_the_second_under_other_names(tmp_path: Path, second: tuple[Cell, Cell]) -> None:
    make(
        tmp_path,
        row("s3_sur_01", 308870, 308890, (308900, 308930)),
        head=(*HEAD[:5], *second, *HEAD[7:]),
    )
    long(tmp_path, "s3_sur_01")
    found = events(read("smic", tmp_path))
    assert found["HS/s3_sur_01#2"].span.offset == 308930


def test_the_next_column_is_not_taken_for_a_second_expression(tmp_path: Path) -> None:
    make(
        tmp_path,
        row("s3_sur_01", 308870, 308890, (5, 900)),
        head=(*HEAD[:5], "Inducement", "Length", *HEAD[7:]),
    )
    long(tmp_path, "s3_sur_01")
    assert list(events(read("smic", tmp_path))) == ["HS/s3_sur_01"]


def test_an_emotion_that_is_not_that_of_the_name(tmp_path: Path) -> None:
    make(tmp_path, row("s3_sur_01", 308870, 308890, emotion="Negative"))
    long(tmp_path, "s3_sur_01")
    release = read("smic", tmp_path)
    assert codes(release) == ["W_EMOTION"]
    assert events(release)["HS/s3_sur_01"].emotion == "negative"


def test_counts(tmp_path: Path) -> None:
    make(tmp_path, row("s3_sur_01", 308870, 308890))
    long(tmp_path, "s3_sur_01")
    found = counts(read("smic", tmp_path))
    assert found["long clips"] == (157, 1)
    assert found["subjects"] == (16, 1)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row("s3_ne_01", 308890, 308870), "E_REVERSED"),
        (row("s3_ne_01", None, 308870), "E_ROW"),
        (row("s3_sur_01", 308870, 308890), "E_DUPLICATE_ROW"),
        (row("s4_ne_01", 308870, 308890), "E_NO_FRAMES"),
    ],
)
def test_a_row_that_cannot_be_used(tmp_path: Path, bad: tuple[Cell, ...], code: str) -> None:
    make(tmp_path, row("s3_sur_01", 308870, 308890), bad)
    long(tmp_path, "s3_sur_01")
    long(tmp_path, "s3_ne_01")
    release = read("smic", tmp_path)
    assert codes(release) == [code]
    assert list(events(release)) == ["HS/s3_sur_01"]


def test_a_missing_column(tmp_path: Path) -> None:
    make(tmp_path, (3, "s3_sur_01", 1), head=("Subject", "Filename", "Nr"))
    long(tmp_path, "s3_sur_01")
    with pytest.raises(DataError, match="no column 'OnsetF'"):
        read("smic", tmp_path)


def test_a_sheet_without_clips(tmp_path: Path) -> None:
    make(tmp_path, row("s3_sur_01", 308870, 308890))
    with pytest.raises(DataError, match=r"none of its clips; expected HS_long/SMIC-HS-E/s03"):
        read("smic", tmp_path)


def test_nothing_of_smic(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither SMIC-E"):
        read("smic", tmp_path)


def clip(src: Path, camera: str, name: str, emotion: str, form: str = "SMIC_all_cropped") -> Path:
    subject = name.split("_")[0]
    folder = src / form / camera / subject / "micro" / emotion / name
    return frames(folder, range(30), "reg_image{:06d}.bmp")


def test_clips_without_a_sheet(tmp_path: Path) -> None:
    folder = clip(tmp_path, "HS", "s1_ne_01", "negative")
    clip(tmp_path, "HS", "s11_po_02", "positive")
    calm = frames(
        tmp_path / "SMIC_all_cropped/HS/s1/non_micro/s1_non_01", range(5), "reg_image{:06d}.bmp"
    )
    release = read("smic", tmp_path)
    videos = {video.video_id: video for video in release.videos}
    one = videos["s1_ne_01"]
    assert (one.path, one.subject_id, int(one.fps), one.first_number) == (folder, "s01", 100, 1)
    (event,) = one.events
    # The whole clip of 30 frames, counted from 1.
    assert (event.span.onset, event.span.apex, event.span.offset) == (1, None, 30)
    assert event.emotion == "negative"
    assert videos["s1_non_01"].path == calm
    assert videos["s1_non_01"].events == ()
    assert release.clip_set
    assert release.problems == ()
    assert counts(release)["micro-expressions"] == (164, 2)
    assert counts(release)["micro-expressions: negative"] == (70, 1)


def test_one_camera_at_a_time(tmp_path: Path) -> None:
    clip(tmp_path, "VIS", "s11_ne_01", "negative")
    clip(tmp_path, "HS", "s11_ne_01", "negative")
    release = read("smic", tmp_path)
    assert [video.fps for video in release.videos] == [100]
    assert codes(release) == ["W_NOT_IMPORTED"]
    assert "SMIC VIS" in release.problems[0].message
    (video,) = read("smic", tmp_path / "SMIC_all_cropped/VIS").videos
    assert video.fps == 25


def test_long_clips_go_before_cut_ones(tmp_path: Path) -> None:
    make(tmp_path, row("s3_sur_01", 308870, 308890))
    long(tmp_path, "s3_sur_01")
    clip(tmp_path, "HS", "s1_ne_01", "negative")
    release = read("smic", tmp_path)
    assert release.display == "SMIC-E (HS)"
    assert codes(release) == ["W_NOT_IMPORTED"]


def test_the_sheet_of_visible_light(tmp_path: Path) -> None:
    head = ("Subject", "Filename", "x", "OnsetF", "OffsetF", None, None, "y", "FirstF")
    xls(
        tmp_path / "SMIC_VIS_E_annotation.xls",
        {"Sheet1": (head, (11, "s11_ne_01", 0, 1010, 1020, None, None, 0, 1000))},
    )
    frames(tmp_path / "VIS_long/SMIC-VIS-E/s11/s11_ne_01", range(1000, 1100), "image{:05d}.jpg")
    (video,) = read("smic", tmp_path).videos
    assert video.fps == 25
    assert video.events[0].emotion == "negative"
    assert video.events[0].key == "VIS/s11_ne_01"


def test_an_unnamed_camera_is_told(tmp_path: Path) -> None:
    frames(tmp_path / "x/s1/micro/negative/s1_ne_01", range(3), "reg_image{:06d}.bmp")
    assert codes(read("smic", tmp_path / "x")) == ["W_CAMERA"]


def test_raw_clips_go_before_cropped_ones(tmp_path: Path) -> None:
    clip(tmp_path, "HS", "s1_ne_01", "negative")
    raw = clip(tmp_path, "HS", "s1_ne_01", "negative", "SMIC_all_raw")
    release = read("smic", tmp_path)
    assert [video.path for video in release.videos] == [raw]
    assert release.layout == "raw clips"


def test_the_folder_of_the_emotion_is_used(tmp_path: Path) -> None:
    clip(tmp_path, "HS", "s1_ne_01", "surprise")
    release = read("smic", tmp_path)
    assert codes(release) == ["W_EMOTION"]
    assert events(release)["HS/s1_ne_01"].emotion == "surprise"
