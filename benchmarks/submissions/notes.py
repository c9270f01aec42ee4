"""What a reader did with what it read, to be told to the user."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from wdmd_tools.predictions import ClipPrediction


@dataclass
class Notes:
    """Things that were not taken as they are, counted by kind."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, times: int = 1) -> None:
        """Note that something happened `times` times."""
        if times:
            self.counts[what] += times

    def lines(self) -> tuple[str, ...]:
        """One line per kind, in the order in which kinds first happened."""
        return tuple(f"{count} {what}" for what, count in self.counts.items())


@dataclass(frozen=True)
class Submission:
    """Predictions as read.

    Args:
        predictions: By clip id. A clip that the format could have named and did not has no segment.
        format: A key of `benchmarks.submissions.read.FORMATS`.
        notes: What was cut, left aside or assumed; one line each.
    """

    predictions: Mapping[str, ClipPrediction]
    format: str
    notes: tuple[str, ...] = ()


CUT = "segments reached out of their clip and were cut"
OUTSIDE = "segments lie in no clip of the dataset and were left aside"
NO_SCORE = "segments have no score; each counts as equally sure (1.0)"
MACRO = "macro-expressions were left aside; micro-expressions are scored here"

_MACRO = {"mae", "macro", "macro-expression", "macro expression", "macro_expression"}
_MICRO = {"", "me", "micro", "micro-expression", "micro expression", "micro_expression"}


def me_label(text: str) -> str | None:
    """A label as the predictions keep it.

    Args:
        text: As in the file.

    Returns:
        ``"me"`` for the usual names of a micro-expression, `None` for those of a macro-expression, else the
        text itself: an emotion of a micro-expression.
    """
    folded = text.strip().casefold()
    if folded in _MACRO:
        return None
    return "me" if folded in _MICRO else text.strip()
