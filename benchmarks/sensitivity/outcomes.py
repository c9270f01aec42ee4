"""Which injected micro-expressions (MEs) a model found, and which of its detections were false alarms.

    injected      |---A---|                    |---B---|
    detections      |--1--|   |-2-|    |--3------------------|       |--4--|
    outcome       A found     alarm    alarm near B, B missed        alarm

A detection matched to an ME (IoU > 0.5, one to one) is a hit. Of the others, one that overlaps an ME is an
alarm *near* the ME it overlaps most; the rest lie in the background. Both are false alarms.

A model may see an ME and yet say nothing, since its threshold was chosen on other films. *Seen* asks
without a threshold, as a two-interval forced choice of psychophysics does: is the model's highest frame
score during the ME higher than during the same frames of the control film, where nothing but the ME is
missing? A model that sees nothing is right in half of the cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.scoring import IOU_RULE, IOU_THRESHOLD
from benchmarks.sensitivity.footage import Film, Footage, film_of
from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.matching import match_intervals
from wdmd_tools.predictions import ClipPrediction


@dataclass(frozen=True)
class FilmOutcome:
    """What a model did on one film.

    Args:
        film: The film.
        hits: For each ME whether it was found.
        near: For each ME the false alarms that overlap it.
        background: Middle frame of each false alarm that overlaps no ME.
        seen: For each ME 1, 0.5 for a tie, or 0; `None` without frame scores or without a control.
    """

    film: Film
    hits: tuple[bool, ...]
    near: tuple[int, ...]
    background: tuple[int, ...]
    seen: tuple[float | None, ...] = ()

    @property
    def alarms(self) -> int:
        """All false alarms."""
        return sum(self.near) + len(self.background)


def film_detections(
    footage: Footage, predictions: Mapping[str, ClipPrediction]
) -> dict[str, list[Interval]]:
    """Detections of each film, on the film's own frames.

    Args:
        footage: The films.
        predictions: By clip id.
    """
    found: dict[str, list[Interval]] = {film.recording_id: [] for film in footage.films}
    for row in footage.dataset.clips.to_pylist():
        said = predictions.get(row["clip_id"])
        if said is not None:
            found[film_of(row)] += [one.interval.shift(row["start_frame"]) for one in said.segments]
    return found


def film_outcome(film: Film, detections: list[Interval]) -> FilmOutcome:
    """Match the detections of one film.

    Args:
        film: The film.
        detections: On its frames.
    """
    references = [event.interval for event in film.injected]
    pairs = match_intervals(detections, references, IOU_THRESHOLD, IOU_RULE)
    matched = {prediction for prediction, _ in pairs}
    hits = {reference for _, reference in pairs}
    near = [0] * len(references)
    background = []
    for number, detection in enumerate(detections):
        if number in matched:
            continue
        shared = [_shared(detection, reference) for reference in references]
        if shared and max(shared) > 0:
            near[int(np.argmax(shared))] += 1
        else:
            middle = (detection.start_ms + detection.end_ms) // 2
            background.append(min(max(middle, 0), len(film.activity) - 1))
    return FilmOutcome(
        film, tuple(n in hits for n in range(len(references))), tuple(near), tuple(background)
    )


def guess_rate(footage: Footage, detections: Mapping[str, list[Interval]]) -> float | None:
    """The share of MEs that a model would find if they were not there.

    The detections in the control film of a source are matched to the MEs of each injected film of that
    source, by the same rule.

    Args:
        footage: The films.
        detections: By film.

    Returns:
        `None` where no injected film has a control.
    """
    controls = {film.source: film for film in footage.films if film.control}
    hits = total = 0
    for film in footage.films:
        if film.control or film.source not in controls:
            continue
        outcome = film_outcome(film, detections[controls[film.source].recording_id])
        hits, total = hits + sum(outcome.hits), total + len(outcome.hits)
    return hits / total if total else None


def film_outcomes(footage: Footage, predictions: Mapping[str, ClipPrediction]) -> list[FilmOutcome]:
    """What a model did on every film.

    Args:
        footage: The films.
        predictions: By clip id.
    """
    detections = film_detections(footage, predictions)
    scores = film_scores(footage, predictions)
    controls = {film.source: film for film in footage.films if film.control}
    outcomes = []
    for film in footage.films:
        control = controls.get(film.source)
        beside = None if control is None else scores[control.recording_id]
        outcome = film_outcome(film, detections[film.recording_id])
        outcomes.append(replace(outcome, seen=_seen(film, scores[film.recording_id], beside)))
    return outcomes


def film_scores(
    footage: Footage, predictions: Mapping[str, ClipPrediction]
) -> dict[str, npt.NDArray[np.float64]]:
    """Frame scores of each film, NaN where there are none.

    Args:
        footage: The films.
        predictions: By clip id.
    """
    found = {film.recording_id: np.full(len(film.activity), np.nan) for film in footage.films}
    for row in footage.dataset.clips.to_pylist():
        said = predictions.get(row["clip_id"])
        if said is not None and said.frame_scores is not None:
            found[film_of(row)][row["start_frame"] : row["end_frame"]] = said.frame_scores
    return found


def _seen(
    film: Film,
    scores: npt.NDArray[np.float64],
    control: npt.NDArray[np.float64] | None,
) -> tuple[float | None, ...]:
    found: list[float | None] = []
    for event in film.injected:
        at = slice(event.interval.start_ms, event.interval.end_ms)
        if control is None or np.isnan(scores[at]).any() or np.isnan(control[at]).any():
            found.append(None)
            continue
        difference = float(scores[at].max() - control[at].max())
        found.append(0.5 * (1 + float(np.sign(difference))))
    return tuple(found)


def _shared(a: Interval, b: Interval) -> int:
    return max(0, min(a.end_ms, b.end_ms) - max(a.start_ms, b.start_ms))
