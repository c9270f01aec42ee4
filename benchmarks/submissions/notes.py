"""What a reader did with what it read, to be told to the user."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from wdmd_tools.emotions import SCHEMES, normalise
from wdmd_tools.predictions import MACRO as MACRO_LABEL
from wdmd_tools.predictions import ClipPrediction, Recognition


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
        recognitions: By sample id; `None` when the format has none, or the folder.
    """

    predictions: Mapping[str, ClipPrediction]
    format: str
    notes: tuple[str, ...] = ()
    recognitions: Mapping[str, Recognition] | None = None


CUT = "segments reached out of their clip and were cut"
OUTSIDE = "segments lie in no clip of the dataset and were left aside"
NO_SCORE = "segments have no score; each counts as equally sure (1.0)"
EMPTY = "it holds no segment; every clip counts as 'nothing found'"
UNKNOWN = (
    "segments have a type or emotion that is no usual word for one; they count as micro-expressions"
)
MACRO = "macro-expressions were left aside; the dataset has none annotated"

_MACRO = {"mae", "macro", "macro-expression", "macro expression", "macro_expression"}
_MICRO = {"", "me", "micro", "micro-expression", "micro expression", "micro_expression"}


def is_usual(text: str) -> bool:
    """Whether a word names an expression's type or an emotion of any scheme, or is empty.

    Args:
        text: As in the file.
    """
    word = normalise(text)
    return word in _MICRO | _MACRO or any(word in one.mapping for one in SCHEMES)


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of a segment, beside where it is.

    Args:
        score: Confidence.
        label: ``"me"`` or ``"macro"``.
        emotion: As in the file; `None` where none is said.
    """

    score: float
    label: str = "me"
    emotion: str | None = None


def read_label(text: str) -> tuple[str, str | None]:
    """Label and emotion of what a file calls a segment.

    Args:
        text: As in the file.

    Returns:
        ``"macro"`` for the usual names of a macro-expression, else ``"me"``; the emotion is the text itself
        unless it is a usual name of a micro-expression.
    """
    folded = text.strip().casefold()
    if folded in _MACRO:
        return MACRO_LABEL, None
    return "me", None if folded in _MICRO else text.strip()
