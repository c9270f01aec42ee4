"""Tiers of a recording and its video as one ELAN document.

    video        0 ........ 500 ............ media time
    ELAN                    0 .............. TIME_ORIGIN = 500

What lies before ELAN's 0 cannot be written into an EAF. Where a tier needs it, the whole document moves
to a smaller TIME_ORIGIN: times and origin change together, so every annotation keeps its media time and
so its frames.
"""

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wdmd_tools.elan.writer import EafAligned, EafDocument, EafMedia, EafTier
from wdmd_tools.errors import AnnotationError
from wdmd_tools.manifest import Dataset
from wdmd_tools.review.tiers import recording_clips, recording_ids

_MIME = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mpg": "video/mpeg",
    ".mpeg": "video/mpeg",
    ".avi": "video/x-msvideo",
    ".mkv": "video/x-matroska",
}


def media_link(video: Path, eaf: Path, time_origin_ms: int = 0) -> EafMedia:
    """A video as ELAN links it: absolute, and relative to the EAF where that is possible.

    Args:
        video: The video.
        eaf: The EAF that will name it.
        time_origin_ms: Media time of ELAN's 0.
    """
    video = video.resolve()
    try:
        relative = Path(os.path.relpath(video, eaf.resolve().parent)).as_posix()
        relative = relative if relative.startswith("..") else f"./{relative}"
    except ValueError:  # another drive
        relative = ""
    return EafMedia(video.as_uri(), relative, _mime_type(video.name), time_origin_ms)


def recording_media(
    dataset: Dataset, recording_id: str, eaf: Path, videos: Path | None = None
) -> EafMedia:
    """The source video of a recording, with the TIME_ORIGIN it was annotated with.

    Args:
        dataset: An opened dataset.
        recording_id: One of its recordings.
        eaf: The EAF that will name the video.
        videos: The folder that ``source_video`` is relative to. Without it (or without the file in it)
            the bare name is linked, and ELAN asks for the video.

    Raises:
        UnknownNameError: There is no such recording.
    """
    row = recording_clips(dataset, recording_id)[0]
    source, origin = str(row["source_video"]), int(row["time_origin_ms"])
    if videos is not None:
        path = videos / source if videos.is_dir() else videos
        if path.is_file():
            return media_link(path, eaf, origin)
    name = source.rsplit("/", 1)[-1]
    return EafMedia(name, f"./{name}", _mime_type(name), origin)


def eaf_names(dataset: Dataset) -> dict[str, str]:
    """Recording to the name of its EAF: the stem of its video, or the recording where two share one."""
    stems = {}
    for recording in recording_ids(dataset):
        source = str(recording_clips(dataset, recording)[0]["source_video"])
        stems[recording] = source.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    taken = [stem.casefold() for stem in stems.values()]
    return {
        recording: f"{stem if taken.count(stem.casefold()) == 1 else recording}.eaf"
        for recording, stem in stems.items()
    }


def make_document(
    tiers: Sequence[EafTier],
    media: EafMedia,
    *,
    author: str = "wdmd",
    date: dt.datetime | None = None,
    properties: Sequence[tuple[str, str]] = (),
) -> EafDocument:
    """A document whose times are not negative.

    Args:
        tiers: With times that may be negative.
        media: The video, with its TIME_ORIGIN.
        author: AUTHOR attribute.
        date: DATE attribute; the start of 2000 in UTC when `None`, for reproducible bytes.
        properties: Header properties.

    Raises:
        AnnotationError: Something lies before the start of the video, which no EAF can hold.
    """
    times = [
        cell.start_ms for tier in tiers for cell in tier.annotations if isinstance(cell, EafAligned)
    ]
    shift = max(0, -min(times, default=0))
    if shift > max(0, media.time_origin_ms):
        raise AnnotationError(
            f"{media.relative_media_url or media.media_url}: an annotation lies {shift} ms before "
            f"ELAN's 0, and TIME_ORIGIN is {media.time_origin_ms}; build the dataset again"
        )
    moved = tuple(_shifted(tier, shift) for tier in tiers) if shift else tuple(tiers)
    document = EafDocument(
        tiers=moved,
        media=(replace(media, time_origin_ms=media.time_origin_ms - shift),),
        author=author,
        properties=tuple(properties),
    )
    return document if date is None else replace(document, date=date)


def _shifted(tier: EafTier, shift: int) -> EafTier:
    cells = tuple(
        replace(cell, start_ms=cell.start_ms + shift, end_ms=cell.end_ms + shift)
        if isinstance(cell, EafAligned)
        else cell
        for cell in tier.annotations
    )
    return replace(tier, annotations=cells)


def _mime_type(name: str) -> str:
    return _MIME.get(Path(name).suffix.lower(), "video/*")
