"""One picture of a twin: every expression at its onset, apex and offset, from the files themselves."""

from pathlib import Path

import cv2
import numpy as np

from wdmd_tools.atomic import atomic_path
from wdmd_tools.synth.raster import ByteArray
from wdmd_tools.synth.twins.model import TwinEvent, TwinPlan, TwinVideo

_CELL = 160
_STRIP = 18
_MOST = 24


def write_contact_sheet(plan: TwinPlan, out: Path, path: Path) -> None:
    """Draw one row per expression: onset, apex, offset, and apex minus onset enlarged eight times.

    Args:
        plan: What was rendered.
        out: Folder of the twin.
        path: PNG file to write.
    """
    pairs = [(video, event) for video in plan.videos for event in video.events]
    shown = [pair for pair in pairs if pair[1].kind != "blink"][:_MOST]
    sheet = np.concatenate([_row(out, video, event) for video, event in shown])
    with atomic_path(path) as temporary:
        if not cv2.imwrite(str(temporary), sheet):
            raise OSError(f"{path}: could not write the picture")


def _row(out: Path, video: TwinVideo, event: TwinEvent) -> ByteArray:
    whole = tuple(number for number in video.numbers if number not in video.broken)
    # The frame itself may be one of the gaps.
    names = [
        video.name(_nearest(whole, number)) for number in (event.onset, event.apex, event.offset)
    ]
    pictures = [_read(out / video.folder / name) for name in names]
    difference = (pictures[1].astype(np.float32) - pictures[0]) * 8 + 128
    cells = [*pictures, np.clip(difference, 0, 255).astype(np.uint8)]
    row = np.concatenate(
        [cv2.resize(cell, (_CELL, _CELL), interpolation=cv2.INTER_AREA) for cell in cells], axis=1
    )
    strip = np.full((_STRIP, row.shape[1], 3), 255, np.uint8)
    numbers = f"{event.onset} {event.apex} {event.offset}"
    text = f"{video.video_id}: {event.kind} {numbers} {event.emotion} {event.units}"
    cv2.putText(strip, text, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    return np.asarray(np.concatenate([strip, row]), np.uint8)


def _nearest(numbers: tuple[int, ...], wanted: int) -> int:
    return min(numbers, key=lambda number: abs(number - wanted))


def _read(path: Path) -> ByteArray:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{path}: could not read the picture")
    return np.asarray(picture, np.uint8)
