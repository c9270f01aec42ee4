"""Where a result comes from: code, versions, machine."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGES = (
    "wdmd-meldae",
    "numpy",
    "scipy",
    "scikit-learn",
    "scikit-image",
    "numba",
    "pyarrow",
    "torch",
    "timm",
)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on, without importing them."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@lru_cache(maxsize=1)
def git_state() -> dict[str, Any]:
    """Commit of the working copy this code runs from, and whether it has changes; nulls outside one."""
    nothing: dict[str, Any] = {"commit": None, "dirty": None}
    git, here = shutil.which("git"), Path(__file__).resolve().parents[1]
    if git is None or not (here / ".git").exists():
        return nothing
    try:
        commit = _run(git, here, "rev-parse", "HEAD")
        return {"commit": commit, "dirty": bool(_run(git, here, "status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return nothing


def _run(git: str, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=20
    )
    return done.stdout.strip()


def hardware() -> dict[str, Any]:
    """Processor, cores, memory and GPUs of this machine, and the threads that this process may use."""
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
        "gpus": list(_gpus()),
        "threads": int(threads) if threads.isdigit() else None,
        "system": platform.platform(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@lru_cache(maxsize=1)
def _gpus() -> tuple[str, ...]:
    """Names of NVIDIA GPUs, asked of the driver, since torch may not be installed."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    command = [tool, "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in done.stdout.splitlines() if line.strip())


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def peak_memory_mb() -> float | None:
    """Largest resident memory of this process so far, in megabytes; `None` where unknown."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


@lru_cache(maxsize=1)
def scoring_digest() -> str:
    """Hex digest over the code that turns predictions into counts; when it changes, jobs are rescored."""
    import benchmarks.scoring
    import benchmarks.scoring_emotions
    import wdmd_tools.emotions
    import wdmd_tools.manifest.samples
    import wdmd_tools.metrics

    digest = hashlib.sha256()
    metrics = Path(str(wdmd_tools.metrics.__file__)).parent
    modules = (
        benchmarks.scoring,
        benchmarks.scoring_emotions,
        wdmd_tools.emotions,
        wdmd_tools.manifest.samples,
    )
    for path in (*sorted(metrics.glob("*.py")), *(Path(str(one.__file__)) for one in modules)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
