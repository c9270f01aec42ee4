"""Two people in one film: two recordings, each with its own face."""

from pathlib import Path

import numpy as np
import pytest
from projects import TierText, portrait, write_eaf_text, write_film
from typer.testing import CliRunner

from wdmd_tools import cli
from wdmd_tools.cli import app
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest.tables import read_table
from wdmd_tools.pipeline.plan import plan_project
from wdmd_tools.pipeline.shared_faces import box_iou
from wdmd_tools.pipeline.subjects import read_subjects
from wdmd_tools.protocol import Protocol

cli._register()

COUNT = 12


def two_shot() -> np.ndarray:
    """640 x 240 px: the portrait on the left, its mirror image on the right."""
    picture = np.full((240, 640, 3), 90, dtype=np.uint8)
    picture[:, :240], picture[:, 400:] = portrait(), portrait()[:, ::-1]
    return np.stack([picture] * COUNT)


def eaf(folder: Path) -> Path:
    """A1 looked at P1 and P2, A2 at P1 only; the State of A2 names nobody."""
    write_film(folder / "raw" / "film.mp4", two_shot())
    write_eaf_text(
        folder / "ann" / "film.A1.eaf",
        TierText("ME", [(100, 200, "")], "P1"),
        TierText("Clip", [(0, 400, "")]),
    )
    write_eaf_text(folder / "ann" / "film-b.A1.eaf", TierText("ME", [], "P2"))
    write_eaf_text(
        folder / "ann" / "film.A2.eaf",
        TierText("ME", [(100, 233, "")], "P1"),
        TierText("State", [(0, 400, "speaking")]),
    )
    return folder


def test_each_person_is_a_recording_with_those_who_looked(tmp_path: Path) -> None:
    folder = eaf(tmp_path)
    plan = plan_project(folder / "ann", folder / "raw", Protocol())
    assert not [p for p in plan.problems if p.is_error]
    first, second = plan.recordings
    assert [r.recording_id.split(".")[0] for r in plan.recordings] == ["film", "film"]
    assert (first.subject_id, first.annotators) == ("P1", ("A1", "A2"))
    assert (second.subject_id, second.annotators) == ("P2", ("A1",))
    # A2 looked at one person only, so A2's State is that person's; the clips are everybody's.
    assert sorted(event.kind for event in first.events) == ["clip", "me", "me", "state"]
    assert [event.kind for event in second.events] == ["clip"]


def test_a_tier_that_may_be_anybodys_is_told_once(tmp_path: Path) -> None:
    write_film(tmp_path / "raw" / "film.mp4", two_shot())
    write_eaf_text(
        tmp_path / "ann" / "film.eaf",
        TierText("ME@A1", [(100, 200, "")], "P1"),
        TierText("ME@A1 ", [(100, 200, "")], "P2"),
        TierText("State@A1", [(0, 100, "speaking"), (200, 300, "speaking")]),
    )
    plan = plan_project(tmp_path / "ann", tmp_path / "raw", Protocol())
    errors = [problem for problem in plan.problems if problem.is_error]
    assert [(problem.code, problem.tier) for problem in errors] == [("E_WHOSE", "State@A1")]
    assert [r.subject_id for r in plan.recordings] == ["P1", "P2"]


