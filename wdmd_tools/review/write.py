"""A model's findings for a person to check: one ELAN file per recording, and a ranked list.

    ME@A1 ... State@A3       the annotators, as they are
    Model ME@meldae          what the model found; no build reads it
    Model score@meldae       its score and its rank in the whole dataset
    ME@review                to be edited: filled with the consensus, with the model's, or empty
    AU@review ...            refer to ME@review

The edited files are built again with ``consensus.rule=annotator`` and ``consensus.annotator=review``; the
Clip tier keeps the clips, and frames come back exactly (`wdmd_tools.review.frames`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.atomic import write_bytes
from wdmd_tools.elan.writer import EafTier, eaf_bytes
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction, read_predictions
from wdmd_tools.review.document import eaf_names, make_document, recording_media
from wdmd_tools.review.frames import ClipTimes, recording_times
from wdmd_tools.review.model_tiers import ScoredSpan, model_tiers
from wdmd_tools.review.queue import Finding, queue_bytes, read_decisions
from wdmd_tools.review.tiers import (
    Labelled,
    TierNames,
    annotator_tiers,
    recording_annotators,
    recording_clips,
    recording_ids,
    recording_segments,
    recording_tiers,
)

Progress = Callable[[int, int], None]
"""Told how many recordings are done, and of how many."""

QUEUE_NAME = "review.csv"


class Fill(StrEnum):
    """What the reviewer's tiers hold at first: the consensus, what the model found, or nothing."""

    CONSENSUS = "consensus"
    MODEL = "model"
    EMPTY = "empty"


