"""Frame numbers as releases write them: text, floats, leading zeros, and several words for "none"."""

import math
import re

_NONE = frozenset({"", "/", "\\", "-", "--", "?", "none", "nan", "null", "n/a", "na"})
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def frame_number(cell: str | float | None) -> int | None:
    """The frame number in a cell.

    Args:
        cell: As read. Fractions are rounded, halves up (566.5 is 567), as the MEGC 2020 baseline does.

    Returns:
        The number, 0 included; `None` for an empty cell, ``/`` and the like, and for negative numbers,
        which releases use for "not annotated".

    Raises:
        ValueError: The cell holds another text.

    Example:
        >>> [frame_number(cell) for cell in ("007", "566.4", "566.5", "/", "-1", "0")]
        [7, 566, 567, None, None, 0]
    """
    text = "" if cell is None else str(cell).strip()
    if text.casefold() in _NONE:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"expected a frame number, got {text!r}")
    value = float(text)
    if not math.isfinite(value) or value >= 1e9:
        raise ValueError(f"expected a frame number, got {text!r}")
    return math.floor(value + 0.5) if value >= 0 else None
