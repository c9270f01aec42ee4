"""Numbers and times as the report writes them."""

import hashlib
import re
from collections.abc import Iterable

_UNSAFE = re.compile(r"[^a-z0-9_-]+")


def clock(ms: float, digits: int = 3) -> str:
    """Milliseconds as m:ss.mmm, with hours where needed.

    Args:
        ms: Time, may be negative.
        digits: Decimals of the second, 0 to 3; further ones are cut off, as ELAN does.
    """
    whole = int(abs(ms))
    seconds, rest = divmod(whole, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if ms < 0 else ""
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    tail = f".{rest:03d}"[: digits + 1] if digits else ""
    return f"{sign}{head}:{seconds:02d}{tail}"


def number(value: float | None, digits: int, why: str = "not measured") -> str:
    """A number, or why there is none.

    Args:
        value: The number, `None` when undefined.
        digits: Decimals.
        why: The reason, written as "n/a (reason)".
    """
    return f"n/a ({why})" if value is None else f"{value:.{digits}f}"


def percent(share: float) -> str:
    """A share as a percentage that says 100 only of all and 0 only of none."""
    if 0.9995 <= share < 1:
        return "99.9 %"
    if 0 < share < 0.0005:
        return "0.1 %"
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def file_stem(name: str) -> str:
    """A file name for any id: itself where it is plain, else cleaned and made unique by a hash.

    Args:
        name: An id as the user wrote it.
    """
    plain = _UNSAFE.sub("-", name.lower())[:60]
    if plain and plain == name and not name.startswith("-"):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain.strip('-') or 'x'}-{digest}"


def natural(names: Iterable[str]) -> list[str]:
    """Names in the order people expect, with numbers by their value: A2 before A10.

    Args:
        names: In any order.
    """

    def key(name: str) -> tuple[list[tuple[int, int, str]], str]:
        parts = re.split(r"([0-9]+)", name)
        # Digits are compared by length, then as text: no number is too long.
        digits = [part.lstrip("0") for part in parts]
        return [
            (0, len(digits[k]), digits[k]) if k % 2 else (1, 0, part)
            for k, part in enumerate(parts)
        ], name

    return sorted(names, key=key)
