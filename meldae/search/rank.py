"""Candidates in the order in which somebody should look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wdmd_tools.intervals import Interval


@dataclass(frozen=True)
class Candidate:
    """A place in a film that may hold a micro-expression.

    Args:
        film: Its name.
        interval: Media time, ms.
        onset_frame: First frame.
        offset_frame: Last frame, inclusive.
        score: In [0, 1].
        face: Whose, from 1; numbers start anew in each film and go on after each cut.
        box: x0, y0, x1, y1 of the face meanwhile, px of the film; `None` where not known.
        emotion: The likeliest class, where the run names emotions.
    """

    film: str
    interval: Interval
    onset_frame: int
    offset_frame: int
    score: float
    face: int = 1
    box: tuple[float, float, float, float] | None = None
    emotion: str | None = None

    @property
    def thumbnail(self) -> str:
        """Name of its strip of pictures."""
        return f"{self.interval.start_ms:09d}-{self.face}.jpg"


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The most likely first; equal scores by film and time."""
    return sorted(
        candidates, key=lambda one: (-one.score, one.film, one.interval.start_ms, one.face)
    )


def found_within(
    candidates: Sequence[Candidate],
    truths: Mapping[str, Sequence[Interval]],
    hours: float,
    per_hour: Sequence[float],
) -> dict[float, float | None]:
    """Share of the true MEs that a person sees who looks at so many candidates per hour of film.

    A true ME is seen when it overlaps a candidate at all: the person is at the right place.

    Args:
        candidates: Of all films, in any order.
        truths: Film to its true MEs, ms.
        hours: Length of all films.
        per_hour: How many candidates are looked at per hour of film.

    Returns:
        Candidates per hour to the share seen; `None` without a true ME.

    Example:
        >>> one = Candidate("a", Interval(0, 300), 0, 8, 0.9)
        >>> found_within([one], {"a": [Interval(200, 500), Interval(900, 1200)]}, 1.0, [1])
        {1: 0.5}
    """
    order = ranked(candidates)
    total = sum(len(spans) for spans in truths.values())
    result: dict[float, float | None] = {}
    for rate in per_hour:
        looked = order[: round(rate * hours)]
        seen = sum(
            any(one.film == film and _overlap(one.interval, true) for one in looked)
            for film, spans in truths.items()
            for true in spans
        )
        result[rate] = seen / total if total else None
    return result


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start_ms < other.end_ms and other.start_ms < one.end_ms
