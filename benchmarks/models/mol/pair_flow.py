"""Flow between chosen frames of a clip: what the flow head is taught."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.features.flow_methods import FlowMethod, flow_function

Half = npt.NDArray[np.float16]


def pair_flows(
    canvas: npt.NDArray[np.uint8], pairs: Sequence[tuple[int, int]], method: FlowMethod
) -> Half:
    """Flow from the first to the second frame of each pair.

    Args:
        canvas: Shape (T, S, S).
        pairs: Frame numbers; equal ones have no flow.
        method: ``"tvl1"``, as published, or ``"dis"``, many times cheaper.

    Returns:
        Shape (P, 2, S, S), px to the right and down.

    Raises:
        ConfigError: The installed OpenCV lacks the method.
    """
    flow = flow_function(method)
    found = np.zeros((len(pairs), 2, *canvas.shape[1:]), dtype=np.float16)
    for row, (first, second) in enumerate(pairs):
        if first != second:
            found[row] = np.moveaxis(flow(canvas[first], canvas[second]), 2, 0)
    return found
