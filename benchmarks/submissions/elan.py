"""ELAN files: a model as one more annotator.

    ME@meldae        segments, in the habit ``ME@<annotator>``; also ``Model ME@...`` of `wdmd review`
    score@meldae     refers to it: 0.913, or 0.913 #4; may be absent (other tiers that refer to it, such as
                     ``AU@...``, are no scores)
    ME 2@meldae      segments that overlap the first tier's

One ``.eaf`` per film, or a folder of them. A file belongs to the recording of the same name, or to the one
whose film it links. Times become media times with the file's own TIME_ORIGIN, and then frames of clips.
"""

import math
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from benchmarks.submissions.notes import NO_SCORE, Said, Submission, read_label
from benchmarks.submissions.places import Collected, Places
from wdmd_tools.annotations import Annotation, AnnotationDocument, MediaDescriptor, Tier
from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import ConfigError, DataError, UnknownNameError

UNREAD = "annotations have no usable time and were left aside (wdmd check says why)"

_TIER = re.compile(r"(?:Model )?ME(?: \d+)?@(?P<model>.+)", re.IGNORECASE)
_SCORE_TIER = re.compile(r"(?:Model )?score\b.*", re.IGNORECASE)
_SCORE = re.compile(r"\s*([+-]?[0-9.]+(?:e[+-]?\d+)?)\s*(?:#\d+)?\s*", re.IGNORECASE)


def read_elan(path: Path, places: Places, model: str | None = None) -> Submission:
    """Read a file, or all files of a folder.

    Args:
        path: An ``.eaf``, or a folder of them.
        places: Of the dataset.
        model: Whose tiers; may be left out when only one is not an annotator of the dataset. A name of a
            tier is taken too.

    Raises:
        DataError: A file cannot be read or belongs to no recording, or two files to the same.
        ConfigError: There is no tier of a model, or of several.
    """
    files = sorted(path.glob("*.eaf")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: holds no .eaf file")
    documents = {file: read_eaf(file) for file in files}
    chosen = _choose(path, documents.values(), places, model)
    collected = Collected(places)
    seen: dict[str, Path] = {}
    for file, document in documents.items():
        film = _film(file, document, places)
        if film in seen:
            raise DataError(
                f"{file}: belongs to the recording {film}, as {seen[film].name} does; leave one of them out"
            )
        seen[film] = file
        collected.mention_film(film)
        for tier in document.tiers:
            if _model_of(tier.tier_id) == chosen or tier.tier_id.casefold() == chosen:
                _add_tier(collected, film, document, tier)
    return Submission(collected.predictions(), "elan", collected.notes.lines())


def _add_tier(collected: Collected, film: str, document: AnnotationDocument, tier: Tier) -> None:
    origin = _origin(collected.places, film, document)
    scores = {
        one.parent_id: one.value
        for child in document.tiers
        if child.parent == tier.tier_id and _SCORE_TIER.fullmatch(child.tier_id.strip())
        for one in child.annotations
    }
    unread = sum(
        one.tier == tier.tier_id and one.code.startswith("E_") for one in document.problems
    )
    collected.notes.add(UNREAD, unread)
    for one in tier.annotations:
        label, emotion = read_label(one.value)
        if collected.leaves_out(label):
            continue
        span = one.interval
        text = scores.get(one.annotation_id)
        if text is None:
            collected.notes.add(NO_SCORE)
        score = 1.0 if text is None else _score(document, tier, one, text)
        shift = origin or 0
        collected.add_film_ms(
            film,
            span.start_ms + shift,
            span.end_ms + shift,
            Said(score, label, emotion),
            media=origin is not None,
        )


def _score(document: AnnotationDocument, tier: Tier, one: Annotation, text: str) -> float:
    found = _SCORE.fullmatch(text)
    try:
        score = float(found.group(1)) if found else math.nan
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise DataError(
            f"{document.path}: tier {tier.tier_id!r}: the score of {one.interval.start_ms} to "
            f"{one.interval.end_ms} ms is {text!r}, expected a number such as 0.913"
        )
    return score


def _model_of(tier: str) -> str | None:
    found = _TIER.fullmatch(tier.strip())
    return found.group("model").strip().casefold() if found else None


def _choose(
    path: Path, documents: Iterable[AnnotationDocument], places: Places, model: str | None
) -> str:
    """Whose tiers are read, in lower case; or the name of one tier."""
    names = {tier.tier_id for document in documents for tier in document.tiers}
    models = {found for name in names if (found := _model_of(name)) is not None}
    if model is not None:
        wanted = (_model_of(model) or model).casefold()
        if wanted in models or wanted in {name.casefold() for name in names}:
            return wanted
        raise UnknownNameError("model or tier", model, models or names)
    people = {str(name).casefold() for name in places.dataset.segments["annotator"].to_pylist()}
    left = sorted(models - people)
    # `wdmd review` writes the model's tiers as "Model ME@...", beside an "ME@..." for the reviewer.
    said = {name: _model_of(name) for name in names if name.casefold().startswith("model ")}
    plain = sorted({found for found in said.values() if found is not None})
    for candidates in (left, plain):
        if len(candidates) == 1:
            return candidates[0]
    listed = ", ".join(sorted(names)) or "none"
    if not left:
        raise ConfigError(
            f"{path}: no tier ME@<model> beside those of the annotators (tiers: {listed}); name the tier "
            "with --tier"
        )
    raise ConfigError(
        f"{path}: tiers of several models ({', '.join(left)}); choose one with --tier"
    )


def _film(file: Path, document: AnnotationDocument, places: Places) -> str:
    names = [file.stem, file.stem.rsplit(".", 1)[0]]
    for media in document.media:
        names += _links(media)
    for name in names:
        found = places.film(name) if name else None
        if found is not None:
            return found
    raise places.unknown(str(file), file.stem, "film")


def _origin(places: Places, film: str, document: AnnotationDocument) -> int | None:
    """TIME_ORIGIN of the medium that is the film, else of the first; `None` without media."""
    for media in document.media:
        if any(places.film(name) == film for name in _links(media)):
            return media.time_origin_ms
    return document.media[0].time_origin_ms if document.media else None


def _links(media: MediaDescriptor) -> list[str]:
    """File name and stem of what a medium links."""
    link = PurePosixPath(unquote(media.media_url or media.relative_media_url).replace("\\", "/"))
    return [name for name in (link.name, link.stem) if name]
