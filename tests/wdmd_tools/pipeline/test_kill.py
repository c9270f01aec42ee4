"""Killed, starved and full: every build goes on, and ends with the bytes of one that was left alone."""

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
from projects import TierText, portrait_frames, write_eaf_text, write_film

from wdmd_tools.config import load_config
from wdmd_tools.errors import WdmdError
from wdmd_tools.manifest.tables import read_table
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.pipeline.engine.base import Finished, OnProgress
from wdmd_tools.pipeline.engine.local import LocalEngine
from wdmd_tools.pipeline.publish import BuildReport
from wdmd_tools.pipeline.work import Shared, Task

CONFIG = load_config(None, ["crop.size=48"])
COMMON = """
import os, signal, sys
from pathlib import Path
from wdmd_tools.config import load_config
from wdmd_tools.pipeline.build import build_dataset
root, model = Path(sys.argv[1]), Path(sys.argv[2])
def build(out):
    config = load_config(None, ["crop.size=48"])
    return build_dataset(root / "ann", root / "raw", out, config, face_model=model, name="x")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, face_model: Path) -> Path:
    """Two films of 6 frames, and in ``whole`` what an undisturbed build makes of them."""
    root = tmp_path_factory.mktemp("kill")
    for name in ("a", "b"):
        write_film(root / "raw" / f"{name}.mp4", portrait_frames(6), 30)
        tier = TierText("ME@A1", [(100, 200, "ME")], name)
        write_eaf_text(root / "ann" / f"{name}.eaf", tier, media_url=f"{name}.mp4")
    build(root, face_model, "whole")
    return root


def build(
    root: Path, model: Path, out: str, engine: LocalEngine | None = None, jobs: int = 1
) -> BuildReport:
    return build_dataset(
        root / "ann",
        root / "raw",
        root / out,
        CONFIG,
        face_model=model,
        name="x",
        engine=engine,
        jobs=jobs,
    )


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".build" not in path.parts
    }


class Attacked(LocalEngine):
    """Does something to the worker whenever the recording `name` moves on."""

    def __init__(self, name: str, harm: Callable[[int], None], times: int, jobs: int = 1) -> None:
        super().__init__(jobs, stall_s=8)
        self._victim, self._harm, self._times = name, harm, times

    def run(
        self, tasks: Sequence[Task], shared: Shared, on_progress: OnProgress
    ) -> Iterator[Finished]:
        def watch(name: str, done: float, total: float) -> None:
            on_progress(name, done, total)
            if name == self._victim and self._times > 0:
                self._times -= 1
                for child in active_children():
                    if child.pid is not None:
                        self._harm(child.pid)

        return super().run(tasks, shared, watch)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def starve(pid: int) -> None:
    """10 MB more address space than now: a large array cannot be had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    size = (
        next(int(line.split()[1]) for line in lines if line.startswith("VmSize")) * 1024
        + 10 * 2**20
    )
    resource.prlimit(pid, resource.RLIMIT_AS, (size, size))


def test_a_killed_worker_is_replaced_and_its_film_tried_again(
    project: Path, face_model: Path
) -> None:
    report = build(project, face_model, "once", Attacked("b", kill, times=1, jobs=2))
    assert report.rejects == []
    assert ("b", "SIGKILL") in report.retried
    assert hashes(project / "once") == hashes(project / "whole")


