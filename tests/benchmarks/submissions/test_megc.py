"""MEGC files of the challenges' years, and what can be wrong in them."""

from pathlib import Path
from typing import Any

import pytest
from builders import clip_row, segment_row, write_dataset

from benchmarks.submissions.read import read_submission
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.errors import DataError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import PredictedSegment


def _read(tmp_path: Path, dataset: Dataset, text: str) -> Any:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    return read_submission(path, dataset)


def test_frames_count_from_one_and_both_belong_to_it(tmp_path: Path, dataset: Dataset) -> None:
    # 1-based 3..7 is 0-based [2, 7)
    found = _read(tmp_path, dataset, "vid,onset,offset,type\nrec0_0001,3,7,me\nrec0_0001,9,9,mae\n")
    assert found.predictions["rec0_0001"].segments == (PredictedSegment(Interval(2, 7), 1.0),)
    assert len(found.predictions) == 24
    assert found.notes[1] == "1 macro-expressions were left aside; the dataset has none annotated"


def test_the_form_of_2025_and_a_score(tmp_path: Path, dataset: Dataset) -> None:
    # film frames: the second clip holds 49..96, so 50..54 is its [1, 6)
    head = "Subject;Video;Onset;Offset;Emotion;Score\n"
    found = _read(tmp_path, dataset, head + "s1;rec1;50;54;negative;0.75\n")
    vid = _read(tmp_path, dataset, "vid,onset,offset,emotion,score\ns1_rec1,50,54,negative,0.75\n")
    assert vid == found
    assert found.predictions["rec1_0001"].segments == (
        PredictedSegment(Interval(1, 6), 0.75, emotion="negative"),
    )
    assert found.notes == ()


def test_macro_expressions_are_kept_where_they_are_annotated(tmp_path: Path) -> None:
    clip = clip_row("a", 60, split="test")
    row = segment_row("a", CONSENSUS, 20, 50, kind="macro")
    dataset = write_dataset(tmp_path, [clip], [row])
    found = _read(tmp_path, dataset, "vid,onset,offset,type\na,3,7,me\na,21,51,mae\n")
    assert found.predictions["a"].segments == (
        PredictedSegment(Interval(2, 7), 1.0),
        PredictedSegment(Interval(20, 51), 1.0, "macro"),
    )


def test_a_segment_over_two_clips_goes_to_the_one_that_holds_most(
    tmp_path: Path, dataset: Dataset
) -> None:
    # clips [0, 48) and [48, 96): 1-based 45..60 is [44, 60), 4 frames in the first, 12 in the second
    found = _read(tmp_path, dataset, "vid,onset,offset\nrec2.mp4,45,60\nrec2,500,510\n")
    assert found.predictions["rec2_0001"].segments == (PredictedSegment(Interval(0, 12), 1.0),)
    assert found.predictions["rec2_0000"].segments == ()
    assert any("were cut" in note for note in found.notes)
    assert any("in no clip" in note for note in found.notes)


def test_a_file_without_a_row_says_so(tmp_path: Path, dataset: Dataset) -> None:
    found = _read(tmp_path, dataset, "vid,onset,offset,type\n")
    assert found.notes == ("it holds no segment; every clip counts as 'nothing found'",)
    assert len(found.predictions) == 24


def test_words_that_nobody_uses_are_told(tmp_path: Path, dataset: Dataset) -> None:
    rows = "rec0_0001,3,7,me\nrec0_0001,9,12,blink\nrec0_0001,20,22,Surprise\n"
    found = _read(tmp_path, dataset, "vid,onset,offset,type\n" + rows)
    told = [note for note in found.notes if "no usual word" in note]
    assert [note.split()[0] for note in told] == ["1"]
    rows = "rec0_0001,3,7,happy\nrec0_0001,9,12,hapy\nrec0_0001,20,22,\n"
    found = _read(tmp_path, dataset, "vid,onset,offset,emotion\n" + rows)
    assert [note.split()[0] for note in found.notes if "no usual word" in note] == ["1"]


@pytest.mark.parametrize("subject", ["s1", "S1", "1", "001", "sub01", ""])
def test_a_subject_may_be_written_in_many_ways(
    tmp_path: Path, dataset: Dataset, subject: str
) -> None:
    text = f"subject,video,onset,offset,emotion\n{subject},rec1,50,54,negative\n"
    assert _read(tmp_path, dataset, text).predictions["rec1_0001"].segments


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "subject,video,onset,offset\ns1,rec1,3,7\ns2,rec1,3,7\n",
            "line 3: subject is 's2', but the video is of 's1'",
        ),
        ("subject,video,onset,offset\nanna,rec1,3,7\n", "line 2: subject is 'anna', but"),
        ("subject,vid,onset,offset\ns2,rec1_0001,3,7\n", "line 2: subject is 's2', but"),
        (
            "vid,onset,offset,type\nrec0_0001,3,7,me\nrec9_0001,3,7,me\n",
            "line 3: vid 'rec9_0001' is",
        ),
        ("subject,video,onset,offset\ns1,d9,3,7\n", "line 2: video 'd9' is neither a clip nor"),
        ("vid,onset,offset\nrec0_0001,3.5,7\n", "line 2: onset is '3.5', expected a whole number"),
        ("vid,onset,offset\nrec0_0001,3,x\n", "line 2: offset is 'x', expected a whole number"),
        ("vid,onset,offset\nrec0_0001,0,7\n", "line 2: onset is 0; frames count from 1"),
        ("vid,onset,offset\nrec0_0001,8,7\n", "line 2: offset 7 is before onset 8"),
        ("vid,onset,offset,score\nrec0_0001,1,7,high\n", "line 2: score is 'high'"),
        (
            "clip,start,end\nrec0_0001,0,7\n",
            r"line 1: no column vid \(or subject and video\), onset",
        ),
        ("", "line 1: no column"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, dataset: Dataset, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        _read(tmp_path, dataset, text)
