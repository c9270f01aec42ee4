"""ActivityNet JSON: what temporal action localisation code writes.

    {"results": {VIDEO: [{"segment": [START, END], "score": 0.9, "label": "ME"}]}}

Seconds, the end not included. VIDEO is a clip of the dataset (seconds from its first frame, as
``wdmd export --format activitynet`` writes them) or a whole recording (seconds of the film). The list
alone, without ``results`` around it, is taken too.

Reference:
    ActivityNet large-scale activity recognition challenge, format of detection results.
"""

import json
import math
from pathlib import Path
from typing import Any

from benchmarks.submissions.notes import NO_SCORE, Said, Submission, read_label
from benchmarks.submissions.places import Collected, Places
from wdmd_tools.errors import DataError


def read_activitynet(path: Path, places: Places) -> Submission:
    """Read a file.

    Args:
        path: The JSON file.
        places: Of the dataset.

    Raises:
        DataError: It is no such JSON, or names an unknown video; the message names the key.
    """
    collected = Collected(places)
    for video, entries in _results(path).items():
        where = f"{path}: results[{video!r}]"
        if video not in places.clips and places.film(video) is None:
            raise places.unknown(f"{path}: results", video)
        if not isinstance(entries, list):
            raise DataError(f"{where}: expected a list of segments, got {_kind(entries)}")
        if video in places.clips:
            collected.mention(video)
        else:
            collected.mention_film(str(places.film(video)))
        for index, entry in enumerate(entries):
            _add(collected, f"{where}[{index}]", video, entry)
    return Submission(collected.predictions(), "activitynet", collected.notes.lines())


def _add(collected: Collected, where: str, video: str, entry: Any) -> None:
    if not isinstance(entry, dict):
        raise DataError(
            f"{where}: expected an object with segment, score, label; got {_kind(entry)}"
        )
    start, end = _segment(where, entry.get("segment"))
    label, emotion = read_label(str(entry.get("label", "")))
    if collected.leaves_out(label):
        return
    score = entry.get("score")
    if score is None:
        collected.notes.add(NO_SCORE)
        score = 1.0
    if not _is_number(score):
        raise DataError(f"{where}: score is {score!r}, expected a number")
    said = Said(float(score), label, emotion)
    places = collected.places
    if video in places.clips:
        collected.add_seconds(video, start, end, said)
    else:
        first, last = round(1000 * start), round(1000 * end)
        film = str(places.film(video))
        collected.add_film_ms(film, first, max(last, first + 1), said)


def _segment(where: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
        raise DataError(f"{where}: segment is {value!r}, expected [start, end] in seconds")
    start, end = float(value[0]), float(value[1])
    if end <= start:
        raise DataError(f"{where}: segment ends at {end} s, not after its start at {start} s")
    return start, end


class _TwiceError(Exception):
    """A key that stands twice: of two lists of a video Python would silently keep the last."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _results(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except _TwiceError as error:
        raise DataError(
            f"{path}: key {error.args[0]!r} stands twice in one object; put its segments into one list"
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not valid JSON ({error})") from None
    if isinstance(value, dict) and "database" in value:
        raise DataError(
            f"{path}: holds a ground truth (key 'database'), no predictions; give the file with 'results'"
        )
    if isinstance(value, dict) and "results" in value:
        value = value["results"]
    if not isinstance(value, dict):
        raise DataError(f"{path}: expected an object under 'results': video to list of segments")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", type(None): "null"}
    return kinds.get(type(value), "a number")
