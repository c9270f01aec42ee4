"""Agreement of one dataset's annotators: coverage, overall figures, and every pair.

`measure_agreement` is the way in. What each figure means stands in
`wdmd_tools.agreement.figures` and in docs/metrics.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.agreement import overlap
from wdmd_tools.agreement.alpha import (
    Alpha,
    alpha_of_coincidences,
    coincidences,
    krippendorff_alpha,
)
from wdmd_tools.agreement.bootstrap import Measure, Statistic, bootstrap_measures
from wdmd_tools.agreement.details import measure_details
from wdmd_tools.agreement.disagreements import find_disagreements
from wdmd_tools.agreement.figures import (
    ALPHAS,
    DEFINITIONS,
    MIN_RECORDINGS,
    OVERLAPS,
    AgreementReport,
    Cluster,
    Estimate,
    PairAgreement,
)
from wdmd_tools.agreement.gamma import measure_gamma
from wdmd_tools.agreement.rivals import add_predictions
from wdmd_tools.agreement.subset import Subset, draw_subset
from wdmd_tools.agreement.tracks import MISSING, Codes, Tracks, read_tracks
from wdmd_tools.annotations import STATES
from wdmd_tools.errors import DataError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction

__all__ = [
    "ALPHAS",
    "DEFINITIONS",
    "OVERLAPS",
    "AgreementReport",
    "Cluster",
    "Estimate",
    "PairAgreement",
    "measure_agreement",
]

Floats = npt.NDArray[np.float64]

_OVERLAP_STATISTICS: dict[str, Statistic] = {
    "iou_matched": overlap.matched_iou,
    "match_rate": overlap.match_rate,
    "iou_strict": overlap.strict_iou,
    "iou_pooled": overlap.pooled_iou,
    **{f"f1_at_{t}": partial(overlap.f1_at, threshold=t) for t in overlap.F1_THRESHOLDS},
}


def measure_agreement(
    dataset: Dataset,
    *,
    cluster: Cluster = Cluster.AUTO,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    tolerance: int = 5,
    subset: float | None = None,
    predictions: Mapping[str, Mapping[str, ClipPrediction]] | None = None,
    gamma: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> AgreementReport:
    """Measure how far the annotators of a dataset agree.

    Args:
        dataset: An open dataset.
        cluster: What the bootstrap draws.
        draws: Resamples.
        seed: Of the bootstrap.
        level: Coverage of the intervals aimed at.
        tolerance: Frames on either side of a change of state that the tolerant figures leave out.
        subset: Share of the clips to draw with `seed`, in (0, 1]; all when `None`.
        predictions: Name to a model's predictions, each one more annotator of MEs.
        gamma: Also measure gamma, which takes a third of a second per recording and an extra package.
        progress: Called with the recordings whose gamma is measured, and their number.

    Raises:
        DataError: There are fewer than two annotators.
        MissingDependencyError: The package that gamma needs is not installed.
    """
    drawn: Subset | None = None
    data_hash = dataset.data_hash
    if subset is not None:
        dataset, drawn = draw_subset(dataset, subset, seed)
    tracks = read_tracks(dataset)
    for name, given in (predictions or {}).items():
        tracks = add_predictions(tracks, name, given)
    if len(tracks.annotators) < 2:
        found = ", ".join(tracks.annotators) or "none"
        raise DataError(
            f"{dataset.root}: agreement needs two annotators or more, found "
            f"{len(tracks.annotators)} ({found}); build it again with every annotator's ELAN files, or "
            "compare one with a model (--with PREDICTIONS)"
        )
    shared = np.flatnonzero(tracks.covers.sum(axis=0) >= 2)
    codes = _alpha_codes(tracks)
    everyone = tuple(range(len(tracks.annotators)))
    blocks: dict[str, Floats] = {}
    measures: dict[str, Measure] = {}
    points: dict[str, Alpha] = {}
    overlaps = {pair: overlap.overlap_counts(tracks, *pair) for pair in tracks.pairs()}

    for scope, members in [("all", everyone), *((_scope(p), p) for p in tracks.pairs())]:
        for key in ALPHAS:
            name = f"{scope}/{key}"
            some, values, unit = codes[key]
            some = some[list(members)]
            points[name] = krippendorff_alpha(some, values, unit)
            group = np.arange(len(tracks.clip_ids)) if unit == "clip" else tracks.frame_clip
            matrices = coincidences(some, len(values), group, len(tracks.clip_ids))
            blocks[name] = matrices.reshape(len(matrices), -1)[shared]
            measures[name] = Measure(name, partial(_alpha_statistic, n_values=len(values)))
    for pair, counts in overlaps.items():
        blocks[f"{_scope(pair)}/overlap"] = counts[shared]
        for key, statistic in _OVERLAP_STATISTICS.items():
            measures[f"{_scope(pair)}/{key}"] = Measure(f"{_scope(pair)}/overlap", statistic)
    blocks["all/overlap"] = np.concatenate(list(overlaps.values()), axis=1)[shared]
    for key, statistic in _OVERLAP_STATISTICS.items():
        measures[f"all/{key}"] = Measure(
            "all/overlap", partial(_mean_over_pairs, statistic=statistic, n_pairs=len(overlaps))
        )

    shared_recordings = len(np.unique(tracks.clip_recording[shared]))
    enough = cluster is Cluster.AUTO and shared_recordings >= MIN_RECORDINGS
    by_recording = cluster is Cluster.RECORDING or enough
    groups = (tracks.clip_recording if by_recording else np.arange(len(tracks.clip_ids)))[shared]
    intervals = bootstrap_measures(blocks, measures, groups, draws=draws, seed=seed, level=level)
    n_clusters = len(np.unique(groups))

    def estimate(name: str, value: float | None, n: int, unit: str, reason: str) -> Estimate:
        interval = intervals[name] if value is not None else None
        if value is not None and interval is None:
            what = "recordings" if by_recording else "clips"
            reason = f"no interval: too few {what} ({n_clusters}) in which it is defined"
        low, high = (interval.low, interval.high) if interval else (None, None)
        return Estimate(value, low, high, n, unit, reason)

    def figures(scope: str, sums: Sequence[Floats]) -> dict[str, Estimate]:
        result = {}
        overall = distinct if scope == "all" else {}
        for key in ALPHAS:
            name = f"{scope}/{key}"
            point = points[name]
            unit = f"{codes[key][2]}s"
            result[key] = estimate(name, point.value, point.units, unit, point.reason)
        for key, statistic in _OVERLAP_STATISTICS.items():
            value, n, unit, reason = _overlap_point(key, [float(statistic(s)) for s in sums], sums)
            n = overall.get(unit, n)
            result[key] = estimate(f"{scope}/{key}", value, n, unit, reason)
        return result

    # Over all pairs an ME of three annotators' files would be counted twice.
    distinct = _distinct_mes(tracks, shared)
    totals = {pair: counts.sum(axis=0) for pair, counts in overlaps.items()}
    return AgreementReport(
        dataset=dataset.name,
        data_hash=data_hash,
        annotators=[_annotator_row(tracks, index) for index in everyone],
        coverage=_coverage(tracks, points["all/alpha_state"].units),
        bootstrap={
            "draws": draws,
            "seed": seed,
            "level": level,
            "cluster": str(Cluster.RECORDING if by_recording else Cluster.CLIP),
            "clusters": n_clusters,
            "note": f"clips, not recordings, were drawn: only {shared_recordings} recordings are shared"
            if cluster is Cluster.AUTO and not by_recording
            else "",
        },
        overall=figures("all", list(totals.values())),
        pairs=[
            PairAgreement(
                a=tracks.annotators[pair[0]],
                b=tracks.annotators[pair[1]],
                counts={
                    column: round(float(value), 6) if column == "iou_sum" else int(value)
                    for column, value in zip(overlap.COLUMNS, total, strict=True)
                },
                figures=figures(_scope(pair), [total]),
            )
            for pair, total in totals.items()
        ],
        details=measure_details(dataset, tracks, tolerance),
        disagreements=find_disagreements(dataset, tracks),
        subset=None if drawn is None else drawn.to_json(),
        gamma=measure_gamma(dataset, tracks, draws=draws, seed=seed, level=level, progress=progress)
        if gamma
        else None,
    )


def _scope(pair: tuple[int, int]) -> str:
    return f"{pair[0]}-{pair[1]}"


def _alpha_codes(tracks: Tracks) -> dict[str, tuple[Codes, tuple[str, ...], str]]:
    """Per kind of alpha: codes of shape (A, units), the values' names, and what a unit is."""
    speaking = np.where(tracks.states == MISSING, MISSING, tracks.states != 0).astype(np.int8)
    present = ("no ME", "ME")
    return {
        "alpha_state": (tracks.states, STATES, "frame"),
        "alpha_speaking": (speaking, ("speaking", "not speaking"), "frame"),
        "alpha_me_clip": (tracks.me_in_clip, present, "clip"),
        "alpha_me_frame": (tracks.me, present, "frame"),
    }


