"""wdmd import from a release in the layout of CAS(ME)2 to crops and tables, and failing calls."""

import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from projects import portrait_frames
from releases import xlsx
from typer.testing import CliRunner

from wdmd_tools import cli
from wdmd_tools.importers.casme2sq import read
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.run import _emotion_problems
from wdmd_tools.manifest import Dataset

cli._register()

ROWS = [
    (1, "disgust1_1", 5, 7, 9, "4+10", "negative", "micro-expression", "disgust"),
    (1, "disgust1_2", 12, 14, 0, "6+12", "positive", "macro-expression", "happiness"),
    (1, "disgust1_3", 900, 901, 910, "4", "others", "micro-expression", "disgust"),
]
MISSING = 8
FOLDER = Path("rawpic") / "s15" / "15_0101disgustingteeth"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Frames 1 to 16 of a moving portrait without number 8; three rows, of which one has no frames."""
    src = tmp_path / "CASME_sq"
    sheets = {"CASFEcode_final": ROWS, "naming rule1": [(15, "s15", 1)]}
    sheets |= {"naming rule2": [("0101", "disgust1")]}  # type: ignore[dict-item]
    xlsx(src / "CAS(ME)^2code_final.xlsx", sheets)  # type: ignore[arg-type]
    (src / FOLDER).mkdir(parents=True)
    for number, frame in enumerate(portrait_frames(16), start=1):
        if number != MISSING:
            cv2.imwrite(str(src / FOLDER / f"img{number:03d}.jpg"), frame[..., ::-1])
    (src / FOLDER / ".recursive").touch()
    return src


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_a_release_becomes_a_dataset(release: Path, tmp_path: Path, face_model: Path) -> None:
    out = tmp_path / "data"
    common = ("import", "casme2sq", release, "--out", out, "--size", 48, "--jobs", 1)
    common = (*common, "--face-model", face_model, "--no-report")
    result = run(*common, "--json")
    # The third row has no frames, which is a reject.
    assert result.exit_code == 4, result.output
    said = json.loads(result.stdout)
    assert said["layout"] == "rawpic: raw frames"
    assert "E_OUTSIDE_FRAMES" in said["rejects"][0]
    assert {"what": "micro-expressions", "expected": 57, "found": 2} in said["published"]
    warnings = " ".join(said["warnings"])
    for code in ("W_NO_FRAME", "W_OPEN_ROW", "W_COUNTS"):
        assert code in warnings

    # numbers  1 2 3 4 5 6 7 . 9 10 11 12 13 14 15 16
    # frames   0 1 2 3 4 5 6   7  8  9 10 11 12 13 14
    # me               |---A---|            macro |---A|  (ends at its apex)
    (clip,) = Dataset.open(out).clips.to_pylist()
    assert (clip["fps_num"], clip["fps_den"], clip["n_frames"]) == (30, 1, 15)
    assert clip["source_video"] == FOLDER.as_posix()
    rows = pq.read_table(out / "segments.parquet").to_pylist()
    consensus = [
        (row["kind"], row["label"], row["onset_frame"], row["apex_frame"], row["offset_frame"])
        for row in rows
        if row["annotator"] == "consensus"
    ]
    assert consensus == [
        ("me", "ME", 4, 6, 7),
        ("au", "10", 4, None, 7),
        ("au", "4", 4, None, 7),
        ("emotion", "negative", 4, None, 7),
        ("emotion3", "negative", 4, None, 7),
        ("macro", "macro", 10, 12, 12),
    ]
    frames = pq.read_table(out / "frames.parquet").to_pylist()
    assert [row["pts_us"] for row in frames[6:8]] == [200000, 266667]  # two steps for the gap
    assert [row["is_me"] for row in frames] == [4 <= k <= 7 for k in range(15)]
    about = json.loads((out / "dataset.json").read_text())["import"]
    assert about["numbering"]["s15_0101"] == {
        "video_id": "s15_0101",
        "first_number": 1,
        "frames": 15,
        "missing": 1,
    }
    assert list(about["sheets"]) == ["CAS(ME)^2code_final.xlsx"]
    assert "Imported" in (out / "README.md").read_text()

    # Again: nothing to do, for people. Another policy, or an exchanged frame, is built anew.
    again = run(*common)
    assert again.exit_code == 4
    assert "1 videos, 0 worked on now" in again.stdout
    assert "micro-expressions: 2; published 57" in again.stdout
    dropped = run(*common, "--offset-zero", "drop", "--json")
    assert json.loads(dropped.stdout)["built"] == 1
    kinds = pq.read_table(out / "segments.parquet")["kind"].to_pylist()
    assert "macro" not in kinds
    first = release / FOLDER / "img001.jpg"
    cv2.imwrite(str(first), np.flip(cv2.imread(str(first)), 1))
    os.utime(first, ns=(1, 1))
    assert json.loads(run(*common, "--offset-zero", "drop", "--json").stdout)["built"] == 1


def test_corrections_of_ones_own_that_change_nothing_are_told(
    release: Path, tmp_path: Path, face_model: Path
) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(
        "key,field,old,new,date,source,why\n"
        "s15/disgust1_1,apex,7,6,2026-11-21,lab,stands\n"
        "s15/disgust1_1,onset,4,3,2026-11-21,lab,the sheet says 5\n"
        "s15/digsust1_2,drop,,,2026-11-21,lab,mistyped\n"
    )
    result = run(
        "import", "casme2sq", release, "--out", tmp_path / "data", "--size", 48, "--jobs", 1,
        "--face-model", face_model, "--no-report", "--json", "--corrections", mine,
    )  # fmt: skip
    said = json.loads(result.stdout)
    assert len(said["corrections"]["applied"]) == 1
    told = [line for line in said["warnings"] if "W_CORRECTION" in line]
    assert [line.split("W_CORRECTION: ")[1].split(";")[0] for line in told] == [
        "s15/disgust1_1: not applied: no row of this key has onset 4",
        "s15/digsust1_2: not applied: no row has this key",
    ]


def test_an_unknown_emotion_is_told_once_per_word(release: Path) -> None:
    rows = [
        (*row[:6], "postive" if number < 2 else row[6], *row[7:]) for number, row in enumerate(ROWS)
    ]
    sheets = {"CASFEcode_final": rows, "naming rule1": [(15, "s15", 1)]}
    sheets |= {"naming rule2": [("0101", "disgust1")]}  # type: ignore[dict-item]
    xlsx(release / "CAS(ME)^2code_final.xlsx", sheets)  # type: ignore[arg-type]
    (told,) = _emotion_problems(read(release, Corrections()))
    assert told.code == "W_EMOTION_WORD"
    assert "'postive'" in told.message
    assert told.file.endswith("row 1")


def test_a_file_above_the_folder(release: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    result = run("import", "casme2sq", release, "--out", tmp_path / "notes.txt" / "a" / "b")
    assert result.exit_code == 2
    assert "notes.txt, above b, is a file" in result.stderr.replace("\n", "")


def test_links_to_folders_are_told(release: Path, tmp_path: Path, face_model: Path) -> None:
    (release / "rawpic" / "s16").symlink_to(tmp_path, target_is_directory=True)
    result = run(
        "import", "casme2sq", release, "--out", tmp_path / "data", "--size", 48, "--jobs", 1,
        "--face-model", face_model, "--no-report", "--json",
    )  # fmt: skip
    said = json.loads(result.stdout)
    (told,) = [line for line in said["warnings"] if "W_LINK" in line]
    assert "not followed: rawpic/s16;" in told


def test_frames_behind_a_link_are_missing_and_the_link_is_named(
    release: Path, tmp_path: Path
) -> None:
    (release / "rawpic").rename(tmp_path / "disk")
    (release / "rawpic").symlink_to(tmp_path / "disk", target_is_directory=True)
    result = run("import", "casme2sq", release, "--out", tmp_path / "data")
    assert result.exit_code == 3
    assert "links to folders are not followed: rawpic" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("there", "what"),
    [
        ({"import": {"dataset": "samm", "display": "SAMM"}}, "an import of SAMM"),
        ({"name": "lab"}, "a dataset built from ELAN files"),
    ],
)
def test_a_dataset_of_another_origin_is_not_replaced(
    release: Path, tmp_path: Path, there: dict[str, Any], what: str
) -> None:
    out = tmp_path / "data"
    (out / ".build").mkdir(parents=True)
    (out / "dataset.json").write_text(json.dumps(there))
    result = run("import", "casme2sq", release, "--out", out)
    assert result.exit_code == 2
    assert f"{out} holds {what}" in result.stderr.replace("\n", "")
    assert [path.name for path in sorted(out.iterdir())] == [".build", "dataset.json"]


def test_a_build_does_not_replace_an_import(tmp_path: Path) -> None:
    ann, raw, out = tmp_path / "ann", tmp_path / "raw", tmp_path / "data"
    for folder in (ann, raw, out / ".build"):
        folder.mkdir(parents=True)
    said = {"import": {"dataset": "samm", "display": "SAMM"}}
    (out / "dataset.json").write_text(json.dumps(said))
    result = run("build", "--elan", ann, "--videos", raw, "--out", out)
    assert result.exit_code == 2
    assert "holds an import of SAMM" in result.stderr.replace("\n", "")


def test_a_broken_frame_is_a_gap_and_a_warning(
    release: Path, tmp_path: Path, face_model: Path
) -> None:
    broken = release / FOLDER / "img003.jpg"
    broken.write_bytes(broken.read_bytes()[:300])
    result = run(
        "import", "casme2sq", release, "--out", tmp_path / "data", "--size", 48, "--jobs", 1,
        "--face-model", face_model, "--no-report", "--json",
    )  # fmt: skip
    said = json.loads(result.stdout)
    assert said["counts"]["frames"] == 14
    (told,) = [one for one in said["warnings"] if "W_BROKEN_FRAMES" in one]
    assert "1 frames cannot be decoded and are left out: img003.jpg" in told
    rows = pq.read_table(tmp_path / "data" / "segments.parquet").to_pylist()
    me = next(row for row in rows if row["kind"] == "me" and row["annotator"] == "consensus")
    assert (me["onset_frame"], me["apex_frame"], me["offset_frame"]) == (3, 5, 6)


def test_frames_of_two_sizes_reject_the_video_by_name(
    release: Path, tmp_path: Path, face_model: Path
) -> None:
    cv2.imwrite(str(release / FOLDER / "img010.jpg"), np.zeros((100, 120, 3), np.uint8))
    result = run(
        "import", "casme2sq", release, "--out", tmp_path / "data", "--size", 48, "--jobs", 1,
        "--face-model", face_model,
    )  # fmt: skip
    assert result.exit_code == 3
    reasons = pq.read_table(tmp_path / "data" / "rejects.parquet")["reason"].to_pylist()
    assert any("img010.jpg: 120x100 px after frames of 240x240" in one for one in reasons)


def test_wrong_calls_end_in_one_line(release: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    for arguments, code, says in [
        (("casme2s", release), 2, "unknown dataset 'casme2s'; did you mean"),
        (("casme2sq", tmp_path / "none"), 2, "no such folder"),
        (("casme2sq", release, "--corrections", "x.csv"), 2, "--corrections: x.csv: no such file"),
        (("casme2sq", release, "--offset-zero", "guess"), 2, "--offset-zero: expected"),
        (("casme2sq", release, "--set", "crop.siz=3"), 2, "crop.siz: no such key"),
        (("casme2sq", release, "--jobs", 0), 2, "--jobs"),
        (("casme2sq", release, "--strict-counts"), 3, "micro-expressions 2 (published 57)"),
        (("casme3", release), 3, "neither cas(me)3_part_A_ME_label"),
    ]:
        result = run("import", *arguments, "--out", out)
        assert result.exit_code == code, result.output
        assert says in result.stderr
        assert "Traceback" not in result.output
    inside = run("import", "casme2sq", release, "--out", release / "data")
    assert inside.exit_code == 2
    assert "lies inside of SRC" in inside.stderr
    assert not out.exists()


def test_a_release_without_any_usable_frame_says_why(release: Path, tmp_path: Path) -> None:
    for path in (release / FOLDER).glob("*.jpg"):
        path.write_bytes(b"nothing")
    result = run("import", "casme2sq", release, "--out", tmp_path / "data", "--no-report")
    assert result.exit_code == 3
    assert "none of 15 frames can be decoded" in result.stderr
