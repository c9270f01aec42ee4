"""Flow between chosen frames of a clip: what the flow head is taught."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from wdmd_tools.errors import ConfigError

UInt8 = npt.NDArray[np.uint8]
Half = npt.NDArray[np.float16]
FlowMethod = Literal["dis", "tvl1"]


def pair_flows(canvas: UInt8, pairs: Sequence[tuple[int, int]], method: FlowMethod) -> Half:
    """Flow from the first to the second frame of each pair.

    Args:
        canvas: Shape (T, S, S).
        pairs: Frame numbers; equal ones have no flow.
        method: ``"tvl1"``, as published, or ``"dis"``, many times cheaper.

    Returns:
        Shape (P, 2, S, S), px to the right and down.

    Raises:
        ConfigError: The installed OpenCV has no TV-L1.
    """
    engine = flow_engine(method)
    found = np.zeros((len(pairs), 2, *canvas.shape[1:]), dtype=np.float16)
    for row, (first, second) in enumerate(pairs):
        if first != second:
            flow = engine.calc(canvas[first], canvas[second], None)
            found[row] = np.moveaxis(np.asarray(flow), 2, 0)
    return found


def flow_engine(method: FlowMethod) -> Any:
    """OpenCV's flow; a new one for each thread.

    Raises:
        ConfigError: The installed OpenCV has no TV-L1.
    """
    import cv2

    if method == "dis":
        return cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    extra = getattr(cv2, "optflow", None)
    if extra is None or not hasattr(extra, "DualTVL1OpticalFlow_create"):
        raise ConfigError(
            "TV-L1 optical flow: the installed OpenCV has none; install opencv-contrib-python, or set "
            "the option flow to dis"
        )
    return extra.DualTVL1OpticalFlow_create()


def workers() -> int:
    """Threads for features, as the feature store counts them."""
    return max(1, int(os.environ.get("OMP_NUM_THREADS", "") or os.cpu_count() or 1))


def pool() -> ThreadPoolExecutor:
    """Of as many threads."""
    return ThreadPoolExecutor(max_workers=workers())
