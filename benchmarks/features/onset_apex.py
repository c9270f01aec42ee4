"""Optical flow and strain from the onset of a micro-expression to its apex: one small picture per sample.

    onset frame ──┐
                  ├─► flow ──► u, v, strain, less those of the nose ──► 28 x 28 x 3
    apex frame  ──┘    in the face square of 128 px

The apex is the annotated one, or else the frame of the interval that the skin has moved furthest in.

Reference:
    Liong, Gan, See, Khor and Huang, Shallow triple stream three-dimensional CNN for micro-expression
    recognition, FG 2019 (its input; its apex is annotated or spotted by another method).
"""

import numpy as np
import numpy.typing as npt

from benchmarks.features.flow import NOSE, face_square, strain
from benchmarks.features.flow_methods import FlowFunction
from wdmd_tools.intervals import Interval

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

PICTURE = 28
"""Side of a sample's picture, px."""


def onset_apex_picture(
    volume: UInt8, interval: Interval, apex: int | None, flow_of: FlowFunction
) -> Float:
    """What a sample shows.

    Args:
        volume: Shape (T, H, W), grey aligned crops.
        interval: On the clip's frames; what lies outside of them is left out.
        apex: Its frame where it is known; one outside of the interval is not believed.
        flow_of: The flow of two pictures.

    Returns:
        Shape (28, 28, 3): displacement to the right and down, px of the face square, and strain; all 0 for
        an interval of one frame.
    """
    last = len(volume) - 1
    onset = min(max(interval.start_ms, 0), last)
    end = min(max(interval.end_ms - 1, onset), last)
    if onset == end:
        return np.zeros((PICTURE, PICTURE, 3), np.float32)
    first = face_square(volume[onset])
    if apex is not None and onset < apex <= end:
        return _picture(_steady(flow_of(first, face_square(volume[apex]))))
    flows = [_steady(flow_of(first, face_square(frame))) for frame in volume[onset + 1 : end + 1]]
    sizes = [float(np.hypot(flow[..., 0], flow[..., 1]).mean()) for flow in flows]
    return _picture(flows[int(np.argmax(sizes))])


def _steady(flow: Float) -> Float:
    """Without the head's motion, for which the bridge of the nose stands."""
    x, y, half = NOSE
    nose = flow[y - half : y + half + 1, x - half : x + half + 1].mean(axis=(0, 1))
    return np.asarray(flow - nose, dtype=np.float32)


def _picture(flow: Float) -> Float:
    import cv2

    whole = np.dstack([flow, strain(flow[..., 0], flow[..., 1])])
    return np.asarray(
        cv2.resize(whole, (PICTURE, PICTURE), interpolation=cv2.INTER_AREA), dtype=np.float32
    )


def mirrored(pictures: Float) -> Float:
    """The same faces in a mirror: columns swapped, and right is left.

    Args:
        pictures: Shape (N, 28, 28, 3).
    """
    return np.asarray(pictures[:, :, ::-1] * np.array([-1, 1, 1], np.float32))
