"""What kind of error each wrong prediction and each unfound reference is.

    reference              |------------|
    short                    |----|           inside, too little overlap to count
    long              |-----------------------|
    shifted                       |------------|
    duplicate               |------------|    enough overlap, but the reference is already taken
    background                                     |----|

After one-to-one matching each prediction is exactly one of hit, duplicate, short, long, shifted and
background; each reference is exactly one of hit, near (only touched) and missed. The floor of 0.1 that
separates a bad boundary from background is that of DETAD and TIDE.
"""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import ratio
from wdmd_tools.metrics.matching import IouRule, match_intervals

FLOOR = 0.1
"""Overlap (IoU) from which a prediction is about a reference at all."""


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """Predictions and references by kind.

    Args:
        hit: Matched pairs.
        duplicate: Predictions with enough overlap with references that are all taken.
        short: Predictions that lie inside their best reference, with too little overlap.
        long: Predictions that contain their best reference.
        shifted: Predictions with one boundary inside their best reference and one outside.
        background: Predictions that overlap no reference by the floor.
        near: References unmatched, but overlapped by the floor.
        missed: References that nothing overlaps by the floor.
    """

    hit: int = 0
    duplicate: int = 0
    short: int = 0
    long: int = 0
    shifted: int = 0
    background: int = 0
    near: int = 0
    missed: int = 0

    def __add__(self, other: "ErrorCounts") -> "ErrorCounts":
        return ErrorCounts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def predictions(self) -> int:
        """All predictions."""
        return self.hit + self.duplicate + self.short + self.long + self.shifted + self.background

    @property
    def references(self) -> int:
        """All references."""
        return self.hit + self.near + self.missed

    def row(self) -> npt.NDArray[np.float64]:
        """Shape (8,), in order of the fields, for the bootstrap."""
        return np.array(astuple(self), dtype=np.float64)

    def to_json(self) -> dict[str, int]:
        """Field to count."""
        return asdict(self)


def error_counts(
    predictions: Sequence[Interval],
    references: Sequence[Interval],
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
    floor: float = FLOOR,
) -> ErrorCounts:
    """Count one clip; add up over clips.

    Args:
        predictions: Spotted intervals, any order.
        references: Reference intervals, any order.
        threshold: Temporal IoU at which a prediction is right, in (0, 1).
        rule: Whether the threshold itself is enough.
        floor: Temporal IoU from which a wrong prediction is about a reference, in (0, threshold].

    Raises:
        ValueError: `threshold` or `floor` is out of range.

    Example:
        >>> error_counts([Interval(2, 5)], [Interval(0, 10)]).short
        1
    """
    if not 0.0 < floor <= threshold < 1.0:
        raise ValueError(f"Expected 0 < `floor` <= `threshold` < 1 but got {floor}, {threshold}.")
    kinds = prediction_kinds(predictions, references, threshold, rule, floor)
    fates = reference_kinds(predictions, references, threshold, rule, floor)
    return ErrorCounts(
        **{
            name: kinds.count(name)
            for name in ("hit", "duplicate", "short", "long", "shifted", "background")
        },
        near=fates.count("near"),
        missed=fates.count("missed"),
    )


def reference_kinds(
    predictions: Sequence[Interval],
    references: Sequence[Interval],
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
    floor: float = FLOOR,
) -> list[str]:
    """What became of each reference, ``hit``, ``near`` or ``missed``; see `error_counts`."""
    found = {ref for _, ref in match_intervals(predictions, references, threshold, rule)}

    def kind(index: int, reference: Interval) -> str:
        if index in found:
            return "hit"
        touched = any(one.iou(reference) >= floor for one in predictions)
        return "near" if touched else "missed"

    return [kind(index, reference) for index, reference in enumerate(references)]


def prediction_kinds(
    predictions: Sequence[Interval],
    references: Sequence[Interval],
    threshold: float = 0.5,
    rule: IouRule = IouRule.EXCEEDS,
    floor: float = FLOOR,
) -> list[str]:
    """The kind of each prediction, for lists and filters; see `error_counts`."""
    hits = {index for index, _ in match_intervals(predictions, references, threshold, rule)}
    return [
        "hit" if index in hits else _wrong(one, references, threshold, rule, floor)
        for index, one in enumerate(predictions)
    ]


def _wrong(
    said: Interval, references: Sequence[Interval], threshold: float, rule: IouRule, floor: float
) -> str:
    # The earliest of equally good references, whatever the order of the input.
    overlap, _, best = max(
        ((said.iou(one), (-one.start_ms, -one.end_ms), one) for one in references),
        default=(0.0, (0, 0), said),
    )
    if overlap < floor:
        return "background"
    if overlap > threshold or (rule is IouRule.AT_LEAST and overlap == threshold):
        return "duplicate"
    if said.start_ms >= best.start_ms and said.end_ms <= best.end_ms:
        return "short"
    if said.start_ms <= best.start_ms and said.end_ms >= best.end_ms:
        return "long"
    return "shifted"


def share_statistic(kind: str) -> "ShareStatistic":
    """Share of a kind, for `cluster_bootstrap` over rows of `ErrorCounts.row`.

    Args:
        kind: A field of `ErrorCounts`: of predictions, or ``near`` and ``missed`` of references.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in ErrorCounts.__dataclass_fields__:
        raise ValueError(
            f"Expected one of {list(ErrorCounts.__dataclass_fields__)} but got {kind!r}."
        )
    return ShareStatistic(kind)


@dataclass(frozen=True, slots=True)
class ShareStatistic:
    """See `share_statistic`.

    Args:
        kind: A field of `ErrorCounts`.
    """

    kind: str

    def __call__(self, sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Shares (draws,) of summed rows (draws, 8); NaN without anything to share."""
        column = list(ErrorCounts.__dataclass_fields__).index(self.kind)
        whole = sums[:, [0, 6, 7]] if self.kind in ("near", "missed") else sums[:, :6]
        return ratio(sums[:, column], whole.sum(axis=1))
