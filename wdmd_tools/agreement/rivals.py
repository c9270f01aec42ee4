"""A model as one more annotator: its predictions as a row of the tracks.

A model covers the clips that its tables name; where it names a clip and spots nothing, it says "no
micro-expression". It says nothing of states.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from wdmd_tools.agreement.tracks import MISSING, Tracks
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.predictions import ClipPrediction, read_predictions


def read_rivals(given: Iterable[str]) -> dict[str, dict[str, ClipPrediction]]:
    """Read what ``--with`` names.

    Args:
        given: ``PATH`` or ``NAME=PATH``; a folder with ``predictions.parquet``, or that file. Without a
            name it is the folder's.

    Returns:
        Name to clip to prediction.

    Raises:
        ConfigError: There is no such file, or a name occurs twice.
        ManifestError: A table is damaged.
    """
    result: dict[str, dict[str, ClipPrediction]] = {}
    for text in given:
        name, sign, place = text.partition("=")
        if not sign or Path(text).exists():
            name, place = "", text
        path = Path(place)
        folder = path if path.is_dir() else path.parent
        if not (folder / "predictions.parquet").is_file() or (
            not path.is_dir() and path.name != "predictions.parquet"
        ):
            raise ConfigError(
                f"--with {text}: no predictions.parquet there; give the folder that "
                "`meldae spot` or `meldae eval` wrote, as PATH or NAME=PATH"
            )
        name = name.strip() or folder.resolve().name
        if name in result:
            raise ConfigError(f"--with {text}: the name {name!r} occurs twice; use NAME=PATH")
        result[name] = read_predictions(folder)
    return result


def add_predictions(tracks: Tracks, name: str, predictions: Mapping[str, ClipPrediction]) -> Tracks:
    """Tracks with one more annotator.

    Args:
        tracks: Of the dataset; left as they are.
        name: The model's.
        predictions: Clip to prediction; clips that the tracks lack are left out (a subset was drawn).

    Raises:
        ConfigError: An annotator has this name.
        ManifestError: No clip is the dataset's, or a span leaves its clip.
    """
    if name in tracks.annotators:
        raise ConfigError(f"--with: {name!r} is an annotator already; name the model NAME=PATH")
    place = {clip: index for index, clip in enumerate(tracks.clip_ids)}
    mine = {place[clip]: one for clip, one in predictions.items() if clip in place}
    if not mine:
        raise ManifestError(
            f"predictions of {name!r}: none of their {len(predictions)} clips is in this dataset; "
            "predict on the dataset whose annotators they are compared with"
        )
    covers = np.zeros(len(tracks.clip_ids), dtype=bool)
    covers[list(mine)] = True
    lengths = np.diff(tracks.bounds)
    me = np.where(np.repeat(covers, lengths), np.int8(0), np.int8(MISSING))
    spans = {}
    for clip, one in mine.items():
        found = sorted(segment.interval for segment in one.segments)
        for span in found:
            if span.start_ms < 0 or span.end_ms > lengths[clip]:
                raise ManifestError(
                    f"predictions of {name!r}: clip {one.clip_id}: frames {span.start_ms} to "
                    f"{span.end_ms - 1} are not inside its {lengths[clip]} frames"
                )
            me[tracks.bounds[clip] + span.start_ms : tracks.bounds[clip] + span.end_ms] = 1
        if found:
            spans[clip] = found
    none = np.full((1, int(tracks.bounds[-1])), MISSING, dtype=np.int8)
    return replace(
        tracks,
        annotators=(*tracks.annotators, name),
        covers=np.vstack([tracks.covers, covers]),
        states=np.vstack([tracks.states, none]),
        me=np.vstack([tracks.me, me[None]]),
        spans=(*tracks.spans, spans),
    )
