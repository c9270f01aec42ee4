"""Gamma: agreement of where micro-expressions (MEs) lie, corrected for chance, by pygamma-agreement.

The library is an optional extra: it brings a solver under the GPL and takes seconds to load.
"""

import importlib
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.agreement.bootstrap import Measure, bootstrap_measures
from wdmd_tools.agreement.tracks import Tracks
from wdmd_tools.errors import MissingDependencyError
from wdmd_tools.manifest import Dataset

Floats = npt.NDArray[np.float64]
Spans = Mapping[str, Sequence[tuple[float, float]]]
"""Annotator to spans, in any unit of time: the dissimilarity has no scale."""


@dataclass(frozen=True, slots=True)
class RecordingGamma:
    """One recording.

    Args:
        recording_id: Which.
        gamma: 1 - observed / expected; `None` where chance never disagrees.
        observed: Disorder of the best alignment of all annotators' MEs.
        expected: Mean disorder of the samples drawn by chance.
        mes_per_annotator: Mean number of MEs of an annotator: its weight in the overall figure.
    """

    recording_id: str
    gamma: float | None
    observed: float
    expected: float
    mes_per_annotator: float


@dataclass(frozen=True, slots=True)
class Gamma:
    """All recordings.

    Args:
        value: 1 - sum of observed / sum of expected disorder, each recording weighted by its MEs per
            annotator; `None` when undefined. 1 is perfect, 0 is chance.
        low: Lower end of the interval (recordings drawn with replacement), or `None`.
        high: Upper end, or `None`.
        samples: Chance samples per recording.
        seed: Of the samples and the interval.
        recordings: What it rests on, by id.
        left_out: Recordings that two or more annotated but in which nobody marked an ME.
        reason: Why the value (or else the interval) is undefined.
    """

    value: float | None
    low: float | None
    high: float | None
    samples: int
    seed: int
    recordings: tuple[RecordingGamma, ...]
    left_out: int
    reason: str = ""


def measure_gamma(
    dataset: Dataset,
    tracks: Tracks,
    *,
    samples: int = 30,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Gamma:
    """Gamma of the MEs, recording by recording.

    Mathet, Widlöcher and Métivier 2015 (Computational Linguistics 41:3). MEs are one category, so only
    positions count (sporadic dissimilarity, an unmatched ME costs 1). Chance is the library's statistical
    sampler. Unlike the paper a corpus of several recordings gives one figure, a ratio of weighted sums:
    a mean of ratios would give a recording with one ME the weight of one with fifty.

    Args:
        dataset: The dataset of the tracks.
        tracks: All annotators' MEs.
        samples: Chance samples per recording; 30 is the library's default.
        draws: Bootstrap draws of recordings; 0 for no interval.
        seed: Of both.
        level: Coverage aimed at.
        progress: Called with recordings done and their number.

    Raises:
        MissingDependencyError: pygamma-agreement is not installed.
    """
    library = _library()
    todo, left_out = _spans_by_recording(dataset, tracks)
    found = []
    for done, (recording_id, spans) in enumerate(sorted(todo.items())):
        progress(done, len(todo))
        found.append(_of_recording(library, recording_id, spans, samples, seed))
    progress(len(todo), len(todo))
    if not found:
        reason = "no recording of two or more annotators holds an ME"
        return Gamma(None, None, None, samples, seed, (), left_out, reason)
    counts = np.array(
        [
            (one.observed * one.mes_per_annotator, one.expected * one.mes_per_annotator)
            for one in found
        ]
    )
    value = float(_statistic(counts.sum(axis=0)[None])[0])
    if not np.isfinite(value):
        reason = "chance alone agrees fully"
        return Gamma(None, None, None, samples, seed, tuple(found), left_out, reason)
    interval = bootstrap_measures(
        {"gamma": counts},
        {"gamma": Measure("gamma", _statistic)},
        np.arange(len(found)),
        draws=draws,
        seed=seed,
        level=level,
    )["gamma"]
    low, high = (interval.low, interval.high) if interval else (None, None)
    reason = "" if interval else f"no interval: {len(found)} recording(s), {draws} draws"
    return Gamma(value, low, high, samples, seed, tuple(found), left_out, reason)


def _statistic(sums: Floats) -> Floats:
    """1 - observed / expected of sums (draws, 2); NaN where nothing is expected."""
    result = np.full(len(sums), np.nan)
    np.divide(sums[:, 0], sums[:, 1], out=result, where=sums[:, 1] > 0)
    return 1.0 - result


def _spans_by_recording(dataset: Dataset, tracks: Tracks) -> tuple[dict[str, Spans], int]:
    """MEs in ms of their recording, where two or more annotated it; and how many of those have none."""
    starts = dataset.clips["start_ms"].to_numpy().astype(np.float64)
    result: dict[str, Spans] = {}
    left_out = 0
    for place, recording_id in enumerate(tracks.recordings):
        clips = np.flatnonzero(tracks.clip_recording == place)
        members = np.flatnonzero(tracks.covers[:, clips].any(axis=1))
        if len(members) < 2:
            continue
        spans = {
            tracks.annotators[who]: [
                (
                    float(starts[clip] + span.start_ms * tracks.ms_per_frame[clip]),
                    float(starts[clip] + span.end_ms * tracks.ms_per_frame[clip]),
                )
                for clip in clips.tolist()
                for span in tracks.spans[who].get(clip, [])
            ]
            for who in members.tolist()
        }
        if any(spans.values()):
            result[recording_id] = spans
        else:
            left_out += 1
    return result, left_out


def _of_recording(
    library: ModuleType, recording_id: str, spans: Spans, samples: int, seed: int
) -> RecordingGamma:
    segment: Any = importlib.import_module("pyannote.core").Segment
    continuum = library.Continuum()
    for annotator, found in spans.items():
        continuum.add_annotator(annotator)
        for start, end in found:
            continuum.add(annotator, segment(start, end), "me")
    # The library samples with numpy's global generator: seeded here, restored after.
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        result = continuum.compute_gamma(
            library.PositionalSporadicDissimilarity(delta_empty=1.0), n_samples=samples
        )
    finally:
        np.random.set_state(before)  # noqa: NPY002
    observed, expected = float(result.observed_disorder), float(result.expected_disorder)
    mean = sum(len(found) for found in spans.values()) / len(spans)
    gamma = 1.0 - observed / expected if expected > 0 else None
    return RecordingGamma(recording_id, gamma, observed, expected, mean)


def _library() -> ModuleType:
    # numba, inside the library, asks for the machine's threads when it is first loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        library = importlib.import_module("pygamma_agreement")
        glpk: Any = importlib.import_module("cvxopt.glpk")
    except ImportError:
        raise MissingDependencyError(
            "--gamma needs pygamma-agreement; run: pip install 'wdmd-meldae[gamma]'"
        ) from None
    # The solver writes its log to standard output, past Python: `--json` would not be JSON any more.
    glpk.options["msg_lev"] = "GLP_MSG_OFF"
    logging.getLogger().addFilter(_without_solver_advice)
    return library


def _without_solver_advice(record: logging.LogRecord) -> bool:
    """The library warns once per alignment that another solver would be faster."""
    return "CBC solver not installed" not in record.getMessage()
