"""What a model found, as tiers: its segments, and a score that refers to each."""

from collections.abc import Sequence
from dataclasses import dataclass

from wdmd_tools.elan.writer import EafAligned, EafRef, EafTier
from wdmd_tools.review.tiers import ASSOCIATION_TYPE


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A segment that a model found.

    Args:
        start_ms: ELAN time.
        end_ms: ELAN time, exclusive.
        score: Confidence in [0, 1].
        value: What the annotation says.
        rank: Place among all segments of the dataset, 1 is the surest; 0 for none.
        emotion: What it names; empty for nothing.
    """

    start_ms: int
    end_ms: int
    score: float
    value: str = "ME"
    rank: int = 0
    emotion: str = ""


def model_tiers(
    name: str,
    score_name: str,
    model: str,
    spans: Sequence[ScoredSpan],
    participant: str = "",
    emotion_name: str = "Emotion",
) -> list[EafTier]:
    """Tiers of one model: ``<name>@<model>`` and, referring to it, ``<score_name>@<model>``.

    Where the model names emotions there is a third, ``<emotion_name>@<model>``, which refers to it too.

    Segments that overlap an earlier one are put on further pairs of tiers (``<name> 2@<model>``), since
    ELAN allows no overlap within a tier.

    Args:
        name: ``ME`` makes the model one more annotator of the built-in protocol; another name is for
            people's eyes only.
        score_name: Of the tier of scores, such as ``0.913`` or ``0.913 #4`` with a rank.
        model: What the model is called.
        spans: In any order.
        participant: The person shown.
        emotion_name: Of the tier of emotions.
    """
    lanes: list[list[ScoredSpan]] = [[]]
    for span in sorted(spans, key=lambda span: (span.start_ms, span.end_ms, -span.score)):
        free = (lane for lane in lanes if not lane or lane[-1].end_ms <= span.start_ms)
        lane = next(free, None)
        if lane is None:
            lane = []
            lanes.append(lane)
        lane.append(span)
    tiers = []
    for number, lane in enumerate(lanes, start=1):
        suffix = f" {number}" if number > 1 else ""
        owner = f"{name}{suffix}@{model}"
        cells = tuple(EafAligned(span.start_ms, span.end_ms, span.value) for span in lane)
        scores = tuple(EafRef(place, _score(span)) for place, span in enumerate(lane))
        tiers.append(EafTier(owner, cells, participant=participant, annotator=model))
        tiers.append(
            EafTier(
                f"{score_name}{suffix}@{model}",
                scores,
                ASSOCIATION_TYPE,
                participant,
                model,
                owner,
            )
        )
        named = tuple(EafRef(place, one.emotion) for place, one in enumerate(lane) if one.emotion)
        if named:
            label = f"{emotion_name}{suffix}@{model}"
            tiers.append(EafTier(label, named, ASSOCIATION_TYPE, participant, model, owner))
    return tiers


def _score(span: ScoredSpan) -> str:
    return f"{span.score:.3f}" + (f" #{span.rank}" if span.rank else "")