class ReviewOptions(BaseModel):
    """What is shown to the reviewer.

    Args:
        model: What the model is called in tier names.
        reviewer: The annotator whose tiers are edited.
        fill: What those tiers hold at first. States, where annotated, are the consensus' unless empty.
        threshold: Only findings with at least this score; all when `None`.
        top: Only this many findings of the whole dataset, the surest; all when `None`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(default="meldae", min_length=1)
    reviewer: str = Field(default="review", min_length=1)
    fill: Fill = Fill.CONSENSUS
    threshold: float | None = Field(default=None, ge=0, le=1)
    top: int | None = Field(default=None, ge=1)


@dataclass(frozen=True)
class ReviewReport:
    """What was written.

    Args:
        out: The folder.
        files: EAFs, by recording.
        findings: The ranked list.
        only_humans: Consensus MEs without any finding over them.
        clips: Clips that the model judged.
    """

    out: Path
    files: dict[str, Path]
    findings: tuple[Finding, ...]
    only_humans: int
    clips: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        model = [one for one in self.findings if one.score is not None]
        return {
            "out": str(self.out),
            "files": {name: path.name for name, path in self.files.items()},
            "queue": QUEUE_NAME,
            "findings": len(model),
            "only_model": sum(one.where == "only_model" for one in model),
            "only_humans": self.only_humans,
            "clips": self.clips,
        }


def open_predictions(path: Path, dataset: Dataset) -> dict[str, ClipPrediction]:
    """Predictions for a dataset.

    Args:
        path: ``predictions.parquet``, or the folder that holds it.
        dataset: What they are for.

    Raises:
        ManifestError: There are none, they are damaged, name unknown clips or frames outside of a clip.
    """
    if path.is_file() and path.name != "predictions.parquet":
        raise ManifestError(f"{path}: expected a file named predictions.parquet, or its folder")
    found = read_predictions(path.parent if path.is_file() else path)
    lengths = {clip.clip_id: clip.n_frames for clip in dataset.iter_clips()}
    unknown = sorted(set(found) - set(lengths))
    if unknown:
        raise ManifestError(
            f"{path}: clip {unknown[0]} ({len(unknown)} in all) is not in {dataset.root}; "
            "were these predictions made on another dataset?"
        )
    for one in found.values():
        for segment in one.segments:
            if segment.interval.start_ms < 0 or segment.interval.end_ms > lengths[one.clip_id]:
                raise ManifestError(
                    f"{path}: clip {one.clip_id}: frames {segment.interval.start_ms} to "
                    f"{segment.interval.end_ms - 1} leave its {lengths[one.clip_id]} frames; "
                    "were these predictions made on another build?"
                )
    return found


def write_reviews(
    dataset: Dataset,
    predictions: Mapping[str, ClipPrediction],
    out: Path,
    options: ReviewOptions | None = None,
    *,
    videos: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ReviewReport:
    """Write one EAF per recording, and ``review.csv``.

    Files that are there with the same bytes are left, so an interrupted call can be repeated.

    Args:
        dataset: An opened dataset.
        predictions: By clip, as `open_predictions` gives them.
        out: The folder.
        options: See `ReviewOptions`.
        videos: Folder of the source videos, to link them.
        overwrite: Whether to replace EAFs that differ, which may hold somebody's work.
        progress: Told about recordings.

    Raises:
        ConfigError: The name of the model or reviewer is an annotator's, or a file in `out` differs.
    """
    options = options or ReviewOptions()
    recordings, names = recording_ids(dataset), TierNames.of(dataset)
    _check_names(dataset, recordings, names, options)
    findings = _findings(dataset, predictions, recordings, options)
    files = {name: out / file for name, file in eaf_names(dataset).items()}
    ready: dict[Path, bytes] = {}
    zeros: dict[str, int] = {}
    for done, recording in enumerate(recordings, start=1):
        path = files[recording]
        mine = [one for one in findings if one.recording_id == recording]
        tiers = _review_tiers(dataset, recording, names, mine, options)
        media = recording_media(dataset, recording, path, videos)
        about = (("made_by", "wdmd review"), ("data", dataset.data_hash[:16]))
        document = make_document(tiers, media, author="wdmd review", properties=about)
        zeros[recording] = media.time_origin_ms - document.media[0].time_origin_ms
        ready[path] = eaf_bytes(document, str(path))
        if progress is not None:
            progress(done, len(recordings))
    names_of = {name: path.name for name, path in files.items()}
    decisions = read_decisions(out / QUEUE_NAME)
    changed = {path: data for path, data in ready.items() if not _holds(path, data)}
    taken = next((path for path in changed if path.exists()), None)
    if taken is not None and not overwrite:
        raise ConfigError(
            f"{taken}: is there already and differs, it may hold a reviewer's work; choose another "
            "--out, or give --overwrite to replace it"
        )
    for path, data in changed.items():
        write_bytes(path, data)
    # The list is written again each time: what a person decided about a span stays in it.
    listed = queue_bytes(findings, names_of, zeros, decisions)
    if not _holds(out / QUEUE_NAME, listed):
        write_bytes(out / QUEUE_NAME, listed)
    clips = len(clips_looked_at(dataset, predictions))
    missed = sum(one.where == "only_humans" for one in findings)
    return ReviewReport(out, files, tuple(findings), missed, clips)


def clips_looked_at(dataset: Dataset, predictions: Mapping[str, ClipPrediction]) -> set[str]:
    """Clips that the model judged: those with a score, or all where no clip has one.

    A model is often run on the test split only; what it never saw it did not miss.
    """
    if any(one.frame_scores is not None or one.p_me is not None for one in predictions.values()):
        return set(predictions)
    return set(dataset.clips["clip_id"].to_pylist())


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _check_names(
    dataset: Dataset, recordings: Sequence[str], names: TierNames, options: ReviewOptions
) -> None:
    for recording in recordings:
        people = {name.casefold() for name in recording_annotators(dataset, recording)}
        for key, name in (("model", options.model), ("reviewer", options.reviewer)):
            if name.casefold() in people | {CONSENSUS}:
                raise ConfigError(
                    f"--{key} {name}: an annotator of {recording} is called so; choose another name"
                )
    if names.protocol.annotator_separator in options.reviewer:
        raise ConfigError(
            f"--reviewer {options.reviewer}: may not hold "
            f"{names.protocol.annotator_separator!r}, which ends the tier name"
        )


def _findings(
    dataset: Dataset,
    predictions: Mapping[str, ClipPrediction],
    recordings: Sequence[str],
    options: ReviewOptions,
) -> list[Finding]:
    """The model's MEs, the surest first with ranks, then what only the annotators saw."""
    found: list[Finding] = []
    missed: list[Finding] = []
    looked_at = clips_looked_at(dataset, predictions)
    for recording in recordings:
        times = recording_times(dataset, recording)
        for clip_id, clip_times in times.items():
            one = predictions.get(clip_id)
            humans = dataset.reference_intervals(clip_id)
            if clip_id not in looked_at:
                continue
            segments = [
                segment
                for segment in (one.segments if one else ())
                if not segment.is_macro
                and (options.threshold is None or segment.score >= options.threshold)
            ]
            for segment in segments:
                best = max((segment.interval.iou(human) for human in humans), default=0.0)
                where = "both" if best > 0 else "only_model"
                found.append(
                    _finding(
                        recording, clip_id, clip_times, segment.interval, where, segment.score, best
                    )
                )
            missed.extend(
                _finding(recording, clip_id, clip_times, human, "only_humans", None, None)
                for human in humans
                if not any(human.iou(segment.interval) > 0 for segment in segments)
            )
    found.sort(key=lambda one: (-(one.score or 0), one.recording_id, one.onset_ms, one.offset_ms))
    kept = found[: options.top]
    missed.sort(key=lambda one: (one.recording_id, one.onset_ms))
    return [one.ranked(rank) for rank, one in enumerate(kept, start=1)] + missed


