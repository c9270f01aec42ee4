"""Peak memory of `wdmd build` on a short film and on one many times as long.

    OMP_WAIT_POLICY=PASSIVE python perf/memory.py [--seconds 8] [--times 12]

The long film is the short one over and over (packets are copied, nothing is encoded again); both are built
whole, with landmarks on every tenth frame so that this takes a minute, each in a fresh process.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from wdmd_tools.config import load_config
from wdmd_tools.faces.model_file import get_face_model
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.synth.config import make_config
from wdmd_tools.synth.generate import generate
from wdmd_tools.video.ffmpeg import ffmpeg_binary

SETTINGS = ("crop.size=112", "crop.landmark_stride=10", "clips.annotated_only=false",
            "clips.whole_up_to_s=0")  # fmt: skip


def main() -> None:
    """Build both, and print one line each and the difference."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--times", type=int, default=12)
    parser.add_argument("--project", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.project:
        print(json.dumps(peak(given.project)))
        return
    with tempfile.TemporaryDirectory() as text:
        root = Path(text)
        generate(make_config(recordings=1, subjects=1, seconds=given.seconds), root, 1)
        short = measure(root)
        (film,) = (root / "raw").glob("*.mp4")
        longer = film.with_suffix(".longer.mp4")
        command = [ffmpeg_binary(), "-v", "error", "-stream_loop", str(given.times - 1)]
        subprocess.run([*command, "-i", str(film), "-c", "copy", str(longer)], check=True)
        longer.replace(film)
        long = measure(root)
    for label, run in (("short", short), ("long", long)):
        print(f"{label:6} {run['frames']:6.0f} frames, peak {run['peak_kb'] / 1024:.0f} MB")
    more = long["frames"] - short["frames"]
    each = 1024 * (long["peak_kb"] - short["peak_kb"]) / more
    print(f"{each:.0f} bytes per frame more, {each * 216_000 / 2**20:.0f} MB per hour at 60 fps")


def measure(root: Path) -> dict[str, float]:
    """One build in a process of its own."""
    command = [sys.executable, __file__, "--project", str(root)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    run: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return run


def peak(root: Path) -> dict[str, float]:
    """Build, and tell the peak of this process."""
    with tempfile.TemporaryDirectory() as out:
        report = build_dataset(
            root / "ann",
            root / "raw",
            Path(out) / "data",
            load_config(None, SETTINGS),
            face_model=get_face_model(),
        )
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"frames": report.counts["frames"], "peak_kb": size}


if __name__ == "__main__":
    main()
