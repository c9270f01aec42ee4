"""Optical flow by OpenCV: one way to ask for each method.

    farneback   polynomial expansion; the parameters that BoostingVRME uses
    tvl1        total variation and L1, the slowest and, of the three, the field's reference
    dis         dense inverse search, medium preset: the cheapest (perf/flow.py)

References:
    Farnebäck, SCIA 2003; Zach, Pock and Bischof, DAGM 2007; Kroeger et al., ECCV 2016.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from wdmd_tools.errors import ConfigError

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

FlowMethod = Literal["farneback", "tvl1", "dis"]
FlowFunction = Callable[[UInt8, UInt8], Float]
"""From two grey pictures (H, W) to (H, W, 2): where each point of the first went, px right and down."""

FARNEBACK = {
    "pyr_scale": 0.5,
    "levels": 3,
    "winsize": 15,
    "iterations": 5,
    "poly_n": 7,
    "poly_sigma": 1.5,
    "flags": 0,
}


def flow_function(method: FlowMethod) -> FlowFunction:
    """The flow of a method.

    A result may be used by one thread only: make one for each clip.

    Args:
        method: See the module.

    Raises:
        ConfigError: The installed OpenCV has no TV-L1.
    """
    import cv2

    if method == "farneback":
        farneback: Any = cv2.calcOpticalFlowFarneback
        return lambda first, second: np.asarray(
            farneback(first, second, None, **FARNEBACK), dtype=np.float32
        )
    if method == "dis":
        engine: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    else:
        extra = getattr(cv2, "optflow", None)
        if extra is None or not hasattr(extra, "DualTVL1OpticalFlow_create"):
            raise ConfigError(
                "TV-L1 optical flow: the installed OpenCV has none; install opencv-contrib-python, or "
                "set the option flow to dis"
            )
        engine = extra.DualTVL1OpticalFlow_create()
    return lambda first, second: np.asarray(engine.calc(first, second, None), dtype=np.float32)
