"""Pieces of clips, and the sliding windows of one.

ME              |--------|
windows   |----------|             positive: IoU of at least one half, or the ME lies inside
              |----------|         positive
                          |-----   negative
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset

Float = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """A piece of a clip.

    Args:
        clip: Which.
        interval: Half-open, on the clip's frame axis.
    """

    clip: Clip
    interval: Interval


def sliding_spans(clip: Clip, window_s: float, stride_s: float) -> list[Span]:
    """Windows that cover a clip from its first to its last frame.

    Args:
        clip: Which; shorter than a window, it is one window as a whole.
        window_s: Their duration.
        stride_s: From one to the next; the last one may be nearer.
    """
    length = min(max(1, round(window_s * clip.fps)), clip.n_frames)
    step = max(1, round(stride_s * clip.fps))
    starts = list(range(0, clip.n_frames - length + 1, step))
    if starts[-1] != clip.n_frames - length:
        starts.append(clip.n_frames - length)
    return [Span(clip, Interval(start, start + length)) for start in starts]


def is_positive(window: Interval, references: Sequence[Interval]) -> bool:
    """Whether a window shows an ME: it overlaps one with an IoU of at least 0.5, or contains one."""
    return any(
        window.iou(one) >= 0.5 or (window.start_ms <= one.start_ms and one.end_ms <= window.end_ms)
        for one in references
    )


def truth_of(dataset: Dataset, spans: Sequence[Span]) -> Float:
    """What a spotter should say about spans.

    Args:
        dataset: With labels.
        spans: Of its clips.

    Returns:
        Shape (N, 2): whether there is an ME; whether the subject speaks in most of the frames with a known
        state, NaN where none is known.
    """
    found = np.full((len(spans), 2), np.nan, dtype=np.float32)
    clips = {span.clip.clip_id for span in spans}
    references = {clip_id: dataset.reference_intervals(clip_id) for clip_id in clips}
    states = {clip_id: dataset.speaking_by_frame(clip_id) for clip_id in clips}
    for row, span in enumerate(spans):
        clip_id = span.clip.clip_id
        found[row, 0] = is_positive(span.interval, references[clip_id])
        inside = states[clip_id][span.interval.start_ms : span.interval.end_ms]
        known = inside[inside >= 0]
        if len(known):
            found[row, 1] = known.mean() >= 0.5
    return found


def spread(scores: npt.NDArray[np.floating], spans: Sequence[Span], n_frames: int) -> Float:
    """Scores of windows to scores of frames: the weighted mean over the windows that hold a frame.

    A window says most about its middle: weights fall linearly to its ends.

    Args:
        scores: Shape (N,).
        spans: N windows of one clip.
        n_frames: T.

    Returns:
        Shape (T,); 0 on frames in no window.
    """
    total, weight = np.zeros(n_frames), np.zeros(n_frames)
    for score, span in zip(scores.tolist(), spans, strict=True):
        first, end = span.interval.start_ms, span.interval.end_ms
        length = end - first
        rising = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1))
        total[first:end] += score * rising
        weight[first:end] += rising
    return np.divide(total, weight, out=np.zeros(n_frames), where=weight > 0).astype(np.float32)
