"""What each part of each fold holds."""

from dataclasses import dataclass

from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.dataset import SPLITS
from wdmd_tools.split.make import NamedSplit


@dataclass(frozen=True, slots=True)
class PartSummary:
    """One part of one fold.

    Args:
        fold: Name of the fold.
        part: ``train``, ``val`` or ``test``.
        clips: How many.
        subjects: How many.
        sources: Films.
        mes: Consensus MEs.
        mes_speaking: Of these, in speech.
        speaking_share: Speaking clips among those with a state; `None` without any.
    """

    fold: str
    part: str
    clips: int
    subjects: int
    sources: int
    mes: int
    mes_speaking: int
    speaking_share: float | None


def summarise(dataset: Dataset, split: NamedSplit) -> list[PartSummary]:
    """Counts per fold and part, in order.

    Args:
        dataset: What the split is for.
        split: The split.
    """
    clips = {clip.clip_id: clip for clip in dataset.iter_clips()}
    source = dict(
        zip(
            dataset.clips["clip_id"].to_pylist(),
            dataset.clips["source_video"].to_pylist(),
            strict=True,
        )
    )
    states = {
        clip_id: [row["state"] for row in dataset.clip_segments(clip_id)] for clip_id in clips
    }
    rows = []
    for fold in split.folds:
        for part in SPLITS:
            ids = fold.parts.get(part, ())
            if not ids:
                continue
            known = [s for i in ids if (s := clips[i].speaking) is not None]
            found = [state for i in ids for state in states[i]]
            rows.append(
                PartSummary(
                    fold=fold.name,
                    part=part,
                    clips=len(ids),
                    subjects=len({clips[i].subject_id for i in ids}),
                    sources=len({source[i] for i in ids}),
                    mes=len(found),
                    mes_speaking=found.count("speaking"),
                    speaking_share=round(sum(known) / len(known), 6) if known else None,
                )
            )
    return rows
