"""What one film may cost a worker process: memory, processor time, and no core dump.

A file of a few kilobytes can ask a decoder for gigabytes or for hours. A worker calls `enter_worker` once,
when all that it needs is loaded, and decodes each film inside of `film_time`:

    enter_worker(config)
    for film in films:
        with film_time(config, film_s):
            ...

Memory that is refused is a `MemoryError`, or ENOMEM from the decoder. A film over its processor time ends
the process with SIGXCPU, since nothing gentler stops a decoder in the middle of a frame: the parent finds
its worker dead by that signal. Both are limits of Linux; on other systems, and where the system refuses
them, these calls do nothing and say so by what they return.
"""

import contextlib
import math
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

if sys.platform != "win32":
    import resource

_GIB = 2**30


class LimitsConfig(BaseModel):
    """Limits of one worker process.

    Args:
        memory_gb: GiB of address space on top of what the worker has when it starts on films; `None` for
            no limit. A 2560x1440 film needs well under 1.
        seconds_per_minute_of_film: Seconds of processor time for a minute of film, all threads together;
            `None` for no limit. Building takes about 60 at 60 frames per second on a slow core.
        least_seconds: Seconds of processor time that the shortest film gets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_gb: float | None = Field(8.0, gt=0, le=1e6)
    seconds_per_minute_of_film: float | None = Field(3600.0, gt=0, le=1e6)
    least_seconds: float = Field(600.0, ge=1, le=1e6)


def enter_worker(config: LimitsConfig) -> bool:
    """Set the limits of this process that hold until it ends. They cannot be raised afterwards.

    Args:
        config: Limits.

    Returns:
        Whether memory is limited now: not where `memory_gb` is `None`, nor on systems that cannot.
    """
    if sys.platform == "win32":
        return False
    with contextlib.suppress(ValueError, OSError):
        # A decoder that crashes would leave a file as large as its memory in the working folder.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    held = address_space_bytes()
    if config.memory_gb is None or held is None:
        return False
    try:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = held + int(config.memory_gb * _GIB)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    except (ValueError, OSError):
        return False
    return True


@contextlib.contextmanager
def film_time(config: LimitsConfig, film_s: float) -> Iterator[float | None]:
    """Limit the processor time of the block; beyond it the process ends with SIGXCPU.

    Args:
        config: Limits.
        film_s: Seconds of film that will be decoded, counted from the frames, not from a header.

    Yields:
        The processor seconds allowed; `None` where there is no limit.

    Raises:
        ValueError: `film_s` is negative or not a number.
    """
    if not film_s >= 0:
        raise ValueError(f"Expected `film_s` of at least 0 but got {film_s}.")
    if config.seconds_per_minute_of_film is None or sys.platform == "win32":
        yield None
        return
    allowed = max(config.least_seconds, film_s / 60 * config.seconds_per_minute_of_film)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # The system counts whole seconds from the start of the process.
    end = math.ceil(usage.ru_utime + usage.ru_stime + min(allowed, 1e9))
    end = min([end, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)])
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (end, hard))
    except (ValueError, OSError):
        yield None
        return
    try:
        yield allowed
    finally:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def address_space_bytes() -> int | None:
    """Address space that this process has mapped; `None` where the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize()
