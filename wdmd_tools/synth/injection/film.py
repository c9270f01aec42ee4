"""One film decoded, displaced where an ME is, and encoded with the times of the source.

    source frame --> planes --> displaced around the face, only while an ME lasts --> H.264 --> times

All other frames reach the encoder bit by bit as they were decoded (8-bit 4:2:0; other formats are converted
once). Sound is left out. Frames that the decoder drops as damaged repeat the one before.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import VideoError
from wdmd_tools.synth.encode import open_encoder
from wdmd_tools.synth.injection.field import Displacement, displacement, move
from wdmd_tools.synth.injection.plan import InjectedEvent
from wdmd_tools.synth.injection.track import FaceCourse
from wdmd_tools.synth.raster import FloatArray, f32
from wdmd_tools.synth.timecourse import raised_cosine
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.planes import Planes, colours_of, planes_of
from wdmd_tools.video.probe import VideoInfo
from wdmd_tools.video.retime import retime

SMALLEST_PX = 48
"""Films with a shorter side are refused: no face in them is large enough."""


@dataclass(frozen=True)
class InjectedFilm:
    """What happened to a film.

    Args:
        moved: Frames in which something was displaced.
        peaks_px: Largest displacement of each event over its frames, px.
        repaired: Frames that could not be decoded and repeat the one before.
    """

    moved: int
    peaks_px: tuple[float, ...]
    repaired: int


def strengths(info: VideoInfo, event: InjectedEvent) -> FloatArray:
    """Displacement of an event in each frame of the film, (T,) IOD: half cosines up and down.

    Args:
        info: The film.
        event: The ME.
    """
    times = f32((np.asarray(info.table.pts_us) - info.table.pts_us[0]) / 1000)
    span = event.interval
    course = raised_cosine(times, span.start_ms, event.apex_ms, span.end_ms)
    return f32(course * event.amplitude_percent / 100)


def event_field(
    course: FaceCourse, index: int, event: InjectedEvent, strength: float, size: tuple[int, int]
) -> Displacement | None:
    """The displacement of one event in one frame; `None` where nothing moves.

    Args:
        course: The face.
        index: Number of the frame.
        event: The ME.
        strength: Largest displacement, IOD.
        size: Width and height of the frame, px.
    """
    if strength <= 0 or not course.found[index]:
        return None
    frame = course.frame(index)
    field = displacement(course.landmarks(index), frame, event.channels, strength, size)
    return field if field.field.any() else None


def displaced(planes: Planes, shift: Displacement) -> Planes:
    """A frame after its skin has moved; pixels outside of the field are the same bytes.

    Args:
        planes: The frame.
        shift: What moves.
    """
    x0, y0, x1, y1 = shift.box
    found = {}
    for name, part, field in (
        ("y", 1, shift.field),
        # Chroma has half the samples: half the px, averaged over the four it stands for.
        ("u", 2, _halved(shift.field)),
        ("v", 2, _halved(shift.field)),
    ):
        plane = getattr(planes, name).copy()
        at = (slice(y0 // part, y1 // part), slice(x0 // part, x1 // part))
        still = ~field.any(axis=-1)
        moved = move(plane[at], field)
        plane[at] = np.where(still, plane[at], moved)
        found[name] = plane
    return Planes(**found)


def _halved(field: FloatArray) -> FloatArray:
    height, width = field.shape[:2]
    small = cv2.resize(field, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return f32(small * 0.5)


def render_film(
    info: VideoInfo,
    course: FaceCourse,
    events: Sequence[InjectedEvent],
    path: Path,
    crf: int,
    on_frame: Callable[[int, int], None] = lambda _done, _all: None,
) -> InjectedFilm:
    """Write a film with MEs, or without, with the source's size, frame times and colours.

    Args:
        info: The source.
        course: The face in it.
        events: What to inject; empty for a control.
        path: MP4 to write, atomically.
        crf: Quality of H.264.
        on_frame: Called with frames done and all frames.

    Raises:
        VideoError: The source cannot be decoded, or the encoder failed.
    """
    cv2.setNumThreads(1)  # films are rendered side by side
    count = len(info.table)
    curves = [strengths(info, event) for event in events]
    peaks = [0.0] * len(events)
    frames = iter_frames(info.path, info.table)
    first = next(frames, None)
    if first is None:
        raise VideoError(f"{info.path}: no frame can be decoded; copy the file again")
    last = planes_of(first)
    moved = repaired = done = 0
    encoded = path.with_name(f".tmp-{path.stem}-encoded.mp4")
    try:
        with open_encoder(
            encoded,
            last.size,
            info.table.fps,
            crf,
            colours=colours_of(first),
            in_order=True,
        ) as sink:
            for frame in itertools.chain((first,), frames):
                while done < frame.index:
                    sink.write(last.i420())
                    repaired, done = repaired + 1, done + 1
                last = planes_of(frame)
                shown = last
                for number, curve in enumerate(curves):
                    strength = float(curve[frame.index])
                    field = event_field(course, frame.index, events[number], strength, last.size)
                    if field is not None:
                        shown = displaced(shown, field)
                        moved += 1
                        peaks[number] = max(peaks[number], field.peak_px)
                sink.write(shown.i420())
                done += 1
                on_frame(done, count)
            for _ in range(count - done):
                sink.write(last.i420())
                repaired += 1
        with atomic_path(path) as temporary:
            retime(encoded, info.table, temporary)
    finally:
        encoded.unlink(missing_ok=True)
    return InjectedFilm(moved, tuple(peaks), repaired)
