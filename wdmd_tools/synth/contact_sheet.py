"""A picture of all identities in the moments that matter, to be looked at by a person."""

from pathlib import Path

import cv2
import numpy as np

from wdmd_tools.atomic import atomic_path
from wdmd_tools.synth.action_units import CHANNEL_INDEX, CHANNELS, SIDES, saturate
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.head import build_head
from wdmd_tools.synth.identity import draw_identity
from wdmd_tools.synth.raster import ByteArray, FloatArray, to_bytes
from wdmd_tools.synth.render import Pose, Renderer
from wdmd_tools.synth.script import EMOTIONS, ME_AMPLITUDE_PERCENT

COLUMNS = (
    "neutral",
    "speech",
    "ME onset",
    "ME apex",
    "apex - onset x8",
    "macro apex",
    "blink",
    "turned",
)
_CELL = 192
_HEADER = 22


def expression(label: str, size: float, side: str = "both") -> FloatArray:
    """Coefficients of an emotion at its apex.

    Args:
        label: A key of `EMOTIONS`.
        size: Displacement in IOD.
        side: `both`, `left` or `right`.
    """
    coefficients = np.zeros(len(CHANNELS), np.float32)
    for unit in EMOTIONS[label]:
        for which in SIDES if side == "both" else (side,):
            coefficients[CHANNEL_INDEX[unit, which]] = size
    return saturate(coefficients)


def write_contact_sheet(config: SynthConfig, path: Path, most: int = 12) -> None:
    """Draw one row per identity and one column per moment.

    Args:
        config: Settings; the emotion of a row cycles through all labels.
        path: PNG file to write.
        most: Identities shown at most.
    """
    labels = list(EMOTIONS)
    shown = range(min(config.subjects, most))
    rows = [_row(config, subject, labels[subject % len(labels)]) for subject in shown]
    sheet = np.concatenate([_header(), *rows])
    with atomic_path(path) as temporary:
        if not cv2.imwrite(str(temporary), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
            raise OSError(f"{path}: could not write the picture")


def _header() -> ByteArray:
    strip = np.full((_HEADER, _CELL * len(COLUMNS), 3), 255, np.uint8)
    for number, name in enumerate(COLUMNS):
        _write(strip, name, (number * _CELL + 6, 16), (0, 0, 0))
    return strip


def _row(config: SynthConfig, subject: int, label: str) -> ByteArray:
    identity = draw_identity(config.seed, subject)
    # Small videos would make an unreadable sheet; the faces are the same at any size.
    head = build_head(identity, max(config.size, 256))
    renderer = Renderer(head, 0.0, 0)
    rest = np.zeros(len(CHANNELS), np.float32)
    side = "left" if label == "contempt" else "both"
    mean = sum(ME_AMPLITUDE_PERCENT) / 2
    micro = expression(label, config.me_amplitude * mean / 100, side)
    round_lips = rest.copy()
    for which in SIDES:
        round_lips[CHANNEL_INDEX["18", which]] = 0.04
    onset, apex = renderer.rgb(rest), renderer.rgb(micro)
    difference = (apex.astype(np.float32) - onset) * 8 + 128
    cells = (
        onset,
        renderer.rgb(round_lips, aperture=0.17),
        renderer.rgb(micro * 0.05),
        apex,
        to_bytes(difference),
        renderer.rgb(expression(label, 0.09, side)),
        renderer.rgb(rest, closure=0.95),
        renderer.rgb(rest, pose=Pose(0.08, 0.03, 0.04, 1.02, 0.15, 0.03)),
    )
    small = [cv2.resize(cell, (_CELL, _CELL), interpolation=cv2.INTER_AREA) for cell in cells]
    row = np.concatenate(small, axis=1).astype(np.uint8)
    name = f"S{subject + 1:02d} {label} {'+'.join(EMOTIONS[label])}"
    _write(row, name, (4, _CELL - 6), (255, 255, 255))
    return np.asarray(row, np.uint8)


def _write(image: ByteArray, text: str, at: tuple[int, int], colour: tuple[int, int, int]) -> None:
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)