def _alpha_statistic(sums: Floats, n_values: int) -> Floats:
    return alpha_of_coincidences(sums.reshape(len(sums), n_values, n_values))


def _mean_over_pairs(sums: Floats, statistic: Any, n_pairs: int) -> Floats:
    """Unweighted mean over the pairs for which the statistic is defined."""
    values = statistic(sums.reshape(len(sums), n_pairs, len(overlap.COLUMNS)))
    defined = np.isfinite(values)
    total = np.where(defined, values, 0.0).sum(axis=1)
    result = np.full(len(sums), np.nan)
    np.divide(total, defined.sum(axis=1), out=result, where=defined.any(axis=1))
    return result


def _overlap_point(
    key: str, values: Sequence[float], sums: Sequence[Floats]
) -> tuple[float | None, int, str, str]:
    """Value, number and name of units, and reason of one figure of the IoU family."""
    total = dict(zip(overlap.COLUMNS, np.sum(sums, axis=0), strict=True))
    unit = {"iou_matched": "matched pairs", "iou_pooled": "ME frames"}.get(key, "MEs")
    n = {"matched pairs": total["matched"], "ME frames": total["frames_any"]}.get(
        unit, total["me_a"] + total["me_b"]
    )
    defined = [value for value in values if np.isfinite(value)]
    if defined:
        return float(np.mean(defined)), int(n), unit, ""
    if not total["clips"]:
        reason = "the annotators share no recording"
    elif not total["me_a"] + total["me_b"]:
        reason = "no annotator marked an ME in a shared clip"
    else:
        reason = "no two MEs overlap"
    return None, int(n), unit, reason


