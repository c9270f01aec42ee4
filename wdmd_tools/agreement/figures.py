"""What an agreement report holds: each figure by its key, with its definition, value and interval."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from wdmd_tools.agreement.details import Details
from wdmd_tools.agreement.disagreements import Disagreement
from wdmd_tools.agreement.gamma import Gamma

REPORT_VERSION = "1.2.0"
"""Version of the JSON form."""

DEFINITIONS: Mapping[str, str] = {
    "alpha_state": "Krippendorff's alpha, nominal, per frame: speaking, listening, silent",
    "alpha_speaking": "Krippendorff's alpha, nominal, per frame: speaking or not "
    "(the paper's two classes; the paper reports 0.85)",
    "alpha_me_clip": "Krippendorff's alpha, nominal, per clip: holds a micro-expression (ME) or not",
    "alpha_me_frame": "Krippendorff's alpha, nominal, per frame: inside an ME or not",
    "iou_matched": "mean tIoU of one-to-one matched MEs (pairs with tIoU > 0, chosen for the largest "
    "sum per clip); read it with the match rate (the paper reports a mean IoU of 0.78, kind not said)",
    "match_rate": "2 x matched pairs / MEs of both annotators",
    "iou_strict": "sum of matched tIoU / (matched pairs + unmatched MEs): unmatched count as 0",
    "iou_pooled": "frames that both marked as ME / frames that at least one marked",
    "f1_at_0.3": "F1 between two annotators, MEs matched at tIoU > 0.3",
    "f1_at_0.5": "F1 between two annotators, MEs matched at tIoU > 0.5",
    "f1_at_0.7": "F1 between two annotators, MEs matched at tIoU > 0.7",
}
"""Every figure by its key. Overall values of the IoU family are the unweighted mean over the pairs of
annotators for which the figure is defined; alpha takes all annotators at once."""

ALPHAS = ("alpha_state", "alpha_speaking", "alpha_me_clip", "alpha_me_frame")
OVERLAPS = (
    "iou_matched",
    "match_rate",
    "iou_strict",
    "iou_pooled",
    "f1_at_0.3",
    "f1_at_0.5",
    "f1_at_0.7",
)

MIN_RECORDINGS = 5
"""Shared recordings below which `Cluster.AUTO` draws clips."""


class Cluster(StrEnum):
    """What a bootstrap draws: clips, or all clips of a recording together.

    Clips of one recording share a face and an annotator's mood, so `AUTO` takes recordings, and clips
    (with a note) where fewer than `MIN_RECORDINGS` were annotated by two or more.
    """

    AUTO = "auto"
    CLIP = "clip"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval.

    Args:
        value: The figure, or `None` when undefined.
        low: Lower end of the bootstrap interval, or `None`.
        high: Upper end, or `None`.
        n: How many units it rests on.
        unit: What they are: frames, clips, matched pairs, MEs, annotator pairs.
        reason: Why the value (or else the interval) is undefined; empty when both are there.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    reason: str = ""


@dataclass(frozen=True)
class PairAgreement:
    """Two annotators.

    Args:
        a: The first annotator's id.
        b: The second's.
        counts: `wdmd_tools.agreement.overlap.COLUMNS`, added up over the clips both annotated.
        figures: Every key of `DEFINITIONS` to its estimate.
    """

    a: str
    b: str
    counts: dict[str, float]
    figures: dict[str, Estimate]


@dataclass(frozen=True)
class AgreementReport:
    """Everything `wdmd agreement` prints.

    Args:
        dataset: Its name.
        data_hash: Of its tables.
        annotators: One mapping each: annotator, recordings, clips, frames, state_frames, me, me_frames.
        coverage: Counts of what is shared and what is left out.
        bootstrap: How intervals were made: draws, seed, level, cluster, clusters.
        overall: Every key of `DEFINITIONS` to its estimate.
        pairs: All pairs of annotators.
        details: What has no interval: kappa and confusions, boundary errors, action units, ratings.
        disagreements: The worst ones first.
        subset: How clips were drawn (`wdmd_tools.agreement.subset`); `None` when all were taken.
        gamma: Of the MEs' positions; `None` when it was not asked for.
    """

    dataset: str
    data_hash: str
    annotators: list[dict[str, Any]]
    coverage: dict[str, Any]
    bootstrap: dict[str, Any]
    overall: dict[str, Estimate]
    pairs: list[PairAgreement]
    details: Details
    disagreements: list[Disagreement]
    subset: dict[str, Any] | None = None
    gamma: Gamma | None = None

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values, without NaN, with the definitions."""
        body = asdict(self)
        body["disagreements"] = [{"time": one.time, **asdict(one)} for one in self.disagreements]
        return {"version": REPORT_VERSION, **body, "definitions": dict(DEFINITIONS)}
