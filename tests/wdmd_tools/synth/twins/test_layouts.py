"""Names, headers and cells of each twin are those of the release."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlrd

from wdmd_tools.synth.twins.books import write_book
from wdmd_tools.synth.twins.model import TwinPlan, TwinSheet
from wdmd_tools.synth.twins.render import TWINS, plan_twin

Table = list[list[Any]]


def _books(plan: TwinPlan, folder: Path) -> dict[str, dict[str, Table]]:
    """Every workbook written to disk and read back by the libraries: name -> sheet -> cells."""
    read = {}
    for name, sheets in plan.books.items():
        path = folder / name
        write_book(path, sheets)
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            read[name] = {
                page.title: [list(row) for row in page.iter_rows(values_only=True)]
                for page in book.worksheets
            }
        else:
            pages = xlrd.open_workbook(path).sheets()
            read[name] = {
                page.name: [page.row_values(n) for n in range(page.nrows)] for page in pages
            }
    return read


def _files(plan: TwinPlan) -> dict[str, list[str]]:
    return {video.folder: [video.name(n) for n in video.numbers] for video in plan.videos}


def test_casme2sq(tmp_path: Path) -> None:
    plan = plan_twin("casme2sq", subjects=6)
    sheets = _books(plan, tmp_path)["CAS(ME)^2code_final.xlsx"]
    assert list(sheets) == ["CASFEcode_final", "naming rule1", "naming rule2"]
    rows, people, codes = sheets.values()
    # No header: the first row is data.
    assert rows[0][:2] == [1, "disgust1_1"]
    assert rows[0][5:] == ["4+10", "negative", "micro-expression", "disgust"]
    assert {len(row) for row in rows} == {9}
    assert {row[7] for row in rows} == {"micro-expression", "macro-expression"}
    assert [row[2] for row in people] == [row[0] for row in rows]
    assert people[0] == [15, "s15", 1]
    assert ["0101", "disgust1"] in codes
    assert len(codes) == 9
    # Offset 0 in a macro row, apex 0 in the row of the release, apex behind the offset.
    assert any(row[4] == 0 and row[7] == "macro-expression" for row in rows)
    assert [17, "anger1_1", 1763, 0, 1787] in [row[:5] for row in rows]
    behind = [(row[0], row[1]) for row in rows if row[3] > row[4] > 0]
    assert behind == [(11, "disgust1_5"), (14, "happy2_1"), (15, "anger1_12")]
    assert any(row[8] == "happyiness" for row in rows)
    files = _files(plan)
    assert files["rawpic/s15/15_0101disgustingteeth"][0] == "img001.jpg"
    assert files["longVideoFaceCropped/s15/15_0101disgustingteeth"][0] == "img_1.jpg"
    assert "rawpic/s19/23_0502funnyerrors" in files
    assert {"img999.jpg", "img1000.jpg"} <= set(files["rawpic/s15/15_0502funnyerrors"])


def test_casme3(tmp_path: Path) -> None:
    plan = plan_twin("casme3", subjects=5)
    books = _books(plan, tmp_path)
    micro = books["annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"]
    assert list(micro) == ["label", "Sheet2", "Sheet3"]
    head, *rows = micro["label"]
    assert head[:5] == ["Subject", "Filename", "Onset", "Apex", "Offset"]
    assert head[5:] == ["AU", "Objective class", "emotion"]
    assert all(isinstance(cell, str) for row in rows for cell in row)
    spans = [row[:5] for row in rows]
    for typo in (
        "spNO.216 d 3647 2668 2694",
        "spNO.216 e 0 0 25",
        "spNO.40 e 1812 1824 0",
        "spNO.214 c 5 5 3460",
        "spNO.149 d 112 83 358",
    ):
        assert typo.split() in spans
    upper = [row for row in rows if row[0] == "spNO.14"]
    assert [row[1] for row in upper] == ["J", "J"]
    assert upper[1][2] == upper[1][3]
    assert "T28+14" in {row[5] for row in rows}
    part_c = books["annotation/CAS(ME)3_part_C_ME.xlsx"]["mockCrimeME"]
    assert part_c[0] == ["sub", "count", "onset", "offset", "au", "emotion"]
    assert part_c[2][4] == "1\uff0c2"
    full = books["annotation/CAS(ME)3_part_A_v2.xls"]
    assert list(full) == ["AU+Emotion", "eye blink"]
    assert full["AU+Emotion"][0][6] == "Expression type"
    assert {row[6] for row in full["AU+Emotion"][1:]} == {"Macro-expression", "Micro-expression"}
    assert isinstance(full["AU+Emotion"][1][2], float)  # a number, as xls stores it
    assert full["eye blink"][0] == ["Subject", "Filename", "Onset", "Offset"]
    assert len(full["eye blink"]) == 2
    files = _files(plan)
    names = files["part_A/spNO.14/j/color"]
    first = int(names[0].removesuffix(".jpg"))
    assert 8 <= first < 12
    assert len(names) == 118
    assert f"{first + 19}.jpg" not in names
    assert "part_A/spNo.214/c/color" in files


def test_samm(tmp_path: Path) -> None:
    plan = plan_twin("samm", subjects=4)
    table = _books(plan, tmp_path)["SAMM_Micro_FACS_Codes_v2.xlsx"]["MICRO_ONLY"]
    assert table[13][:5] == ["Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame"]
    assert len(table[13]) == 12
    assert all("Subject" not in row for row in table[:13])
    rows = table[14:]
    assert rows[0][:3] == ["007", "007_6_1", 6]
    assert rows[0][8] == "(R6 or R12)+R15"
    assert {row[7] for row in rows} == {"Micro - 1/2"}
    assert [row[1] for row in rows if row[4] == -1] == ["032_3_1", "032_3_2", "028_4_1"]
    assert "L14 or R14" in {row[8] for row in rows}
    files = _files(plan)
    assert files["SAMM/006/006_1_2"][0].startswith("006_05")
    assert len(files["SAMM/006/006_3_4"][0]) == len("006_0954.jpg")
    assert all(video.gray for video in plan.videos)


def test_samm_lv(tmp_path: Path) -> None:
    plan = plan_twin("samm-lv", subjects=4)
    books = _books(plan, tmp_path)
    table = books["SAMM_LongVideos_V3_Release.xlsx"]["FACS_Movement_Only"]
    assert table[9] == [
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
    ]
    rows = table[10:]
    assert all(isinstance(row[0], str) and len(row[0]) == 3 for row in rows)
    assert {row[7] for row in rows} == {"Macro", "Micro - 1/2"}
    assert 126.4 in [row[3] for row in rows]
    assert [row[1] for row in rows if row[3] == 0] == ["018_3_3"]
    assert {row[1] for row in rows if row[4] == -1} == {"028_4_1", "008_5_1"}
    first_two = [row[3] for row in rows[:2]]
    assert first_two != sorted(first_two)
    # Emotions in SAMM's own workbook, by the same file names, for micro-movements only.
    micro = books["SAMM_Micro_FACS_Codes_v2.xlsx"]["MICRO_ONLY"][14:]
    assert {row[1] for row in micro} == {row[1] for row in rows if row[7] != "Macro"}
    files = _files(plan)
    assert files["SAMM_longvideos/028_4"][0] == "028_4_0001.jpg"


def test_mmew(tmp_path: Path) -> None:
    plan = plan_twin("mmew")
    table = _books(plan, tmp_path)["MMEW_Final/MMEW_Micro_Exp.xlsx"]["Sheet1"]
    assert table[0] == [
        "Subject",
        "Filename",
        "OnsetFrame",
        "ApexFrame",
        "OffsetFrame",
        "Action Units",
        "Estimated Emotion",
        "remarks",
    ]
    assert table[1][:2] == [1, "S01-01-001"]
    assert len(table) == 7
    files = _files(plan)
    assert files["MMEW_Final/Macro_Expression/S01/anger"][0] == "S01-07-001.jpg"
    assert files["MMEW_Final/Micro_Expression/happiness/S01-01-001"][0] == "1.jpg"


def test_smic(tmp_path: Path) -> None:
    plan = plan_twin("smic")
    table = _books(plan, tmp_path)["SMIC-HS-E_annotation.xlsx"]["Sheet1"]
    columns = {name: place for place, name in enumerate(table[0])}
    rows = [row for row in table[1:] if isinstance(row[0], int)]
    assert table[len(rows) + 2][0] == "Remarks:"
    assert {type(row[columns["FirstF"]]) for row in rows} == {int, str}
    folders = _files(plan)
    name = rows[0][columns["Filename"]]
    frames = folders[f"SMIC-E_raw image/HS_long/SMIC-HS-E/s03/{name}"]
    assert name == "s3_sur_01"
    assert frames[0] == f"image{int(rows[0][columns['FirstF']]):06d}.jpg"
    assert sum(row[columns["OnsetF2"]] is not None for row in rows) == 1
    cut = folders["SMIC_all_cropped/HS/s3/micro/surprise/s3_sur_01"]
    assert cut[0] == "reg_image000000.bmp"


def test_casme2(tmp_path: Path) -> None:
    plan = plan_twin("casme2")
    table = _books(plan, tmp_path)["CASME2-coding-20140508.xlsx"]["Sheet1"]
    assert table[0][2] is None
    assert table[0][6] is None
    assert [name for name in table[0] if name] == [
        "Subject",
        "Filename",
        "OnsetFrame",
        "ApexFrame",
        "OffsetFrame",
        "Action Units",
        "Estimated Emotion",
    ]
    assert table[1][:2] == ["04", "EP12_01f"]
    assert table[1][4] == "/"
    assert table[1][7] == 4
    files = _files(plan)
    assert files["CASME2-RAW/sub04/EP12_01f"][0] == "img001.jpg"
    assert files["Cropped/sub01/EP02_01f"][0].startswith("reg_img3")
    assert files["CASME2-RAW/sub17/EP06_04"][0] == "img1.jpg"


@pytest.mark.parametrize("name", TWINS)
def test_plans_follow_the_seed_and_stay_small(name: str) -> None:
    one, same, other = (plan_twin(name, seed=seed) for seed in (1, 1, 2))
    spans = [
        [(e.onset, e.apex, e.offset) for v in plan.videos for e in v.events]
        for plan in (one, same, other)
    ]
    assert spans[0] == spans[1]
    assert spans[0] != spans[2]
    assert sum(len(video.numbers) for video in one.videos) < 1000
    assert len({video.folder for video in one.videos}) == len(one.videos)
    assert len({video.subject_id for video in one.videos}) == 3


@pytest.mark.parametrize("name", TWINS)
def test_every_number_of_subjects_can_be_planned(name: str) -> None:
    most = 30 if name in ("samm-lv", "mmew") else 16
    plan = plan_twin(name, subjects=most)
    assert len({video.subject_id for video in plan.videos}) == most
    assert len({video.video_id for video in plan.videos}) == len(plan.videos)


def test_only_workbooks_are_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"xlsx or \.xls"):
        write_book(tmp_path / "a.csv", [TwinSheet("a", ())])