def _distinct_mes(tracks: Tracks, shared: npt.NDArray[np.int64]) -> dict[str, int]:
    """All annotators' MEs, and the frames that any of them marked, in the clips two or more annotated."""
    clips = set(shared.tolist())
    return {
        "MEs": sum(
            len(spans)
            for by_clip in tracks.spans
            for clip, spans in by_clip.items()
            if clip in clips
        ),
        "ME frames": int(np.isin(tracks.frame_clip[(tracks.me == 1).any(axis=0)], shared).sum()),
    }


def _annotator_row(tracks: Tracks, index: int) -> dict[str, Any]:
    covered = tracks.covers[index]
    lengths = np.diff(tracks.bounds)
    return {
        "annotator": tracks.annotators[index],
        "recordings": len(np.unique(tracks.clip_recording[covered])),
        "clips": int(covered.sum()),
        "frames": int(lengths[covered].sum()),
        "state_frames": int((tracks.states[index] != MISSING).sum()),
        "me": sum(len(spans) for spans in tracks.spans[index].values()),
        "me_frames": int((tracks.me[index] == 1).sum()),
    }


def _coverage(tracks: Tracks, state_units: int) -> dict[str, Any]:
    per_clip = tracks.covers.sum(axis=0)
    lengths = np.diff(tracks.bounds)
    shared = per_clip >= 2
    both_empty = shared & ~(tracks.me_in_clip == 1).any(axis=0)
    return {
        "recordings": len(tracks.recordings),
        "clips": len(tracks.clip_ids),
        "frames": int(lengths.sum()),
        "shared_recordings": len(np.unique(tracks.clip_recording[shared])),
        "shared_clips": int(shared.sum()),
        "shared_frames": int(lengths[shared].sum()),
        "clips_of_fewer_than_two_annotators": int((~shared).sum()),
        "state_frames_compared": state_units,
        "shared_clips_without_any_me": int(both_empty.sum()),
        "unknown_state_segments": dict(tracks.unknown_states),
    }