def _finding(
    recording: str,
    clip_id: str,
    times: ClipTimes,
    frames: Interval,
    where: str,
    score: float | None,
    iou: float | None,
) -> Finding:
    span = times.span(frames)
    return Finding(
        rank=None,
        recording_id=recording,
        clip_id=clip_id,
        onset_ms=span.start_ms,
        offset_ms=span.end_ms,
        onset_frame=frames.start_ms,
        offset_frame=frames.end_ms - 1,
        score=score,
        where=where,
        iou=iou,
    )


def _review_tiers(
    dataset: Dataset,
    recording: str,
    names: TierNames,
    findings: Sequence[Finding],
    options: ReviewOptions,
) -> list[EafTier]:
    subject = str(recording_clips(dataset, recording)[0]["subject_id"])
    people = [name for name in recording_annotators(dataset, recording) if name != CONSENSUS]
    tiers = list(recording_tiers(dataset, recording, annotators=people))
    spans = [
        ScoredSpan(one.onset_ms, one.offset_ms, one.score, "ME", one.rank or 0)
        for one in findings
        if one.score is not None
    ]
    tiers += model_tiers("Model ME", "Model score", options.model, spans, subject)
    return tiers + annotator_tiers(
        names, options.reviewer, subject, _filling(dataset, recording, spans, options)
    )


def _filling(
    dataset: Dataset, recording: str, spans: Sequence[ScoredSpan], options: ReviewOptions
) -> dict[str, Sequence[Labelled]]:
    """What the reviewer starts from; empty AU and Emotion tiers, ready to be filled, always."""
    empty: dict[str, Sequence[Labelled]] = {"me": (), "au": (), "emotion": (), "state": ()}
    if options.fill is Fill.EMPTY:
        return empty
    stored = recording_segments(dataset, recording)
    agreed: dict[str, Sequence[Labelled]] = {
        kind: found for (annotator, kind), found in stored.items() if annotator == CONSENSUS
    }
    if options.fill is Fill.CONSENSUS:
        return empty | agreed
    if options.fill is Fill.MODEL:
        kept: list[ScoredSpan] = []
        for span in sorted(spans, key=lambda span: (-span.score, span.start_ms)):
            if all(span.end_ms <= one.start_ms or one.end_ms <= span.start_ms for one in kept):
                kept.append(span)
        mes = tuple(Labelled(span.start_ms, span.end_ms, "ME") for span in kept)
        return empty | {"me": mes, "state": agreed.get("state", ())}
    raise ValueError(f"Unknown fill {options.fill!r}.")
