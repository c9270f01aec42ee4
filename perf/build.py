"""CPU seconds per frame of `wdmd build` against the least it must cost: decoding and landmarks alone.

    OMP_WAIT_POLICY=PASSIVE python perf/build.py                    # a demo of 360 px, about a minute
    ... --height 1440                                               # the same faces in 2560 x 1440 px
    ... --elan demo/ann --videos demo/raw                           # your own films
    ... --codec utvideo --size 224                                  # another crop codec or size
    ... --jobs 1 2                                                  # wall time with one and two processes
    ... --cost                                                      # what 1,000 hours cost (docs/scale.md)

Everything is measured in this run, each stage in a fresh process, in turns, as user plus system time of
the process and its children; the smallest of the repetitions counts, since noise only adds. Imports and
starts are left out, since they do not grow with the film. Both stages look at the same windows of a large
frame. Aim: a ratio of at most 1.15.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from build_cost import cost_table

from wdmd_tools.config import load_config
from wdmd_tools.faces.follow import FaceFollower
from wdmd_tools.faces.landmarks import FaceLandmarker
from wdmd_tools.faces.model_file import get_face_model
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.pipeline.part import PartWriter
from wdmd_tools.pipeline.plan import plan_project
from wdmd_tools.pipeline.recording import build_recording
from wdmd_tools.protocol import Protocol
from wdmd_tools.synth.config import make_config
from wdmd_tools.synth.generate import generate
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.ffmpeg import ffmpeg_binary
from wdmd_tools.video.probe import probe

Run = dict[str, float]
STAGES = ("decode", "floor", "build")


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--elan", type=Path)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--size", type=int, default=112)
    parser.add_argument("--codec", default=None)
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--jobs", type=int, nargs="+", default=[])
    parser.add_argument("--cost", action="store_true")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if given.stage:
        print(json.dumps(stage(given)))
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.elan is None:
            given.elan, given.videos = make_films(Path(folder), given.height, given.seconds)
        rates = compare_stages(given)
        walls = compare_jobs(given) if given.jobs else {}
        if given.cost:
            print(cost_table(rates, walls))


def make_films(folder: Path, height: int, seconds: float) -> tuple[Path, Path]:
    """Two demo films at 60 frames per second, in the middle of a frame of that height."""
    generate(make_config(recordings=2, subjects=2, seconds=seconds), folder, 2)
    if height > 360:
        for film in sorted((folder / "raw").glob("*.mp4")):
            wide = height * 16 // 9
            command = [ffmpeg_binary(), "-v", "error", "-i", str(film), "-vf"]
            command += [f"pad={wide}:{height}:(ow-iw)/2:(oh-ih)/2:gray,noise=alls=4:allf=t"]
            command += ["-preset", "veryfast", "-crf", "20", str(film.with_suffix(".large.mp4"))]
            subprocess.run(command, check=True)
            film.with_suffix(".large.mp4").replace(film)
    return folder / "ann", folder / "raw"


def settings(given: argparse.Namespace) -> list[str]:
    """The config of every stage."""
    codec = [f"crop.codec={given.codec}"] if given.codec else []
    return [f"crop.size={given.size}", "clips.annotated_only=false", *codec]


def stage(given: argparse.Namespace) -> Run:
    """CPU seconds of one stage over all films, without imports and start."""
    name, _, jobs = given.stage.partition(":")
    plan = plan_project(given.elan, given.videos, Protocol())
    model, config = get_face_model(), load_config(None, settings(given))
    with FaceLandmarker(model):
        pass
    frames, stored, before, started = 0, 0, _cpu(), time.perf_counter()
    with tempfile.TemporaryDirectory() as text:
        out = Path(text)
        if name == "whole":
            report = build_dataset(
                given.elan, given.videos, out / "data", config, face_model=model, jobs=int(jobs)
            )
            frames = report.counts["frames"]
        else:
            for recording in plan.recordings:
                table = probe(recording.video).table
                frames += len(table)
                if name == "build":
                    with PartWriter(out / "part") as part:
                        build_recording(recording, config, model, out, part)
                elif name == "decode":
                    for _ in iter_frames(recording.video, table):
                        pass
                else:
                    with FaceFollower(model) as follower:
                        for frame in iter_frames(recording.video, table):
                            follower.find(frame, table.floor_ms[frame.index])
        spent, wall = _cpu() - before, time.perf_counter() - started
        stored = sum(path.stat().st_size for path in out.rglob("*.mkv"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": spent, "wall": wall, "frames": frames, "bytes": stored, "peak_mb": peak}


def measure(given: argparse.Namespace, name: str) -> Run:
    """One stage in a process of its own."""
    command = [sys.executable, __file__, "--stage", name, "--elan", str(given.elan)]
    command += ["--videos", str(given.videos), "--size", str(given.size)]
    command += ["--codec", given.codec] if given.codec else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    run: Run = json.loads(done.stdout.splitlines()[-1])
    return run


def compare_stages(given: argparse.Namespace) -> dict[str, Run]:
    """Run each stage in turns, and print the smallest of each."""
    found: dict[str, list[Run]] = {name: [] for name in STAGES}
    for _ in range(given.repeat):
        for name, runs in found.items():
            runs.append(measure(given, name))
    best = {name: min(runs, key=lambda run: run["cpu"]) for name, runs in found.items()}
    labels = ("decode", "decode + landmarks", "build")
    for (name, run), label in zip(best.items(), labels, strict=True):
        worst = max(1000 * r["cpu"] / r["frames"] for r in found[name])
        print(
            f"{label:18} {1000 * run['cpu'] / run['frames']:6.2f} ms CPU per frame (largest {worst:.2f}),"
            f" {run['bytes'] / run['frames'] / 1000:.1f} kB of crops per frame,"
            f" peak {run['peak_mb']:.0f} MB"
        )
    ratio = best["build"]["cpu"] / best["floor"]["cpu"]
    print(f"build / (decode + landmarks) = {ratio:.2f}")
    return best


def compare_jobs(given: argparse.Namespace) -> dict[int, Run]:
    """Wall time of a whole build with several numbers of processes, starts included."""
    walls = {}
    for jobs in given.jobs:
        load = os.getloadavg()[0]
        walls[jobs] = measure(given, f"whole:{jobs}")
        run = walls[jobs]
        first = walls[given.jobs[0]]
        print(
            f"--jobs {jobs}: {run['wall']:.1f} s for {run['frames']:.0f} frames, "
            f"{first['wall'] / run['wall']:.2f} times as fast as --jobs {given.jobs[0]}; "
            f"{run['cpu']:.1f} s CPU with all starts, {run['cpu'] / first['cpu']:.2f} times as much "
            f"(load of the machine before: {load:.1f})"
        )
    return walls


def _cpu() -> float:
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


if __name__ == "__main__":
    main()