def test_killed_twice_it_is_a_reject_and_the_others_are_built(
    project: Path, face_model: Path
) -> None:
    report = build(project, face_model, "twice", Attacked("b", kill, times=2))
    assert [(p.code, Path(p.file).name) for p in report.rejects] == [("E_WORKER_KILLED", "b.eaf")]
    assert "SIGKILL" in report.rejects[0].message
    assert report.counts["recordings"] == 1
    rows = read_table(project / "twice" / "rejects.parquet", "rejects").to_pylist()
    assert [row["code"] for row in rows] == ["E_WORKER_KILLED"]
    # The next build tries it again, and only it.
    again = build(project, face_model, "twice")
    assert (again.built, again.rejects) == (1, [])
    assert hashes(project / "twice") == hashes(project / "whole")


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no prlimit on this system")
def test_a_worker_without_memory_is_a_reject_and_the_others_are_built(
    project: Path, face_model: Path, tmp_path: Path
) -> None:
    # One frame is 11 MB as RGB; 10 MB are left.
    large = np.repeat(np.repeat(portrait_frames(3), 8, axis=1), 8, axis=2)
    write_film(tmp_path / "raw" / "large.mp4", large, 30)
    shutil.copy(project / "raw" / "a.mp4", tmp_path / "raw")
    shutil.copytree(project / "ann", tmp_path / "ann")
    tier = TierText("ME@A1", [(0, 90, "ME")], "L")
    write_eaf_text(tmp_path / "ann" / "large.eaf", tier, media_url="large.mp4")
    (tmp_path / "ann" / "b.eaf").unlink()
    report = build(tmp_path, face_model, "starved", Attacked("large", starve, times=99))
    (reject,) = report.rejects
    assert (reject.code, Path(reject.file).name) == ("E_OUT_OF_MEMORY", "large.eaf")
    assert report.counts["recordings"] == 1
    assert build(tmp_path, face_model, "starved").rejects == []
    build(tmp_path, face_model, "whole")
    assert hashes(tmp_path / "starved") == hashes(tmp_path / "whole")


