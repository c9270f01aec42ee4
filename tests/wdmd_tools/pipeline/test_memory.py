"""Memory does not grow with the length of a film, nor with the number of recordings."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from builders import clip_row, frame_rows
from projects import TierText, plain_frames, write_eaf_text, write_film

from wdmd_tools.config import load_config
from wdmd_tools.errors import DataError
from wdmd_tools.manifest import stream as stream_module
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.pipeline.part import read_part

BUILD = """
import sys
from pathlib import Path
import numpy as np
from wdmd_tools.config import load_config
from wdmd_tools.faces.landmarks import Face, FaceLandmarker
from wdmd_tools.pipeline.build import build_dataset

# Memory is asked about, not faces: always the same one, so that thousands of frames take seconds.
points = np.random.default_rng(0).uniform(16, 48, (478, 2))
FaceLandmarker.find = lambda self, picture, time_ms: Face(points, 0.0, 0.0, 0.0)
root, model = Path(sys.argv[1]), Path(sys.argv[2])
config = load_config(None, ["crop.size=32"])
resident = []
def watch(at):
    lines = Path("/proc/self/status").read_text().splitlines()
    size = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    resident.append((at.seconds / at.seconds_total, size))
report = build_dataset(root / "ann", root / "raw", root / "data", config, face_model=model,
                       progress=watch)
quarter = max(size for share, size in resident if 0.25 <= share < 0.5)
half = max(size for share, size in resident if 0.5 <= share)
print(report.counts["frames"], half - quarter)
"""


def project(root: Path, frames: int, fps: int = 30) -> Path:
    write_film(root / "raw" / "film.mp4", plain_frames(frames, 64, 64), fps)
    write_eaf_text(root / "ann" / "film.eaf", TierText("ME@A1", [(200, 500, "ME")], "P1"))
    return root


def growth_kb(root: Path, model: Path) -> tuple[int, int]:
    """Frames built, and how far the second half's resident memory tops the second quarter's, kB."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(root), str(model)],
        env=os.environ | {"MALLOC_ARENA_MAX": "2"},  # as every worker of a build has it
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    frames, growth = done.stdout.split()
    return int(frames), int(growth)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc on this system")
def test_memory_does_not_grow_with_the_film(tmp_path: Path, face_model: Path) -> None:
    frames, growth = growth_kb(project(tmp_path, 4800), face_model)
    assert frames == 4800
    # 2400 frames kept would be: regions 29 MB, landmarks 18 MB. What may grow are the times and labels
    # of the frames, 0.3 kB each, and the noise of the allocators, up to 9 MB on a busy machine.
    assert growth < 14_000, growth


def test_a_table_holds_no_more_than_a_row_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "ROW_GROUP", 500)
    held = []
    before = pa.total_allocated_bytes()
    with stream_module.open_table_stream(tmp_path / "frames.parquet", "frames") as stream:
        for number in range(100):
            stream.write(frame_rows(clip_row(f"c{number}", 240)))
            held.append(pa.total_allocated_bytes() - before)
    assert max(held[20:]) < 2 * max(held[:20])


def test_what_a_long_film_leaves_out_is_told(tmp_path: Path, face_model: Path) -> None:
    """Of 700 s, 0 to 8.5 s lie within 8 s of the ME at 0.2 to 0.5 s."""
    root = project(tmp_path, 2100, fps=3)
    config = load_config(None, ["crop.size=32", "quality.reject_coverage=1"])
    with pytest.raises(DataError, match="nothing could be built"):
        build_dataset(root / "ann", root / "raw", root / "data", config, face_model=face_model)
    (part,) = (root / "data" / ".build" / "parts").iterdir()
    told = {problem.code: problem.message for problem in read_part(part).problems}
    assert told["W_UNANNOTATED"].startswith("film.mp4: 692 of 700 s lie far")
