"""A whole build: what is in the tables, resuming, and the same bytes."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from projects import TierText, good_tiers, portrait, write_eaf_text

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.config import BuildConfig, consensus_settings, load_config
from wdmd_tools.errors import ConfigError, WdmdError
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.pipeline.journal import lock_folder
from wdmd_tools.protocol import Protocol
from wdmd_tools.video.crops import read_crop

CONFIG = load_config(None, ["crop.size=64"])


def three_annotators() -> tuple[TierText, ...]:
    """
    ms  0      200      300      500    600        1000
    A1          |--------ME-------|
    A2                   |---ME---|
    A3          |---ME---|
    states of A1 and A2: speaking to 600, then listening; A3 none
    """
    return (
        TierText("ME@A1", [(200, 500, "ME")], "P1"),
        TierText("AU@A1", refs=[("a1", "AU4+AU7")], parent="ME@A1", participant="P1"),
        TierText("ME@A2", [(300, 500, "ME")], "P1"),
        TierText("AU@A2", refs=[("a3", "AU4")], parent="ME@A2", participant="P1"),
        TierText("ME@A3", [(200, 300, "ME")], "P1"),
        TierText("State@A1", [(0, 600, "Speaking"), (600, 1000, "Listening")], "P1"),
        TierText("State@A2", [(0, 600, "Speaking"), (600, 1000, "Listening")], "P1"),
    )


@pytest.fixture
def project(tmp_path: Path, face_film: Path) -> Path:
    (tmp_path / "raw").mkdir()
    shutil.copy(face_film, tmp_path / "raw" / "film.mp4")
    write_eaf_text(tmp_path / "ann" / "film.eaf", *three_annotators())
    return tmp_path


def build(project: Path, model: Path, out: str = "data", config: BuildConfig = CONFIG, **more):  # type: ignore[no-untyped-def]
    return build_dataset(
        project / "ann", project / "raw", project / out, config, face_model=model, **more
    )


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".build" not in path.parts
    }


def test_tables_by_hand(project: Path, face_model: Path) -> None:
    report = build(project, face_model)
    assert report.rejects == []
    dataset = Dataset.open(project / "data")
    (clip,) = dataset.clips.to_pylist()
    assert clip["clip_id"] == "film-0000"
    assert (clip["subject_id"], clip["recording_id"]) == ("P1", "film")
    assert (clip["start_frame"], clip["end_frame"], clip["n_frames"]) == (0, 36, 36)
    assert (clip["fps_num"], clip["fps_den"], clip["width"]) == (30, 1, 240)
    assert clip["has_me"]
    assert clip["state"] == "mixed"
    assert clip["face_coverage"] == 1
    assert clip["flags"] == ["W_LOW_FPS", "W_LOW_RES"]
    # Two of three: 200-500 ms, frames 6 to 14 at 30 frames per second (200 ms is frame 6, 500 is 15).
    (me,) = dataset.clip_segments("film-0000")
    assert (me["onset_frame"], me["offset_frame"], me["state"]) == (6, 14, "speaking")
    assert (me["onset_ms"], me["offset_ms"]) == (200, 500)
    (second,) = dataset.clip_segments("film-0000", annotator="A2")
    assert (second["onset_frame"], second["offset_frame"]) == (9, 14)
    assert (second["onset_ms"], second["source_annotation_id"]) == (300, "a3")
    labels = [row["label"] for row in dataset.clip_segments("film-0000", "au", CONSENSUS)]
    assert labels == ["AU4"]
    frames = dataset.clip_frames("film-0000").to_pylist()
    assert [f["frame_index"] for f in frames if f["is_me"]] == list(range(6, 15))
    assert [f["state"] for f in frames] == ["speaking"] * 18 + ["listening"] * 12 + [None] * 6
    assert [f["pts_us"] for f in frames[:3]] == [0, 33333, 66667]
    assert dataset.info["annotators_by_recording"] == {"film": ["A1", "A2", "A3"]}


def test_crops_show_the_face_as_the_affine_says(project: Path, face_model: Path) -> None:
    build(project, face_model)
    dataset = Dataset.open(project / "data")
    (clip,) = list(dataset.iter_clips())
    crops = read_crop(clip.crop_path)
    assert crops.shape == (36, 64, 64, 3)
    row = dataset.clip_frames(clip.clip_id).to_pylist()[0]
    affine = np.array(row["affine"]).reshape(2, 3)
    x0, y0, x1, y1 = row["bbox"]
    corners = affine[:, :2] @ np.array([[x0, x1], [y0, y1]]) + affine[:, 2:]
    assert (corners > 2).all()
    assert (corners < 62).all()
    # The middle of the crop has the colours of the middle of the face in the source.
    centre = np.linalg.inv(affine[:, :2]) @ (np.array([32, 32]) - affine[:, 2])
    x, y = centre.round().astype(int)
    expected = portrait()[y - 4 : y + 5, x - 4 : x + 5].mean(axis=(0, 1))
    assert crops[0, 30:35, 30:35].mean(axis=(0, 1)) == pytest.approx(expected, abs=25)


def test_checksums_fit_every_file(project: Path, face_model: Path) -> None:
    build(project, face_model)
    found = hashes(project / "data")
    listed = dict(
        reversed(line.split("  ", 1))
        for line in (project / "data" / "SHA256SUMS").read_text().splitlines()
    )
    found.pop("SHA256SUMS")
    assert listed == found


def test_a_second_build_elsewhere_or_again_has_the_same_bytes(
    project: Path, face_model: Path
) -> None:
    assert build(project, face_model).built == 1
    first = hashes(project / "data")
    assert build(project, face_model).built == 0
    assert hashes(project / "data") == first
    build(project, face_model, "other")
    assert hashes(project / "other") == first


def test_changed_annotations_settings_and_lost_crops_are_built_again(
    project: Path, face_model: Path
) -> None:
    build(project, face_model)
    write_eaf_text(project / "ann" / "film.eaf", *good_tiers())
    assert build(project, face_model).built == 1
    assert build(project, face_model, config=load_config(None, ["crop.size=48"])).built == 1
    (project / "data" / "crops" / "film-0000.mkv").unlink()
    assert build(project, face_model, config=load_config(None, ["crop.size=48"])).built == 1
    # The split is made at the end: another seed builds nothing again.
    config = load_config(None, ["crop.size=48", "split_seed=5"])
    assert build(project, face_model, config=config).built == 0


def test_recordings_that_left_the_project_leave_the_dataset(
    project: Path, face_model: Path, face_film: Path
) -> None:
    shutil.copy(face_film, project / "raw" / "second.mp4")
    write_eaf_text(project / "ann" / "second.eaf", *good_tiers(), media_url="second.mp4")
    assert build(project, face_model).counts["recordings"] == 2
    (project / "ann" / "second.eaf").unlink()
    assert build(project, face_model).counts["recordings"] == 1
    assert [p.name for p in (project / "data" / "crops").iterdir()] == ["film-0000.mkv"]


def test_one_file_per_annotator_is_one_recording(project: Path, face_model: Path) -> None:
    (project / "ann" / "film.eaf").unlink()
    for name in ("Ann", "Ben"):
        write_eaf_text(project / "ann" / f"film.{name}.eaf", *good_tiers(suffix=""))
    report = build(project, face_model)
    assert report.counts["recordings"] == 1
    dataset = Dataset.open(project / "data")
    assert dataset.info["annotators_by_recording"] == {"film": ["Ann", "Ben"]}
    assert len(dataset.clip_segments("film-0000", annotator="Ben")) == 1


def test_the_time_origin_moves_frames_and_not_milliseconds(project: Path, face_model: Path) -> None:
    write_eaf_text(project / "ann" / "film.eaf", *good_tiers(), time_origin="100")
    build(project, face_model)
    dataset = Dataset.open(project / "data")
    (me,) = dataset.clip_segments("film-0000", annotator="A1")
    assert (me["onset_ms"], me["onset_frame"]) == (200, 9)
    assert dataset.clips["time_origin_ms"].to_pylist() == [100]


def test_a_clip_tier_is_cut_and_what_it_leaves_out_is_told(project: Path, face_model: Path) -> None:
    tiers = (
        TierText("ME@A1", [(100, 300, ""), (500, 700, ""), (900, 1000, "")], "P1"),
        TierText("Clip", [(0, 400, "c"), (600, 800, "c")]),
    )
    write_eaf_text(project / "ann" / "film.eaf", *tiers)
    report = build(project, face_model)
    assert report.counts["clips"] == 2
    assert [(p.code, p.annotation_id) for p in report.problems] == [
        ("W_CUT_BY_CLIP", "a2"),
        ("E_OUTSIDE_CLIPS", "a3"),
    ]
    dataset = Dataset.open(project / "data")
    (me,) = dataset.clip_segments("film-0001", annotator="A1")
    assert (me["onset_frame"], me["offset_frame"]) == (0, 2)


def test_a_long_film_is_built_near_its_annotations_and_the_rest_is_told(
    project: Path, face_model: Path
) -> None:
    """
    ms     0  200-500 (an ME)        1200     the film counts as long from 0 s on
    built   100 to 600 (margin 100)
    """
    write_eaf_text(project / "ann" / "film.eaf", TierText("ME@A1", [(200, 500, "ME")], "P1"))
    settings = ["crop.size=64", "clips.long_film_s=0", "clips.whole_up_to_s=0"]
    settings += ["clips.annotated_margin_s=0.1"]
    report = build(project, face_model, config=load_config(None, settings))
    # From 100 ms, frame 3, to 600 ms, frame 18: 15 frames.
    (clip,) = Dataset.open(report.out).clips.to_pylist()
    assert (clip["start_frame"], clip["end_frame"]) == (3, 18)
    assert report.problems == ()
    # 0.7 s are not worth a word.


def test_two_workers_give_the_bytes_of_one(
    project: Path, face_model: Path, face_film: Path
) -> None:
    shutil.copy(face_film, project / "raw" / "second.mp4")
    write_eaf_text(project / "ann" / "second.eaf", *good_tiers(), media_url="second.mp4")
    build(project, face_model)
    build(project, face_model, "parallel", jobs=2)
    assert hashes(project / "parallel") == hashes(project / "data")


def test_a_killed_build_goes_on_and_ends_with_the_same_bytes(
    project: Path, face_model: Path, face_film: Path
) -> None:
    for name in ("b", "c"):
        shutil.copy(face_film, project / "raw" / f"{name}.mp4")
        write_eaf_text(project / "ann" / f"{name}.eaf", *good_tiers(), media_url=f"{name}.mp4")
    build(project, face_model, "whole")
    command = [str(Path(sys.executable).with_name("wdmd")), "build", "--jobs", "1", "--size", "64"]
    command += [
        "--elan",
        "ann",
        "--videos",
        "raw",
        "--out",
        "data",
        "--face-model",
        str(face_model),
    ]
    done = project / "data" / ".build" / "parts" / "b" / "done.json"
    process = subprocess.Popen(command, cwd=project, start_new_session=True)
    deadline = time.monotonic() + 60
    while not done.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert done.exists()
    assert not (project / "data" / "dataset.json").exists()
    # As a crop whose writer was killed leaves it:
    (project / "data" / "crops" / ".tmp-1-c-0000.mkv").write_bytes(b"half")
    report = build(project, face_model)
    assert 1 <= report.built <= 2
    assert hashes(project / "data") == hashes(project / "whole")


def test_two_builds_do_not_share_a_folder(project: Path, face_model: Path) -> None:
    with lock_folder(project / "data"), pytest.raises(ConfigError, match="another build"):
        build(project, face_model)


def test_folders_that_would_be_spoilt_are_refused(project: Path, face_model: Path) -> None:
    (project / "mine").mkdir()
    (project / "mine" / "thesis.docx").write_text("x")
    with pytest.raises(ConfigError, match="other files"):
        build(project, face_model, "mine")
    with pytest.raises(ConfigError, match="inside of --videos"):
        build(project, face_model, "raw/data")
    (project / "file").write_text("x")
    with pytest.raises(ConfigError, match="is a file"):
        build(project, face_model, "file")


def test_inputs_are_left_as_they_were(project: Path, face_model: Path) -> None:
    before = hashes(project / "ann"), hashes(project / "raw")
    build(project, face_model)
    assert (hashes(project / "ann"), hashes(project / "raw")) == before


def test_a_full_disk_is_one_line_and_the_rest_is_kept(
    project: Path, face_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(project / "data" / "x"))

    monkeypatch.setattr("wdmd_tools.pipeline.part.TableStream.write", full)
    with pytest.raises(WdmdError, match=r"no space left on the device.*finished work is kept"):
        build(project, face_model)
    monkeypatch.undo()
    assert build(project, face_model).counts["clips"] == 1


def test_dataset_json_says_what_made_it(project: Path, face_model: Path) -> None:
    build(project, face_model, name="mine")
    info = json.loads((project / "data" / "dataset.json").read_text())
    assert info["name"] == "mine"
    assert info["synthetic"] is False
    assert info["config"]["crop"]["size"] == 64
    assert set(info["sources"]["videos"]) == {"film.mp4"}
    assert info["tools"]["mediapipe"]
    assert "Synthetic" not in (project / "data" / "README.md").read_text()
    croissant = json.loads((project / "data" / "croissant.json").read_text())
    assert {field["name"] for field in croissant["recordSet"][0]["field"]} >= {"clip_id", "split"}


@pytest.mark.parametrize(
    ("choice", "onset_ms", "offset_ms"),
    # A1 200 to 500, A2 300 to 500, A3 200 to 300: more than half of the three is two
    [("majority", 200, 500), ("union", 200, 500), ("A2", 300, 500), ("A3", 200, 300)],
)
def test_the_consensus_follows_the_rule(
    project: Path, face_model: Path, choice: str, onset_ms: int, offset_ms: int
) -> None:
    config = load_config(None, ["crop.size=64"], consensus_settings(choice))
    dataset = Dataset.open(build(project, face_model, config=config).out)
    found = [
        (row["onset_ms"], row["offset_ms"])
        for row in dataset.segments.to_pylist()
        if row["annotator"] == CONSENSUS and row["kind"] == "me"
    ]
    assert len(found) == 1
    # A boundary lies on a frame; the film has 30 per second.
    assert found[0][0] == pytest.approx(onset_ms, abs=34)
    assert found[0][1] == pytest.approx(offset_ms, abs=34)


def test_nothing_is_what_all_three_saw(project: Path, face_model: Path) -> None:
    config = load_config(None, ["crop.size=64"], consensus_settings("intersection"))
    assert build(project, face_model, config=config).counts["me"] == 0


def test_an_annotator_who_is_not_there_is_named(project: Path, face_model: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'A1'"):
        build(project, face_model, config=load_config(None, [], consensus_settings("A11")))


def test_ratings_of_the_lab_are_kept(project: Path, face_model: Path) -> None:
    rated = TierText("Intensity@A1", [(200, 500, "C")], "P1")
    write_eaf_text(project / "ann" / "film.eaf", *three_annotators(), rated)
    given = {"ratings": {"intensity": {"tiers": ["Intensity"], "level": "ordinal"}}}
    protocol = Protocol.model_validate(given)
    dataset = Dataset.open(build(project, face_model, protocol=protocol).out)
    rows = [row for row in dataset.segments.to_pylist() if row["kind"] == "intensity"]
    assert [(row["annotator"], row["label"]) for row in rows] == [("A1", "C")]
    assert dataset.info["protocol"]["ratings"]["intensity"]["level"] == "ordinal"


def test_a_recording_that_the_chosen_annotator_has_not_seen_is_rejected(
    project: Path, face_model: Path
) -> None:
    shutil.copy(project / "raw" / "film.mp4", project / "raw" / "other.mp4")
    write_eaf_text(project / "ann" / "other.eaf", *good_tiers("@B1"), media_url="other.mp4")
    config = load_config(None, ["crop.size=64"], consensus_settings("A1"))
    report = build(project, face_model, config=config)
    assert [(p.code, Path(p.file).name) for p in report.rejects] == [
        ("E_NO_CHOSEN_ANNOTATOR", "other.eaf")
    ]
    assert report.counts["clips"] == 1
