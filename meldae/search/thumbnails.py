"""A candidate as a strip of pictures of its face: before, onset, middle, offset, after."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from meldae.search.rank import Candidate
from wdmd_tools.atomic import atomic_path

WIDTH = 240
"""Of one picture, px."""

COLUMNS = ("before", "onset", "middle", "offset", "after")
_BESIDE_MS = 200


def strip_frames(one: Candidate, n_frames: int, fps: float) -> tuple[int, ...]:
    """Frames of the five pictures.

    Args:
        one: The candidate.
        n_frames: Of the film.
        fps: Its rate; "before" and "after" lie a fifth of a second off.
    """
    beside = max(1, round(_BESIDE_MS / 1000 * fps))
    wanted = (
        one.onset_frame - beside,
        one.onset_frame,
        (one.onset_frame + one.offset_frame) // 2,
        one.offset_frame,
        one.offset_frame + beside,
    )
    return tuple(min(max(0, frame), n_frames - 1) for frame in wanted)


def write_strips(video: Path, table: Any, fps: float, paths: dict[Path, Candidate]) -> None:
    """Write the strips of candidates of one film.

    Args:
        video: The film.
        table: Its frame table.
        fps: Its rate.
        paths: JPEG file to its candidate.
    """
    from wdmd_tools.video.decode import iter_frames

    for path, one in paths.items():
        wanted = strip_frames(one, len(table), fps)
        pictures: dict[int, npt.NDArray[np.uint8]] = {}
        for frame in iter_frames(video, table, min(wanted), max(wanted) + 1):
            if frame.index in wanted:
                pictures[frame.index] = _small(frame.rgb(_region(one, frame.size)))
        shown = [pictures[index] for index in wanted if index in pictures]
        if not shown:
            continue
        strip = np.concatenate(shown, axis=1)
        with atomic_path(path) as temporary:
            good, data = cv2.imencode(".jpg", cv2.cvtColor(strip, cv2.COLOR_RGB2BGR))
            if not good:
                raise OSError(f"{path}: the picture cannot be encoded")
            temporary.write_bytes(data.tobytes())


def _region(one: Candidate, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """The face with as much again around it, inside of the frame; the whole frame when it is not known."""
    if one.box is None:
        return None
    x0, y0, x1, y1 = one.box
    beside = 0.5 * max(x1 - x0, y1 - y0)
    left, top = max(0, round(x0 - beside)) & ~1, max(0, round(y0 - beside)) & ~1
    right, bottom = min(size[0], round(x1 + beside)) & ~1, min(size[1], round(y1 + beside)) & ~1
    return None if right - left < 2 or bottom - top < 2 else (left, top, right, bottom)


def _small(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height = max(1, round(picture.shape[0] * WIDTH / picture.shape[1]))
    resized = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, dtype=np.uint8)
