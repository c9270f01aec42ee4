"""Time of `wdmd agreement` at the size of WDMD: 2,253 clips, about 590,000 frames, three annotators.

    python perf/agreement.py

The floor is what no report can do without: reading the tables, and one call of the krippendorff package.
"""

import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders import clip_row, segment_row, write_dataset

from wdmd_tools.agreement.alpha import krippendorff_alpha
from wdmd_tools.agreement.details import measure_details
from wdmd_tools.agreement.disagreements import find_disagreements
from wdmd_tools.agreement.report import measure_agreement
from wdmd_tools.agreement.tracks import read_tracks
from wdmd_tools.annotations import STATES
from wdmd_tools.manifest import Dataset

CLIPS, FRAMES, RECORDINGS = 2253, 262, 120


def generate(folder: Path) -> None:
    """Write a dataset of that size: jittered boundaries, a fifth of the clips with an ME."""
    rng = np.random.default_rng(0)
    clips, segments = [], []
    for number in range(CLIPS):
        name = f"c{number:04d}"
        clips.append(clip_row(name, FRAMES, fps=60, recording_id=f"r{number % RECORDINGS:03d}"))
        change, onset = int(rng.integers(40, 220)), int(rng.integers(10, 200))
        for who in ("a1", "a2", "a3"):
            at = change + round(rng.normal(0, 6))
            segments.append(segment_row(name, who, 0, at - 1, "state", "speaking"))
            segments.append(segment_row(name, who, at, FRAMES - 1, "state", "listening"))
            if number % 9 < 2 and rng.random() > 0.1:
                first = max(0, onset + round(rng.normal(0, 2)))
                segments.append(segment_row(name, who, first, first + int(rng.integers(14, 28))))
    write_dataset(folder, clips, segments)


def main() -> None:
    """Print the seconds of each part."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder)
        marks = [("start", time.perf_counter())]

        def mark(what: str) -> None:
            marks.append((what, time.perf_counter()))

        dataset = Dataset.open(folder)
        mark("open")
        tracks = read_tracks(dataset)
        mark("tracks")
        krippendorff_alpha(tracks.states, STATES)
        mark("one krippendorff call")
        floor = marks[-1][1] - marks[0][1]
        measure_details(dataset, tracks)
        mark("kappa, boundaries, labels")
        find_disagreements(dataset, tracks)
        mark("disagreements")
        begin = marks[-1][1]
        measure_agreement(dataset, draws=10_000)
        mark("the whole report, 10,000 draws")
        whole = marks[-1][1] - begin
        for (_, before), (what, after) in pairwise(marks):
            print(f"{what:32} {after - before:6.2f} s")
        print(f"{len(dataset.clips):,} clips, {int(tracks.bounds[-1]):,} frames")
        print(f"whole report / floor: {whole / floor:.1f}")


if __name__ == "__main__":
    main()