@pytest.mark.parametrize("swapped", [False, True])
def test_subjects_csv_says_whose_face_is_whose(
    tmp_path: Path, face_model: Path, swapped: bool
) -> None:
    folder = eaf(tmp_path)
    # As Excel saves it: byte order mark, semicolons; one person by position, one by a point.
    rows = ["participant;position;x;y", "P1;right;;", "P2;;120;120"]
    if swapped:
        rows = ["participant;position;x;y", "P1;1;;", "P2;2;;"]
    table = folder / "ann" / "subjects.csv"
    table.write_text("\ufeff" + "\r\n".join(rows), encoding="utf-8")
    out = folder / "data"
    result = CliRunner().invoke(
        app,
        [
            *("build", "--elan", str(folder / "ann"), "--videos", str(folder / "raw")),
            *("--out", str(out), "--face-model", str(face_model), "--size", "64"),
            *("--jobs", "1", "--no-report"),
        ],
    )
    assert result.exit_code == 0, result.output
    clips = read_table(out / "clips.parquet", "clips").to_pylist()
    frames = read_table(out / "frames.parquet", "frames").to_pylist()
    assert len(clips) == 2
    for clip in clips:
        assert "W_GUESSED_SUBJECT" not in clip["flags"]
        boxes = [f["bbox"] for f in frames if f["clip_id"] == clip["clip_id"] and f["face_found"]]
        assert len(boxes) == COUNT
        middle = np.mean([(box[0] + box[2]) / 2 for box in boxes])
        on_the_right = (clip["subject_id"] == "P1") != swapped
        assert (middle > 320) == on_the_right
    assert {clip["split"] for clip in clips} in ({"train"}, {"val"}, {"test"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("who,position\nP1,left\n", "no such column: 'who'"),
        ("position\nleft\n", "no column 'participant'"),
        ("participant,position\nP1,top\n", "line 2: position 'top'"),
        ("participant,position\n,left\n", "line 2: participant is empty"),
        ("participant,position\nP1,left\nP1,right\n", "line 3: 'P1' has a row"),
        ("participant,x\nP1,5\n", "line 2: a seed needs x and y"),
        ("participant,x,y\nP1,nan,5\n", "line 2: x 'nan'"),
        ("participant,position,x,y\nP1,left,5,5\n", "one of the two"),
    ],
)
def test_a_wrong_table_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "subjects.csv"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_subjects(path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_row_that_names_the_film_goes_first(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(
        "participant,source_video,position\nJosé,,left\nJosé,b.mp4,2\n".encode("cp1252")
    )
    subjects = read_subjects(path)
    there, elsewhere = subjects.find("José", "day 1/b.mp4"), subjects.find("José", "c.mp4")
    assert there is not None
    assert elsewhere is not None
    assert (there.position, elsewhere.position) == ("2", "left")
    assert subjects.find("Ana", "b.mp4") is None


def test_a_missing_table_is_refused(tmp_path: Path, face_model: Path) -> None:
    folder = eaf(tmp_path)
    arguments = ["build", "--elan", str(folder / "ann"), "--videos", str(folder / "raw")]
    result = CliRunner().invoke(
        app, [*arguments, "--out", str(folder / "d"), "--subjects", str(folder / "none.csv")]
    )
    assert result.exit_code == 2
    assert "--subjects" in result.stderr


def build(folder: Path, out: Path, *more: object):  # type: ignore[no-untyped-def]
    words = ["build", "--elan", folder / "ann", "--videos", folder / "raw", "--out", out]
    return CliRunner().invoke(app, [str(one) for one in (*words, "--no-report", *more)])


def test_the_same_face_for_two_people_is_refused_not_trained_on(
    tmp_path: Path, face_model: Path
) -> None:
    """Two still portraits: no mouth tells them apart, so both recordings guess the same one."""
    folder = eaf(tmp_path)
    done = build(folder, tmp_path / "out", "--set", "crop.size=64", "--face-model", face_model)
    assert done.exit_code == 3, done.output
    assert "E_SAME_FACE" in done.output
    table = tmp_path / "subjects.csv"
    table.write_text("participant,source_video,position\nP1,film.mp4,left\n", encoding="utf-8")
    arguments = ("--set", "crop.size=64", "--face-model", face_model, "--subjects", table)
    half = build(folder, tmp_path / "half", *arguments)
    clips = read_table(tmp_path / "half" / "clips.parquet", "clips").to_pylist()
    if half.exit_code == 4:
        # P2's guess fell on P1's face, which a person had named: only the guess goes.
        assert {clip["subject_id"] for clip in clips} == {"P1"}
    else:
        assert {clip["subject_id"] for clip in clips} == {"P1", "P2"}
    text = "participant,source_video,position\nP1,film.mp4,left\nP2,film.mp4,right\n"
    table.write_text(text, encoding="utf-8")
    whole = build(folder, tmp_path / "whole", *arguments)
    assert whole.exit_code == 0, whole.output
    clips = read_table(tmp_path / "whole" / "clips.parquet", "clips").to_pylist()
    assert {clip["subject_id"] for clip in clips} == {"P1", "P2"}


def test_overlap_of_boxes_by_hand() -> None:
    # [0, 10] x [0, 10] and [5, 15] x [0, 10]: 50 of 150
    one, other = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 15, 10]])
    assert box_iou(one, other)[0] == pytest.approx(1 / 3)
    assert box_iou(one, one)[0] == 1
    assert box_iou(one, one + 20)[0] == 0


def test_rows_that_fit_nobody_and_places_given_twice_are_told(tmp_path: Path) -> None:
    folder = eaf(tmp_path)
    table = tmp_path / "subjects.csv"
    table.write_text(
        "participant;source_video;position\nP9;film.mp4;left\nP1;nofilm.mp4;left\nP2;;right\n",
        encoding="utf-8",
    )
    plan = plan_project(folder / "ann", folder / "raw", Protocol(), subjects=table)
    rows = [(p.line, p.message) for p in plan.problems if p.code == "W_SUBJECTS_ROW"]
    assert [line for line, _ in rows] == [2, 3]
    assert "known: P1, P2" in rows[0][1]
    assert "film.mp4" in rows[1][1]
    table.write_text(
        "participant,source_video,position\nP1,film.mp4,left\nP2,film.mp4,left\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"line 3: 'P1' is said to be there already"):
        read_subjects(table)
