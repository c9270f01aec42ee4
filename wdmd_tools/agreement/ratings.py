"""Krippendorff's alpha of the ratings that a protocol declares, per frame, at their own level.

A rating is a tier such as Intensity with the values A, B, C. `protocol.yaml` says its level: nominal,
ordinal (the order of its values counts) or interval (its values are numbers, and their distances count).
Frames without a value of two annotators do not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow.compute as pc

from wdmd_tools.agreement.alpha import value_counts
from wdmd_tools.agreement.tracks import MISSING, Codes, Tracks, paint
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True, slots=True)
class Rating:
    """Agreement on one rating.

    Args:
        name: Of the rating.
        level: nominal, ordinal or interval.
        values: In their order.
        alpha: At most 1; `None` when undefined.
        units: Frames with a value of two annotators or more.
        reason: Why it is undefined, else empty.
        unknown: Values that the protocol does not list, and how many segments have them.
    """

    name: str
    level: str
    values: tuple[str, ...]
    alpha: float | None
    units: int
    reason: str
    unknown: dict[str, int]


def alpha_of_level(
    codes: Codes, values: Sequence[str], level: str
) -> tuple[float | None, int, str]:
    """Alpha at a level of measurement: value, units with two values, reason.

    Args:
        codes: Shape (A, N): indices into `values`, negative where missing.
        values: Names in order; numbers for the interval level.
        level: nominal, ordinal or interval.

    Returns:
        `None` with the reason when no unit has two values, when only one value occurs, or when the
        interval level has values that are no numbers.
    """
    import krippendorff

    counts = value_counts(codes, len(values))
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        return None, 0, "no frame has a value from two annotators"
    seen = np.flatnonzero(counts.any(axis=0))
    if len(seen) < 2:
        return None, len(counts), f"only one value observed: {values[int(seen[0])]}"
    domain: Sequence[float] = range(len(values))
    if level == "interval":
        try:
            domain = [float(value.replace(",", ".")) for value in values]
        except ValueError:
            return None, len(counts), "the interval level needs values that are numbers"
        order = np.argsort(domain)
        counts, domain = counts[:, order], [domain[index] for index in order]
    metric: Literal["nominal", "ordinal", "interval"] = "nominal"
    if level == "ordinal":
        metric = "ordinal"
    elif level == "interval":
        metric = "interval"
    alpha = krippendorff.alpha(
        value_counts=counts, value_domain=np.asarray(domain), level_of_measurement=metric
    )
    return float(alpha), len(counts), ""


def measure_ratings(dataset: Dataset, tracks: Tracks) -> list[Rating]:
    """Alpha of every rating of the protocol that a dataset was built with.

    Args:
        dataset: An open dataset.
        tracks: Its tracks.
    """
    declared = (dataset.info.get("protocol") or {}).get("ratings") or {}
    return [_measure(dataset, tracks, str(name), about) for name, about in declared.items()]


def _measure(dataset: Dataset, tracks: Tracks, name: str, about: Mapping[str, Any]) -> Rating:
    level = str(about.get("level", "nominal"))
    rows = dataset.segments.filter(
        pc.equal(dataset.segments["kind"].cast("string"), name)
    ).to_pylist()
    rows = [row for row in rows if row["annotator"] in tracks.annotators]
    values = tuple(str(value) for value in about.get("values") or ())
    values = values or tuple(sorted({row["label"] or "" for row in rows}, key=_natural))
    index = {value.strip().casefold(): place for place, value in enumerate(values)}
    clips = {clip: place for place, clip in enumerate(tracks.clip_ids)}
    codes = np.full((len(tracks.annotators), int(tracks.bounds[-1])), MISSING, dtype=np.int8)
    unknown: dict[str, int] = {}
    for row in rows:
        code = index.get((row["label"] or "").strip().casefold())
        if code is None:
            unknown[row["label"] or ""] = unknown.get(row["label"] or "", 0) + 1
            continue
        paint(
            codes,
            np.array([tracks.annotators.index(row["annotator"])]),
            np.array([tracks.bounds[clips[row["clip_id"]]] + row["onset_frame"]]),
            np.array([row["offset_frame"] - row["onset_frame"] + 1]),
            np.array([code], dtype=np.int8),
        )
    alpha, units, reason = alpha_of_level(codes, values, level)
    return Rating(name, level, values, alpha, units, reason, unknown)


def _natural(value: str) -> tuple[int, float, str]:
    try:
        return 0, float(value.replace(",", ".")), value
    except ValueError:
        return 1, 0.0, value
