"""Who is shown and who annotated, over all files of a project; films need not be decodable for this."""

from pathlib import Path

import pytest
from projects import TierText, write_eaf_text

from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import AnnotationError, ConfigError
from wdmd_tools.pipeline.check import check_annotations
from wdmd_tools.pipeline.plan import Plan, plan_project
from wdmd_tools.protocol import Protocol


def planned(tmp_path: Path, files: dict[str, tuple[TierText, ...]]) -> Plan:
    """Files are named ``<film>[.<annotator>]``."""
    for name, tiers in files.items():
        film = name.split(".")[0]
        (tmp_path / "raw").mkdir(exist_ok=True)
        (tmp_path / "raw" / f"{film}.mp4").write_bytes(b"")
        write_eaf_text(tmp_path / "ann" / f"{name}.eaf", *tiers, media_url=f"{film}.mp4")
    return plan_project(tmp_path / "ann", tmp_path / "raw", Protocol())


def codes(plan: Plan) -> list[str]:
    return [problem.code for problem in plan.problems]


def test_the_participant_of_an_empty_me_tier_and_of_a_rejected_me_is_the_subject(
    tmp_path: Path,
) -> None:
    plan = planned(
        tmp_path,
        {
            "a": (TierText("ME@A", [(0, 200, "")], "P1"),),
            "b": (TierText("ME@A", [], "P1"), TierText("State@A", [(0, 900, "silent")], "P2")),
            "c": (TierText("ME@A", [(5, 5, "")], "P1"),),
            "d": (TierText("ME@A"), TierText("State@A", [], "P1")),
            "e": (TierText("ME@A"),),
        },
    )
    assert [one.subject_id for one in plan.recordings] == ["P1", "P1", "P1", "P1", "e"]
    assert codes(plan) == ["E_ZERO_LENGTH", "W_NO_PARTICIPANT"]


def test_people_who_differ_in_case_only_are_named_within_a_film_and_across_films(
    tmp_path: Path,
) -> None:
    files = {
        "a": (TierText("ME@Anna", [], "P1"),),
        "b": (TierText("ME@anna", [], "p1"),),
        "c": (TierText("ME@A", [], "P2"), TierText("ME@B", [], "p2 ")),
        "d": (TierText("ME@A", [], "P2"), TierText("ME@B", [], "p2")),
    }
    plan = planned(tmp_path, files)
    several = next(p for p in plan.problems if p.code == "E_SEVERAL_PARTICIPANTS")
    assert "'P2' and 'p2' differ only in case" in several.fix
    alike = [p.message for p in plan.problems if p.code == "W_LOOKALIKE_NAMES"]
    assert [message.split(";")[0].split(": ")[1] for message in alike] == [
        "'Anna' (a.eaf), 'anna' (b.eaf)",
        "'P1' (a.eaf), 'p1' (b.eaf)",
        "'P2' (c.eaf), 'p2' (c.eaf)",
    ]
    without_films = check_annotations(tmp_path / "ann", Protocol())
    assert [p.code for p in without_films.problems] == ["W_LOOKALIKE_NAMES"] * 3


def test_a_second_file_of_an_annotator_names_the_one_that_is_used(tmp_path: Path) -> None:
    tier = TierText("ME@A", [(0, 200, "")], "P1")
    plan = planned(tmp_path, {"film": (tier,), "film.copy": (tier,)})
    (problem,) = plan.problems
    assert problem.code == "E_DUPLICATE_ANNOTATOR"
    assert problem.file.endswith("film.eaf" if "film.copy" in problem.message else "film.copy.eaf")
    assert "that one is used, this one is left out" in problem.message
    assert "backup" in problem.fix


def test_a_name_that_is_made_up_or_contradicted_is_told(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        {
            "a": (TierText("ME", [], "P1"), TierText("State", [], "P1")),
            "b": (TierText("ME@A1", [], "P1", annotator="anna"),),
            "c": (TierText("ME", [], "P1"), TierText("State@A1", [], "P1")),
            "d.Ben": (TierText("ME", [], "P1"), TierText("State", [], "P1")),
            "e": (TierText("ME@A1", [], "P1", annotator=" a1"),),
        },
    )
    assert codes(plan) == [
        "W_NO_ANNOTATOR",
        "W_TWO_ANNOTATORS",
        "W_NO_ANNOTATOR",
        "W_STATE_ANNOTATOR",
    ]
    assert "'A1' is used" in plan.problems[1].message
    assert [one.annotators for one in plan.recordings] == [
        ("annotator",), ("A1",), ("annotator",), ("Ben",), ("A1",)
    ]  # fmt: skip


def test_a_file_that_is_no_eaf_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "film.txt").write_text("x")
    with pytest.raises(ConfigError, match=r"film.txt: not an ELAN file \(.eaf\)"):
        check_annotations(tmp_path / "film.txt", Protocol())


@pytest.mark.parametrize(
    ("time", "says"), [(-500, "not negative"), (10**18, "too large for a time")]
)
def test_a_time_that_cannot_be_says_why(tmp_path: Path, time: int, says: str) -> None:
    path = write_eaf_text(tmp_path / "film.eaf", TierText("ME@A", [(time, 600, "")]))
    with pytest.raises(AnnotationError, match=f"film.eaf:[0-9]+: .*{says}"):
        read_eaf(path)
