"""Who may import whom, checked on the real import graph and in a fresh interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("wdmd_tools", "torch mediapipe cv2 av matplotlib"),
        ("wdmd_tools.manifest", "torch mediapipe cv2 av matplotlib sklearn"),
        ("wdmd_tools.metrics.events", "torch mediapipe cv2 av matplotlib sklearn pyarrow"),
        ("wdmd_tools.cli", "torch mediapipe cv2 av matplotlib pyarrow scipy"),
        ("meldae.cli", "torch mediapipe cv2 av matplotlib pyarrow scipy"),
        ("benchmarks.cli", "torch meldae mediapipe cv2 av matplotlib scipy"),
        ("benchmarks.leaderboard", "torch meldae"),
    ],
)
def test_importing_a_light_module_loads_nothing_heavy(module: str, forbidden: str) -> None:
    code = (
        f"import sys, {module}; "
        f"found = [m for m in {forbidden.split()!r} if m in sys.modules]; "
        "sys.exit(', '.join(found) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_file_outgrows_its_concept() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for package in ("wdmd_tools", "meldae", "benchmarks")
        for path in (ROOT / package).rglob("*.py")
        if len(path.read_text(encoding="utf-8").splitlines()) > 400
    }
    assert not long


def test_there_is_no_utils_module() -> None:
    assert not [p for p in ROOT.glob("*/**/util*.py") if ".venv" not in p.parts]
