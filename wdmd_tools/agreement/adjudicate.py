"""An ELAN file per recording in which somebody settles what annotators disagree about.

All annotators' tiers lie side by side; the tiers ``Resolve`` (micro-expressions) and ``Resolve state``
hold one annotation per disagreement that says what each annotator said. No build reads them: the
adjudicator edits the consensus tiers, or writes the decision into the annotation.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from wdmd_tools.agreement.disagreements import Disagreement
from wdmd_tools.elan.writer import EafAligned, EafTier, write_eaf
from wdmd_tools.manifest import Dataset
from wdmd_tools.review.document import eaf_names, make_document, recording_media
from wdmd_tools.review.tiers import recording_tiers


def write_adjudication(
    dataset: Dataset,
    disagreements: Iterable[Disagreement],
    folder: Path,
    *,
    videos: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write ``<video>_adjudicate.eaf`` for every recording with a disagreement.

    Args:
        dataset: An open dataset.
        disagreements: Those to settle.
        folder: Where to; made if absent.
        videos: The folder that the dataset's videos lie in; without it ELAN asks for the video.
        progress: Called with recordings done and their number.

    Returns:
        The files, by recording.
    """
    by_recording: dict[str, list[Disagreement]] = {}
    for one in disagreements:
        by_recording.setdefault(one.recording_id, []).append(one)
    names = eaf_names(dataset)
    written = []
    for done, (recording, mine) in enumerate(sorted(by_recording.items()), start=1):
        path = folder / f"{names[recording].removesuffix('.eaf')}_adjudicate.eaf"
        tiers = [
            *recording_tiers(dataset, recording),
            resolve_tier("Resolve", (one for one in mine if one.kind != "state")),
            resolve_tier("Resolve state", (one for one in mine if one.kind == "state")),
        ]
        write_eaf(path, make_document(tiers, recording_media(dataset, recording, path, videos)))
        written.append(path)
        if progress is not None:
            progress(done, len(by_recording))
    return written


def resolve_tier(name: str, disagreements: Iterable[Disagreement]) -> EafTier:
    """A tier with an annotation per disagreement, by time; ELAN allows no overlap, so ends are cut.

    Args:
        name: Of the tier.
        disagreements: In any order.
    """
    chosen = sorted(disagreements, key=lambda one: (one.start_ms, one.end_ms))
    cells = []
    for index, one in enumerate(chosen):
        start, end = one.start_ms, max(one.end_ms, one.start_ms + 1)
        if index + 1 < len(chosen):
            end = min(end, chosen[index + 1].start_ms)
        if start < end:
            said = "; ".join(f"{who}: {what}" for who, what in one.said.items())
            cells.append(EafAligned(start, end, f"{one.kind}: {said}"))
    return EafTier(name, tuple(cells))