def test_sigkill_at_every_commit_point(project: Path, face_model: Path) -> None:
    """Kill the process before its n-th rename, then build again in a fresh one."""
    script = (
        COMMON
        + """
import itertools, hashlib
import mediapipe.tasks.python.vision  # once, not in every fork
rename = Path.replace
def run(out, die_at):
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    count = itertools.count(1)
    def replace(self, target):
        if next(count) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, target)
    Path.replace = replace
    build(out)
    os._exit(0)
# 6 to 9 are to the second recording what 1 to 4 are to the first.
for n in itertools.chain(range(1, 6), itertools.count(10)):
    out = root / f"kill{n}"
    killed = run(out, n) != 0
    if killed:
        assert not (out / "dataset.json").exists()
        assert run(out, 0) == 0, n
    print(n, killed, flush=True)
    if not killed:
        break
"""
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(project), str(face_model)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *killed, last = [int(line.split()[0]) for line in done.stdout.splitlines()]
    # 2 recordings: crop, three tables, done.json; then 8 files of the dataset.
    assert last == 2 * 5 + 8 + 1
    expected = hashes(project / "whole")
    for n in killed:
        assert hashes(project / f"kill{n}") == expected, n
        shutil.rmtree(project / f"kill{n}")


def test_workers_die_with_their_parent(project: Path, face_model: Path) -> None:
    script = (
        COMMON
        + """
from multiprocessing import active_children
def progress(at):
    if at.seconds > 0:
        print(*[child.pid for child in active_children()], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    config = load_config(None, ["crop.size=48"])
    build_dataset(root / "ann", root / "raw", root / "orphans", config, face_model=model,
                  name="x", jobs=2, progress=progress)
"""
    )
    (project / "parent.py").write_text(script)
    done = subprocess.run(
        [sys.executable, str(project / "parent.py"), str(project), str(face_model)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    # Their standard error is the pipe above, which ended: all of them are gone.
    pids = [int(word) for word in done.stdout.split()]
    assert pids
    assert not any(is_running(pid) for pid in pids)
    build(project, face_model, "orphans", jobs=2)
    assert hashes(project / "orphans") == hashes(project / "whole")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_full_disk_stops_in_one_line_and_goes_on_when_there_is_room(
    project: Path, face_model: Path
) -> None:
    """Real file systems in a mount namespace; one is full at the first crop, one at the tables."""
    script = (
        COMMON
        + """
import subprocess
from wdmd_tools.errors import WdmdError
for size in ("24k", "120k"):
    place = root / f"small{size}"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        build(place / "data")
    except WdmdError as error:
        print(error, flush=True)
    subprocess.run(["mount", "-o", "remount,size=64m", str(place)], check=True)
    print(build(place / "data").built)
    subprocess.run(["cp", "-r", str(place / "data"), str(root / f"copied{size}")], check=True)
"""
    )
    unshare = shutil.which("unshare")
    probe = unshare and subprocess.run(
        [unshare, "-rm", "mount", "-t", "tmpfs", "tmpfs", str(project / "raw")],
        capture_output=True,
        check=False,
    )
    if not probe or probe.returncode:
        pytest.skip("no mount namespaces on this system")
    done = subprocess.run(
        [str(unshare), "-rm", sys.executable, "-c", script, str(project), str(face_model)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, built_first, second, built_second = done.stdout.splitlines()
    for message in (first, second):
        assert "no space left on the device" in message
        assert "finished work is kept" in message
    assert (built_first, built_second) == ("2", "0")
    for size in ("24k", "120k"):
        assert hashes(project / f"copied{size}") == hashes(project / "whole")


def test_a_corrupt_film_in_the_middle_is_a_row(project: Path, face_model: Path) -> None:
    film = project / "raw" / "b.mp4"
    good = film.read_bytes()
    try:
        film.write_bytes(good[:64] + bytes(len(good) - 64))
        report = build(project, face_model, "corrupt", jobs=2)
        assert [(p.code, Path(p.file).name) for p in report.rejects] == [("E_VIDEO", "b.eaf")]
        assert report.counts["recordings"] == 1
    finally:
        film.write_bytes(good)
    # Another time of change, so the film counts as new.
    assert build(project, face_model, "corrupt", jobs=2).built == 1
    ours, theirs = hashes(project / "corrupt"), hashes(project / "whole")
    assert ours == theirs


def test_a_fault_of_ours_is_a_row_too(
    project: Path, face_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wdmd_tools.pipeline import recording

    label_frames = recording.label_frames

    def odd(events: Sequence[object], *more: object) -> object:
        if events[0].participant == "b":  # type: ignore[attr-defined]
            raise IndexError("tuple index out of range")
        return label_frames(events, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "label_frames", odd)
    report = build(project, face_model, "fault")
    (reject,) = report.rejects
    assert reject.code == "E_INTERNAL"
    assert "IndexError: tuple index out of range at test_kill.py" in reject.message
    monkeypatch.undo()
    assert build(project, face_model, "fault").built == 1
    assert hashes(project / "fault") == hashes(project / "whole")


def test_a_worker_that_stands_still_is_ended(project: Path, face_model: Path) -> None:
    def stop(pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)

    engine = Attacked("a", stop, times=1)
    engine._stall_s = 8.0
    report = build(project, face_model, "stalled", engine)
    assert [p.code for p in report.rejects] == ["E_TIME_LIMIT"]
    info = json.loads((project / "stalled" / "dataset.json").read_text())
    assert info["rejects"] == {"E_TIME_LIMIT": 1}


def test_a_film_over_its_processor_time_is_a_row(
    project: Path, face_model: Path, tmp_path: Path
) -> None:
    write_film(tmp_path / "raw" / "long.mp4", portrait_frames(400), 30)
    shutil.copy(project / "raw" / "a.mp4", tmp_path / "raw")
    tier = TierText("ME@A1", [(100, 200, "ME")], "P")
    for name in ("a", "long"):
        write_eaf_text(tmp_path / "ann" / f"{name}.eaf", tier, media_url=f"{name}.mp4")
    # 400 frames take more than three seconds, 6 do not take one.
    limits = ["limits.least_seconds=1", "limits.seconds_per_minute_of_film=0.1"]
    config = load_config(None, ["crop.size=48", *limits])
    paths = (tmp_path / "ann", tmp_path / "raw", tmp_path / "data")
    report = build_dataset(*paths, config, face_model=face_model, jobs=2)
    assert [(p.code, Path(p.file).name) for p in report.rejects] == [("E_TIME_LIMIT", "long.eaf")]
    assert "processor time" in report.rejects[0].message
    assert report.counts["recordings"] == 1


def test_errors_that_all_would_meet_stop_the_build(project: Path, face_model: Path) -> None:
    with pytest.raises(WdmdError, match=r"(?i)mediapipe does not start|model"):
        build_dataset(
            project / "ann",
            project / "raw",
            project / "stopped",
            CONFIG,
            face_model=project / "raw" / "a.mp4",
            jobs=2,
        )
