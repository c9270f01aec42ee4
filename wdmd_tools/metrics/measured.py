"""A number, or the reason why there is none."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Measured:
    """A value of a metric.

    Args:
        value: The number; `None` when it is undefined.
        reason: Why it is undefined, else empty.

    Raises:
        ValueError: Both or neither are given, or the number is not finite.

    Example:
        >>> str(Measured(0.25)), str(Measured(None, "no reference"))
        ('0.25', 'n/a (no reference)')
    """

    value: float | None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("Expected a number, or None with a reason.")
        if self.value is not None and not np.isfinite(self.value):
            raise ValueError(f"Expected a finite number but got {self.value}.")

    def __str__(self) -> str:
        return f"n/a ({self.reason})" if self.value is None else f"{self.value:g}"


def measured(number: float, reason: str) -> Measured:
    """A number of a vectorised statistic, where NaN stands for undefined.

    Args:
        number: NaN when undefined.
        reason: Used only then.
    """
    return Measured(None, reason) if np.isnan(number) else Measured(float(number))
