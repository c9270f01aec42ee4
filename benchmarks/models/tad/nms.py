"""Soft non-maximum suppression in one dimension."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def soft_nms(
    spans: Array, scores: Array, sigma: float = 0.5, min_score: float = 1e-3, most: int = 200
) -> tuple[Array, Array]:
    """Keep the best span, fade those that overlap it, and go on with what is left.

    Every remaining score is multiplied by ``exp(-IoU^2 / sigma)``.

    Args:
        spans: Shape (N, 2), starts and ends.
        scores: Shape (N,).
        sigma: Small fades more.
        min_score: What fades below it is dropped.
        most: At most this many are kept.

    Returns:
        Kept spans (K, 2) and their faded scores (K,), best first; of equals the first.

    Reference:
        Bodla et al., Soft-NMS, ICCV 2017, equation 3.
    """
    spans, scores = np.array(spans, dtype=np.float64), np.array(scores, dtype=np.float64)
    kept_spans: list[Array] = []
    kept_scores: list[float] = []
    while len(scores) and len(kept_scores) < most:
        best = int(np.argmax(scores))
        if scores[best] < min_score:
            break
        span = spans[best].copy()
        kept_spans.append(span)
        kept_scores.append(float(scores[best]))
        common = np.minimum(spans[:, 1], span[1]) - np.maximum(spans[:, 0], span[0])
        common = np.clip(common, 0, None)
        union = (spans[:, 1] - spans[:, 0]) + (span[1] - span[0]) - common
        iou = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
        scores *= np.exp(-(iou**2) / sigma)
        left = scores >= min_score
        left[best] = False
        spans, scores = spans[left], scores[left]
    return np.array(kept_spans).reshape(-1, 2), np.array(kept_scores)
