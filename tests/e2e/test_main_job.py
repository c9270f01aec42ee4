"""The main job through the command lines: real ELAN files, real H.264, real MediaPipe, a real model.

Small enough for a minute or so; `make demo` is the same at a size from which something can be learnt.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pympi.Elan import Eaf

pytestmark = pytest.mark.slow


def call(*arguments: object, expect: int = 0) -> str:
    """Run a console script of this environment; its standard output."""
    script, *rest = map(str, arguments)
    done = subprocess.run(
        [str(Path(sys.executable).with_name(script)), *rest],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
        timeout=540,
    )
    assert done.returncode == expect, f"{arguments}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered project of six short recordings of six subjects, and the dataset built from it."""
    root = tmp_path_factory.mktemp("project")
    size = [
        "--recordings",
        "6",
        "--subjects",
        "6",
        "--seconds",
        "9",
        "--fps",
        "30",
        "--size",
        "256",
    ]
    call("wdmd", "demo", *size, "--me-rate", "0.5", "--seed", "3", "--out", root / "demo")
    sources = ["--elan", root / "demo" / "ann", "--videos", root / "demo" / "raw"]
    call("wdmd", "check", *sources)
    settings = ["--size", "112", "--set", "clips.whole_up_to_s=4", "--set", "clips.window_s=3"]
    call("wdmd", "build", *sources, *settings, "--jobs", "2", "--out", root / "data")
    return root


def test_built_dataset_is_whole_and_split_by_subject(project: Path) -> None:
    data = project / "data"
    for line in (data / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split(maxsplit=1)
        assert hashlib.sha256((data / name.lstrip("*")).read_bytes()).hexdigest() == digest
    from wdmd_tools.manifest import Dataset

    dataset = Dataset.open(data)
    splits: dict[str, set[str | None]] = {}
    for clip in dataset.iter_clips():
        splits.setdefault(clip.subject_id, set()).add(clip.split)
    assert len(splits) == 6
    assert all(len(found) == 1 for found in splits.values())
    assert dataset.clips.num_rows == 18
    found = dataset.frames["face_found"].to_pylist()
    assert sum(found) >= 0.99 * len(found)


def test_consensus_lies_where_the_truth_is(project: Path) -> None:
    """From rendered truth through ELAN, decoding and majority, most MEs come back to the frame."""
    import pyarrow.parquet as pq

    from wdmd_tools.intervals import Interval
    from wdmd_tools.manifest import Dataset

    dataset = Dataset.open(project / "data")
    truth = [
        row
        for row in pq.read_table(project / "demo" / "truth.parquet").to_pylist()
        if row["kind"] == "me"
    ]
    clips = {row["clip_id"]: row for row in dataset.clips.to_pylist()}
    consensus = [
        (clips[row["clip_id"]]["recording_id"], Interval(row["onset_ms"], row["offset_ms"]))
        for row in dataset.segments.to_pylist()
        if row["kind"] == "me" and row["annotator"] == "consensus"
    ]
    best = [
        max(
            (
                one.iou(Interval(row["onset_ms"], row["offset_ms"]))
                for recording, one in consensus
                if recording == row["recording_id"]
            ),
            default=0.0,
        )
        for row in truth
    ]
    assert len(truth) >= 15
    assert sum(value > 0.6 for value in best) >= 0.8 * len(best)


def test_agreement_is_near_what_the_annotators_were_set_to(project: Path) -> None:
    report = json.loads(call("wdmd", "agreement", project / "data", "--json"))
    text = json.dumps(report)
    assert "NaN" not in text
    overall = report["overall"]
    assert 0.7 < overall["alpha_state"]["value"] < 0.95
    assert 0.65 < overall["iou_matched"]["value"] < 0.9
    low, high = overall["iou_matched"]["low"], overall["iou_matched"]["high"]
    assert low < overall["iou_matched"]["value"] < high


def test_train_eval_spot_and_bench(project: Path) -> None:
    data, runs = project / "data", project / "runs"
    small = ["--preset", "nano", "--epochs", "1", "--out", runs]
    run = json.loads(call("meldae", "train", data, *small, "--json"))["run"]
    again = json.loads(call("meldae", "train", data, *small, "--json"))["run"]
    assert again == run
    assert not [
        path for path in Path(run).rglob("*") if path.suffix in {".pt", ".pth", ".pkl", ".ckpt"}
    ]
    call("meldae", "eval", run, data, "--split", "test", "--json")
    video = next((project / "demo" / "raw").glob("*.mp4"))
    eaf = project / "found.eaf"
    found = json.loads(call("meldae", "spot", video, "--run", run, "--eaf", eaf, "--json"))
    assert found
    document = Eaf(str(eaf))
    assert document.media_descriptors[0]["MEDIA_URL"].endswith(video.name)
    board = project / "leaderboard"
    out = ["--out", project / "results", "--leaderboard", board, "--runs", runs]
    call("bench", "run", "--models", "never,random,lbp-sip", "--data", data, *out)
    again_out = json.loads(
        call("bench", "run", "--models", "never,random,lbp-sip", "--data", data, *out, "--json")
    )
    assert {row["status"] for row in again_out["tables"][0]["rows"]} == {"ok"}
    for name in ("leaderboard.md", "leaderboard.csv", "leaderboard.html"):
        assert "LBP-SIP" in (board / name).read_text(encoding="utf-8")
