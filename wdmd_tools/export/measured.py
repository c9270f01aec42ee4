"""What can be measured of a dataset, as sentences for cards and datasheets."""

from dataclasses import dataclass

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.errors import WdmdError
from wdmd_tools.manifest import Dataset

_AGREEMENT = {
    "alpha_speaking": "Krippendorff's alpha of speaking or not, per frame:",
    "alpha_me_clip": "of holding a micro-expression or not, per clip:",
    "iou_matched": "mean temporal IoU of matched micro-expressions, mean over pairs of annotators:",
    "match_rate": "at a match rate of",
    "iou_strict": "and with the unmatched counted as 0:",
}
"""Figures of `wdmd agreement` and how they are named here."""


@dataclass(frozen=True)
class Facts:
    """Counts of a dataset, from its tables.

    Args:
        clips: Clips.
        frames: Frames.
        recordings: Source videos.
        subjects: Persons.
        annotators: Annotators, without the consensus.
        mes: Consensus MEs.
        clips_with_me: Clips with at least one.
        minutes: Length of all clips.
        durations_ms: Shortest, median and longest consensus ME, or `None` without any.
        splits: Split to number of clips.
        disjoint: Whether no subject is in two splits.
    """

    clips: int
    frames: int
    recordings: int
    subjects: int
    annotators: tuple[str, ...]
    mes: int
    clips_with_me: int
    minutes: float
    durations_ms: tuple[int, int, int] | None
    splits: dict[str, int]
    disjoint: bool


def measure(dataset: Dataset) -> Facts:
    """Count what is there.

    Args:
        dataset: An opened dataset.
    """
    clips = dataset.clips.to_pylist()
    people: set[str] = set()
    for names in dataset.info.get("annotators_by_recording", {}).values():
        people.update(names)
    lengths = []
    for row in dataset.segments.to_pylist():
        people.add(row["annotator"])
        if row["kind"] == "me" and row["annotator"] == CONSENSUS:
            lengths.append(row["offset_ms"] - row["onset_ms"])
    lengths.sort()
    splits: dict[str, int] = {}
    for clip in clips:
        name = clip["split"] or "none"
        splits[name] = splits.get(name, 0) + 1
    seconds = sum(clip["n_frames"] * clip["fps_den"] / clip["fps_num"] for clip in clips)
    return Facts(
        clips=len(clips),
        frames=sum(clip["n_frames"] for clip in clips),
        recordings=len({clip["recording_id"] for clip in clips}),
        subjects=len({clip["subject_id"] for clip in clips}),
        annotators=tuple(sorted(people - {CONSENSUS})),
        mes=len(lengths),
        clips_with_me=sum(bool(clip["has_me"]) for clip in clips),
        minutes=round(seconds / 60, 2),
        durations_ms=(lengths[0], lengths[len(lengths) // 2], lengths[-1]) if lengths else None,
        splits=dict(sorted(splits.items())),
        disjoint=len({(clip["subject_id"], clip["split"]) for clip in clips})
        == len({clip["subject_id"] for clip in clips}),
    )


def agreement_sentence(dataset: Dataset) -> str:
    """The annotators' agreement in a sentence; without intervals, which `wdmd agreement` gives.

    Args:
        dataset: An opened dataset.
    """
    from wdmd_tools.agreement.report import measure_agreement

    try:
        overall = measure_agreement(dataset, draws=0).overall
    except WdmdError as error:
        return f"n/a ({error})"
    parts = []
    for key, what in _AGREEMENT.items():
        if key in overall:
            estimate = overall[key]
            undefined = f"n/a ({estimate.reason})"
            parts.append(
                f"{what} {undefined if estimate.value is None else f'{estimate.value:.3f}'}"
            )
    return "; ".join(parts) + "."
