"""What a job may use, and how a user says it."""

import re
from dataclasses import dataclass

from wdmd_tools.errors import ConfigError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?", re.IGNORECASE)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(mb|gb|tb|m|g|t)", re.IGNORECASE)
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_BYTES = {"m": 1e6, "g": 1e9, "t": 1e12}


@dataclass(frozen=True)
class Limits:
    """Of one job.

    Args:
        time_s: Wall time in seconds; `None` for no limit.
        memory_bytes: Resident memory of the job's process and its children together; `None` for no limit.
            Pages that several of them share count once for each.
    """

    time_s: float | None = None
    memory_bytes: float | None = None


NO_LIMITS = Limits()


def parse_duration(text: str) -> float:
    """Seconds of ``"90"``, ``"90s"``, ``"15m"``, ``"2h"`` or ``"1d"``.

    Raises:
        ConfigError: It is none of these, or zero.
    """
    found = _DURATION.fullmatch(text.strip())
    seconds = 0.0
    if found is not None:
        seconds = float(found[1]) * _SECONDS[(found[2] or "").lower()]
    if seconds <= 0:
        raise ConfigError(f"--time-limit {text}: expected a duration such as 90s, 15m or 2h")
    return seconds


def parse_size(text: str) -> float:
    """Bytes of ``"800MB"`` or ``"4GB"``; a GB is 10^9 bytes.

    Raises:
        ConfigError: It is no size with a unit, or zero.
    """
    found = _SIZE.fullmatch(text.strip())
    size = float(found[1]) * _BYTES[found[2][0].lower()] if found is not None else 0.0
    if size <= 0:
        raise ConfigError(f"--memory-limit {text}: expected a size such as 800MB or 4GB")
    return size


def say_duration(seconds: float) -> str:
    """Seconds in words, for example ``"1 h 30 min"``."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def say_size(size: float) -> str:
    """Bytes in words, for example ``"1.5 GB"``."""
    for unit, worth in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= worth:
            return f"{size / worth:.3g} {unit}"
    return f"{size / 1e3:.3g} kB"
