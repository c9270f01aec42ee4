"""Limits of a worker, set in processes of their own since they cannot be taken back."""

import signal
import subprocess
import sys

import pytest
from pydantic import ValidationError

from wdmd_tools.video.limits import LimitsConfig, film_time

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")


def _run(code: str) -> subprocess.CompletedProcess[str]:
    head = "from wdmd_tools.video.limits import *\n"
    return subprocess.run(
        [sys.executable, "-c", head + code], capture_output=True, text=True, timeout=60, check=False
    )


@linux
def test_memory_above_the_limit_is_a_memory_error_and_below_is_not() -> None:
    done = _run(
        "assert enter_worker(LimitsConfig(memory_gb=0.5))\n"
        "small = bytearray(200 * 2**20)\n"
        "try:\n    large = bytearray(600 * 2**20)\n"
        "except MemoryError:\n    print('refused')\n"
    )
    assert done.stdout == "refused\n", done.stderr


@linux
def test_without_a_limit_memory_is_given() -> None:
    done = _run(
        "print(enter_worker(LimitsConfig(memory_gb=None)))\nlarge = bytearray(600 * 2**20)\n"
    )
    assert done.stdout == "False\n", done.stderr


@linux
def test_a_film_over_its_time_ends_the_process() -> None:
    limits = "LimitsConfig(seconds_per_minute_of_film=1, least_seconds=1)"
    done = _run(f"with film_time({limits}, 0.1):\n    while True: pass\n")
    assert done.returncode == -signal.SIGXCPU


@linux
def test_the_limit_of_time_ends_with_the_film_and_the_next_film_has_its_own() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_CPU)
    config = LimitsConfig(seconds_per_minute_of_film=60, least_seconds=5)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    with film_time(config, 1000.0) as allowed:
        # 1000 s of film at 60 s per 60 s.
        assert allowed == pytest.approx(1000.0)
        assert 1000 <= resource.getrlimit(resource.RLIMIT_CPU)[0] - used <= 1010
    assert resource.getrlimit(resource.RLIMIT_CPU) == before
    with film_time(config, 1.0) as allowed:
        assert allowed == 5.0


@linux
def test_no_core_dump() -> None:
    done = _run(
        "import resource\nenter_worker(LimitsConfig())\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0])\n"
    )
    assert done.stdout == "0\n", done.stderr


def test_no_limit_of_time() -> None:
    with film_time(LimitsConfig(seconds_per_minute_of_film=None), 5.0) as allowed:
        assert allowed is None


@pytest.mark.parametrize("film_s", [-1.0, float("nan")])
def test_a_wrong_length_is_refused(film_s: float) -> None:
    with pytest.raises(ValueError, match="film_s"), film_time(LimitsConfig(), film_s):
        pass


@pytest.mark.parametrize("bad", [{"memory_gb": 0}, {"memory_gb": -1}, {"seconds": 3}])
def test_wrong_settings_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        LimitsConfig.model_validate(bad)
