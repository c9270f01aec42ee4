"""The amplitudes and durations that a user asks for: one value, several, or a range."""

from dataclasses import dataclass

import numpy as np

from wdmd_tools.errors import ConfigError


@dataclass(frozen=True)
class Levels:
    """What to draw from.

    Args:
        values: One value or more, sorted; two when `is_range`.
        is_range: Whether everything between the two values may be drawn.
    """

    values: tuple[float, ...]
    is_range: bool = False

    def draw(self, rng: np.random.Generator, count: int) -> list[float]:
        """Values in random order that cover what was asked for evenly.

        A range is cut into `count` parts of equal ratio, one value from each; single values are taken in
        turn. So even ten MEs show the whole range.

        Args:
            rng: Decides the order, and the place inside each part.
            count: How many.
        """
        if self.is_range:
            share = (np.arange(count) + rng.random(count)) / max(count, 1)
            low, high = self.values
            found = low * (high / low) ** share
        else:
            # The first taken is random, so that few draws do not always show the lowest values.
            first = int(rng.integers(len(self.values)))
            found = np.array([self.values[(first + n) % len(self.values)] for n in range(count)])
        return [float(value) for value in rng.permutation(found)]

    def __str__(self) -> str:
        joined = "-" if self.is_range else ","
        return joined.join(f"{value:g}" for value in self.values)


def parse_levels(text: str, option: str, low: float, high: float) -> Levels:
    """Read ``2``, ``1,2,4`` or ``0.5-6``.

    Args:
        text: As typed.
        option: Its name, for messages.
        low: Smallest value allowed, above 0.
        high: Largest value allowed.

    Raises:
        ConfigError: It is none of these, or out of bounds.
    """
    is_range = "-" in text.strip().lstrip("-")
    parts = text.split("-") if is_range else text.split(",")
    try:
        values = tuple(sorted({float(part) for part in parts}))
    except ValueError:
        values = ()
    if not values or (is_range and len(parts) != 2):
        raise ConfigError(
            f"{option}: {text!r} is no number, list (1,2,4) or range (0.5-6); give one of these"
        )
    for value in values:
        if not low <= value <= high:
            raise ConfigError(f"{option}: {value:g} is not between {low:g} and {high:g}")
    return Levels(values, is_range and len(values) == 2)
