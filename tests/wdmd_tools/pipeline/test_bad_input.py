"""Every kind of bad input: its code, its place, the exit code, and the row in the rejects table."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import TierText, good_tiers, plain_frames, write_eaf_text, write_film
from typer.testing import CliRunner

from wdmd_tools import cli
from wdmd_tools.cli import app
from wdmd_tools.manifest import read_table

cli._register()
Make = Callable[[Path, Path], object]
"""Adds the bad thing to a project; takes the project and a film with a face."""


def _eaf(*tiers: TierText, url: str = "bad.mp4", film: bool = True) -> Make:
    def make(project: Path, face_film: Path) -> None:
        if film:
            shutil.copy(face_film, project / "raw" / "bad.mp4")
        write_eaf_text(project / "ann" / "bad.eaf", *tiers, media_url=url)

    return make


def _video(make_video: Callable[[Path, Path], object]) -> Make:
    def make(project: Path, face_film: Path) -> None:
        make_video(project / "raw" / "bad.mp4", face_film)
        write_eaf_text(project / "ann" / "bad.eaf", *good_tiers(), media_url="bad.mp4")

    return make


def _cut_short(path: Path, face_film: Path) -> None:
    path.write_bytes(face_film.read_bytes()[: face_film.stat().st_size // 2])


def _two_candidates(project: Path, face_film: Path) -> None:
    for folder in ("one", "two"):
        (project / "raw" / folder).mkdir()
        shutil.copy(face_film, project / "raw" / folder / "bad.mp4")
    write_eaf_text(project / "ann" / "bad.eaf", *good_tiers(), media_url="bad.mp4")


def _unreadable_eaf(project: Path, face_film: Path) -> None:
    (project / "ann" / "bad.eaf").write_text("<ANNOTATION_DOCUMENT\n<")


ME, P = "ME@A1", "P9"
CASES: dict[str, tuple[Make, str, str, str]] = {
    # name: how, code, annotation, part of the reason
    "no matching video": (_eaf(*good_tiers(), url="gone.mp4", film=False), "E_NO_MEDIA", "", "gone.mp4"),
    "two candidate videos": (_two_candidates, "E_AMBIGUOUS_MEDIA", "", "one/bad.mp4, two/bad.mp4"),
    "no ME tier": (_eaf(TierText("Notes", [(0, 9, "")])), "E_NO_ME_TIER", "", "Notes"),
    "past the end": (
        _eaf(TierText(ME, [(100, 300, ""), (5000, 5300, "")], P)), "E_PAST_END", "a2", "1200 ms"),
    "zero length": (
        _eaf(TierText(ME, [(100, 300, ""), (500, 500, "")], P)), "E_ZERO_LENGTH", "a2", "same time"),
    "reversed": (
        _eaf(TierText(ME, [(100, 300, ""), (500, 400, "")], P)), "E_REVERSED", "a2", "before"),
    "overlapping MEs": (
        _eaf(TierText(ME, [(100, 300, ""), (200, 400, "")], P)), "E_OVERLAP", "a2", "a1"),
    "unknown state": (
        _eaf(TierText(ME, participant=P), TierText("State@A1", [(0, 9, "Yawning")], P)),
        "E_UNKNOWN_STATE", "a1", "Yawning"),
    "one person written in two ways": (
        _eaf(TierText(ME, [(0, 90, "")], "P1"), TierText("ME@A2", [(0, 90, "")], "p1")),
        "E_SEVERAL_PARTICIPANTS", "", "P1, p1"),
    "no face": (_video(lambda path, _: write_film(path, plain_frames(36))), "E_NO_FACE", "", "0%"),
    "truncated video": (_video(_cut_short), "E_VIDEO", "", "not a readable video"),
    "not a video": (_video(lambda path, _: path.write_text("hello")), "E_VIDEO", "", "not a readable"),
    "unreadable EAF": (_unreadable_eaf, "E_EAF", "", "not well-formed"),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, face_film: Path) -> Path:
    """A project with one good recording."""
    (tmp_path / "raw").mkdir()
    shutil.copy(face_film, tmp_path / "raw" / "film.mp4")
    write_eaf_text(tmp_path / "ann" / "film.eaf", *good_tiers())
    return tmp_path


def run(project: Path, model: Path, *more: str):  # type: ignore[no-untyped-def]
    arguments = ["build", "--elan", str(project / "ann"), "--videos", str(project / "raw")]
    arguments += ["--out", str(project / "data"), "--face-model", str(model), "--size", "64"]
    return CliRunner().invoke(app, [*arguments, "--jobs", "1", *more])


@pytest.mark.parametrize("case", CASES)
def test_a_build_goes_on_and_the_reject_says_what_and_where(
    project: Path, face_film: Path, face_model: Path, case: str
) -> None:
    make, code, annotation_id, says = CASES[case]
    make(project, face_film)
    result = run(project, face_model)
    assert result.exit_code == 4, result.output
    assert "Traceback" not in result.output
    assert code in result.stderr
    assert (
        "film-0000"
        in read_table(project / "data" / "clips.parquet", "clips")["clip_id"].to_pylist()
    )
    (row,) = read_table(project / "data" / "rejects.parquet", "rejects").to_pylist()
    assert row["code"] == code
    assert (row["annotation_id"] or "") == annotation_id
    assert says in row["reason"]
    assert row["eaf"].endswith("bad.eaf")
    if annotation_id:
        line = (project / "ann" / "bad.eaf").read_text().splitlines()[row["line"] - 1]
        assert f'ANNOTATION_ID="{annotation_id}"' in line


@pytest.mark.parametrize("case", ["no face", "not a video", "unreadable EAF", "no matching video"])
def test_where_nothing_is_left_the_exit_code_is_3(
    project: Path, face_film: Path, face_model: Path, case: str
) -> None:
    CASES[case][0](project, face_film)
    (project / "ann" / "film.eaf").unlink()
    result = run(project, face_model)
    assert result.exit_code == 3, result.output
    assert result.stderr.count("error:") == 1
    assert CASES[case][1] in result.stderr
    assert read_table(project / "data" / "rejects.parquet", "rejects").num_rows == 1
    assert not (project / "data" / "dataset.json").exists()


@pytest.mark.parametrize("case", sorted(set(CASES) - {"no face"}))
def test_check_finds_it_before_the_build(project: Path, face_film: Path, case: str) -> None:
    make, code, annotation_id, says = CASES[case]
    make(project, face_film)
    result = CliRunner().invoke(
        app, ["check", "--elan", str(project / "ann"), "--videos", str(project / "raw")]
    )
    assert result.exit_code == 3, result.output
    (line,) = [text for text in result.stdout.splitlines() if " E_" in text]
    assert code in line
    assert annotation_id in line
    lines = result.stdout.splitlines()
    heading = next(text for text in reversed(lines[: lines.index(line)]) if text[:1].strip())
    assert heading.endswith("bad.eaf")
    assert says in line + lines[lines.index(line) + 1]


def _remove_annotations(project: Path) -> None:
    shutil.rmtree(project / "ann")


def _remove_videos(project: Path) -> None:
    shutil.rmtree(project / "raw")


def _empty_annotations(project: Path) -> None:
    (project / "ann" / "film.eaf").rename(project / "ann" / "film.eaf.001")


def _empty_videos(project: Path) -> None:
    (project / "raw" / "film.mp4").unlink()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_remove_annotations, "--elan:"),
        (_remove_videos, "--videos:"),
        (_empty_annotations, "no .eaf file here"),
        (_empty_videos, "no video here"),
    ],
)
@pytest.mark.parametrize("command", ["build", "check"])
def test_missing_and_empty_folders_are_usage_errors(
    project: Path, face_model: Path, command: str, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(project)
    arguments = [command, "--elan", str(project / "ann"), "--videos", str(project / "raw")]
    if command == "build":
        arguments += ["--out", str(project / "data"), "--face-model", str(face_model)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_brackets_in_names_come_out_as_they_are(project: Path, face_model: Path) -> None:
    odd = project / "ann" / "[red]odd[/red].eaf"
    write_eaf_text(odd, *good_tiers(), media_url="gone.mp4")
    result = run(project, face_model)
    assert result.exit_code == 4
    assert "[red]odd[/red].eaf" in result.stderr
