"""What this machine has and lacks, and how to get it: what `wdmd doctor` prints."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from wdmd_tools.errors import WdmdError

_PACKAGES = (
    "av", "ffmpeg-python", "imageio-ffmpeg", "krippendorff", "lightning-fabric", "matplotlib",
    "mediapipe", "numba", "numpy", "platformdirs", "pyarrow", "pydantic", "pympi-ling",
    "rich", "safetensors", "scikit-image", "scikit-learn", "scipy", "timm", "torch", "torchvision",
    "typer",
)  # fmt: skip
_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: What.
        status: ``"ok"``, ``"missing"`` (something will not work) or ``"note"`` (it will, with a limit).
        detail: What was found, one line.
        fix: What to do, empty when ok.
    """

    name: str
    status: str
    detail: str
    fix: str = ""


def examine() -> list[Finding]:
    """Look at everything; never raises and never fetches anything."""
    checks: tuple[Callable[[], Finding], ...] = (
        _python, _packages, _ffmpeg, _mediapipe, _face_model, _gpu, _cores, _memory, _disk,
    )  # fmt: skip
    return [_safely(check) for check in checks]


def _safely(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except (OSError, WdmdError, subprocess.SubprocessError, ImportError, ValueError) as error:
        name = check.__name__.strip("_").replace("_", " ")
        return Finding(
            name, "missing", str(error).partition("; ")[0], str(error).partition("; ")[2]
        )


def _python() -> Finding:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding("python", "ok", text)


def _packages() -> Finding:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("packages", "missing", f"not installed: {', '.join(missing)}",
                       "run: pip install -e . -c constraints.txt")  # fmt: skip
    return Finding("packages", "ok", ", ".join(found))


def _ffmpeg() -> Finding:
    from wdmd_tools.video.ffmpeg import ffmpeg_binary

    binary = ffmpeg_binary()
    command = [binary, "-hide_banner", "-version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    encoders = subprocess.run(
        [binary, "-hide_banner", "-encoders"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    lacking = [name for name in ("ffv1", "libx264", "utvideo") if name not in encoders.stdout]
    first = done.stdout.splitlines()[0].partition(" Copyright")[0]
    if lacking:
        return Finding("ffmpeg", "missing", f"{first}, without {', '.join(lacking)}",
                       "unset IMAGEIO_FFMPEG_EXE to use the binary of imageio-ffmpeg")  # fmt: skip
    return Finding("ffmpeg", "ok", f"{first} ({binary})")


def _mediapipe() -> Finding:
    # In a process of its own: a missing system library can end the process, not only raise.
    code = "from mediapipe.tasks.python import vision; vision.FaceLandmarker; print('loaded')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    if "loaded" in done.stdout:
        return Finding("mediapipe", "ok", f"{version('mediapipe')} loads")
    lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    fix = "run: pip install --force-reinstall mediapipe"
    if ".so" in lines[-1]:
        fix = "install the system libraries: apt install libegl1 libgl1 libgles2 libglib2.0-0"
    return Finding("mediapipe", "missing", lines[-1][:200], fix)


def _face_model() -> Finding:
    from wdmd_tools.faces.model_file import find_face_model

    path = find_face_model()
    if path is None:
        return Finding("face model", "missing", "face_landmarker.task is not on this machine",
                       "run: wdmd doctor --fetch (or give --face-model FILE)")  # fmt: skip
    return Finding("face model", "ok", f"{path}, SHA-256 verified")


def _gpu() -> Finding:
    binary = shutil.which("nvidia-smi")
    if binary is None:
        return Finding("gpu", "note", "no NVIDIA GPU found",
                       "none needed for the preset `nano`; `paper` wants one")  # fmt: skip
    query = [binary, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    done = subprocess.run(query, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        return Finding("gpu", "note", "nvidia-smi fails", "check the NVIDIA driver")
    return Finding("gpu", "ok", "; ".join(done.stdout.strip().splitlines()))


def _cores() -> Finding:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Finding("cores", "ok", f"{usable} usable; give --jobs {usable} to wdmd build")


def _memory() -> Finding:
    total = (
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    )
    if not total:
        return Finding("memory", "note", "unknown on this system")
    status = "ok" if total >= 6 * _GIB else "note"
    fix = "" if status == "ok" else "use --jobs 1 and the preset `nano`"
    return Finding("memory", status, f"{total / _GIB:.1f} GiB", fix)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    status = "ok" if free >= 2 * _GIB else "note"
    fix = "" if status == "ok" else "crops take about 45 kB a frame at 224 px; free some space"
    return Finding("disk", status, f"{free / _GIB:.1f} GiB free here", fix)
