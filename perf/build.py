"""CPU seconds per frame of `wdmd build` against the least it must cost: decoding and landmarks alone.

    OMP_WAIT_POLICY=PASSIVE python perf/build.py [--elan demo/ann --videos demo/raw]

Without arguments a demo of two films is rendered first. Both are measured in this run, each in a fresh
process, as user plus system time of the process and its children. Imports are measured apart and taken
off both, since they do not grow with the film. Aim: a ratio of at most 1.3.
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

from wdmd_tools.config import load_config
from wdmd_tools.faces.landmarks import FaceLandmarker
from wdmd_tools.faces.model_file import get_face_model
from wdmd_tools.pipeline.plan import plan_project
from wdmd_tools.pipeline.recording import build_recording
from wdmd_tools.protocol import Protocol
from wdmd_tools.synth.config import make_config
from wdmd_tools.synth.generate import generate
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.probe import probe


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--elan", type=Path)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--size", type=int, default=112)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--stage", choices=("decode", "floor", "build"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with tempfile.TemporaryDirectory() as folder:
        if given.elan is None:
            generate(make_config(recordings=2, subjects=2, seconds=12.0), Path(folder), 2)
            given.elan, given.videos = Path(folder) / "ann", Path(folder) / "raw"
        if given.stage:
            print(json.dumps(stage(given.stage, given.elan, given.videos, given.size)))
            return
        report(given)


def stage(name: str, elan: Path, videos: Path, size: int) -> dict[str, float]:
    """CPU seconds of one stage over all films, without imports and start."""
    plan = plan_project(elan, videos, Protocol())
    model, config = get_face_model(), load_config(None, [f"crop.size={size}"])
    with FaceLandmarker(model):
        pass
    frames, before, started = 0, _cpu(), time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        for recording in plan.recordings:
            table = probe(recording.video).table
            frames += len(table)
            if name == "build":
                build_recording(recording, config, model, Path(out))
            elif name == "decode":
                for frame in iter_frames(recording.video, table):
                    frame.rgb()
            else:
                with FaceLandmarker(model) as landmarker:
                    for frame in iter_frames(recording.video, table):
                        landmarker.find(frame.rgb(), table.floor_ms[frame.index])
    return {"cpu": _cpu() - before, "wall": time.perf_counter() - started, "frames": frames}


def report(given: argparse.Namespace) -> None:
    """Run each stage in its own process, alternating, and print the medians."""
    found: dict[str, list[dict[str, float]]] = {"decode": [], "floor": [], "build": []}
    for _ in range(given.repeat):
        for name, runs in found.items():
            command = [sys.executable, __file__, "--stage", name, "--elan", str(given.elan)]
            command += ["--videos", str(given.videos), "--size", str(given.size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
    middle = {
        name: sorted(runs, key=lambda r: r["cpu"])[len(runs) // 2] for name, runs in found.items()
    }
    for name, run in middle.items():
        spread = [1000 * r["cpu"] / r["frames"] for r in found[name]]
        print(
            f"{name:8} {1000 * run['cpu'] / run['frames']:6.2f} ms CPU per frame "
            f"(min {min(spread):.2f}, max {max(spread):.2f}), wall {1000 * run['wall'] / run['frames']:.2f}"
        )
    print(f"build / (decode + landmarks) = {middle['build']['cpu'] / middle['floor']['cpu']:.2f}")


def _cpu() -> float:
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


if __name__ == "__main__":
    main()
