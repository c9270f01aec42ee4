"""How fast `meldae spot` is, against decoding and landmarks alone, on two cores.

    OMP_WAIT_POLICY=PASSIVE python perf/spot.py RUN_OR_ONNX... [--film FILM]... [--rounds 2] [--json]

Without a film a conversation is rendered (320 px, 30 fps) and encoded again at 1280x720 with borders.

floor       decode every frame and look for its faces once: what any spotter with landmarks has to pay
others      `meldae spot` whole: decoding, landmarks (chunks overlap by a sixth), alignment, crops, scores
frames/s    by the clock
per core    frames per second of processor time, all threads together; what one idle core would do. It
            hardly depends on what else the machine does, which frames/s does
of floor    processor time of the floor / processor time of this
two cores   frames per second that two idle cores would do, worked out, not clocked: one thread reads and
            finds landmarks, the other aligns, crops and scores; the slower of them counts

Everything of a film is measured in turn in the same run, the least of the rounds counts. The process is
bound to two cores; the load on the machine when it started is printed.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from rich.console import Console
from rich.table import Table

from meldae.open_run import open_run
from meldae.spot import film, spot
from meldae.spot.faces import FacePiece
from wdmd_tools.faces.model_file import get_face_model
from wdmd_tools.faces.tracker import FaceTracker
from wdmd_tools.synth.config import make_config
from wdmd_tools.synth.generate import generate
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.ffmpeg import ffmpeg_binary
from wdmd_tools.video.probe import probe

CORES = 2


@dataclass(frozen=True)
class Row:
    """One way through one film."""

    film: str
    what: str
    frames: int
    frames_per_second: float
    per_core: float
    of_floor: float
    two_cores: float
    found: int | None


def floor(video: Path, model: Path) -> None:
    """Decode, and find the faces of every frame once."""
    table = probe(video).table
    with FaceTracker(model) as tracker:
        for frame in iter_frames(video, table):
            tracker.find(frame, table.floor_ms[frame.index])


class Aside:
    """Processor seconds of the second thread of `meldae spot`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._pieces = film._Scan._pieces

    def __enter__(self) -> "Aside":
        plain = self._pieces

        def timed(scan: film._Scan, chunk: film._Chunk) -> list[FacePiece]:
            started = time.thread_time()
            found = plain(scan, chunk)
            self.seconds += time.thread_time() - started
            return found

        film._Scan._pieces = timed  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        film._Scan._pieces = self._pieces  # type: ignore[method-assign]


def seconds_of(work: Callable[[], object]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds, and of those the ones of the slower thread."""
    wall, cpu = time.perf_counter(), time.process_time()
    with Aside() as aside:
        work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, max(aside.seconds, cpu - aside.seconds)


def measure(video: Path, runs: list[Path], rounds: int) -> list[Row]:
    """The floor and all runs on one film, in turn."""
    landmarker = get_face_model()
    opened = {one.name: open_run(one) for one in runs}
    found: dict[str, int] = {}

    def through(name: str) -> None:
        found[name] = len(spot(video, opened[name], face_model=landmarker).segments)

    works: dict[str, Callable[[], object]] = {"floor": lambda: floor(video, landmarker)}
    works |= {name: (lambda name=name: through(name)) for name in opened}
    times: dict[str, list[tuple[float, float, float]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds_of(work))
    count = len(probe(video).table)
    least = {name: tuple(map(min, zip(*seen, strict=True))) for name, seen in times.items()}
    return [
        Row(
            video.name,
            name,
            count,
            round(count / wall, 1),
            round(count / cpu, 1),
            round(least["floor"][1] / cpu, 3),
            round(count / slower, 1),
            found.get(name),
        )
        for name, (wall, cpu, slower) in least.items()
    ]


def make_films(folder: Path, seconds: float) -> list[Path]:
    """A rendered conversation, and the same at 1280x720."""
    generate(make_config(recordings=1, subjects=1, seconds=seconds, fps=30, size=320), folder, 1)
    small = next((folder / "raw").glob("*.mp4"))
    large = folder / "720p.mp4"
    steps = "scale=720:720:flags=bicubic,pad=1280:720:280:0:gray"
    command = [ffmpeg_binary(), "-v", "error", "-i", str(small), "-vf", steps]
    command += ["-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p", str(large)]
    subprocess.run(command, check=True)
    return [small.rename(folder / "320px.mp4"), large]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, help="run folders or .onnx files")
    parser.add_argument("--film", action="append", type=Path, default=[])
    parser.add_argument("--seconds", type=float, default=20.0, help="of the rendered film")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as text:
        films = given.film or make_films(Path(text), given.seconds)
        for video in films:
            rows += measure(video, given.runs, given.rounds)
    if given.json:
        print(json.dumps({"load": load, "rows": [asdict(row) for row in rows]}, indent=1))
        return
    shown = Table(title=f"{CORES} cores, load {load:.1f} when it started")
    for head in ("film", "what"):
        shown.add_column(head, no_wrap=True)
    for head in ("frames", "frames/s", "per core", "of floor", "two cores", "found"):
        shown.add_column(head, justify="right")
    for row in rows:
        numbers = (row.frames, row.frames_per_second, row.per_core, row.of_floor, row.two_cores)
        ends = "" if row.found is None else str(row.found)
        shown.add_row(row.film, row.what, *(f"{one:g}" for one in numbers), ends)
    Console(width=100).print(shown)


if __name__ == "__main__":
    main()
