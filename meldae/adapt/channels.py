"""Input channels of a recording brought to the mean and spread of those that a model learnt from.

The networks here have no batch normalisation whose statistics could be replaced (Li et al., 2017, AdaBN;
Schneider et al., 2020), so the same is done where the domain enters: at the channels that the frame encoder
is given, pixels or displacement. Per recording, since light, camera and compression are a recording's own;
no label is needed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from meldae.feature_store import FeatureStore
from meldae.inference import RawScores, as_input, score_clips
from meldae.model import Meldae
from meldae.store import FrameStore, Progress
from wdmd_tools.manifest import Clip

_FRAMES_AT_ONCE = 256
_SMALLEST = 1e-6


@dataclass(frozen=True)
class Channels:
    """Mean and spread of each input channel.

    Args:
        mean: (C,) float64.
        spread: (C,) float64, standard deviation.
    """

    mean: Tensor
    spread: Tensor


def measure_channels(model: Meldae, clips: Sequence[Clip], store: FrameStore) -> Channels:
    """Mean and spread over all frames and pixels of some clips.

    Args:
        model: Its frame source makes the channels.
        clips: At least one.
        store: Their frames.
    """
    source = model.encoder.source
    device = next(model.parameters()).device
    count, total, squares = 0, torch.zeros(()), torch.zeros(())
    with torch.inference_mode():
        for clip in clips:
            frames = store.frames(clip.clip_id)
            for start in range(0, len(frames), _FRAMES_AT_ONCE):
                piece = as_input(np.array(frames[start : start + _FRAMES_AT_ONCE]))[None].to(device)
                values = source(piece, None)[0].double().cpu()
                total = total + values.sum((0, 2, 3))
                squares = squares + values.square().sum((0, 2, 3))
                count += values.shape[0] * values.shape[2] * values.shape[3]
    mean = total / count
    return Channels(mean, (squares / count - mean.square()).clamp_min(_SMALLEST**2).sqrt())


@contextmanager
def aligned(model: Meldae, found: Channels, wanted: Channels) -> Iterator[None]:
    """While the block lasts, what the frame encoder is given has the wanted mean and spread.

    Args:
        model: Whose input.
        found: Of the recording that is looked at.
        wanted: Of the source.
    """
    factor = (wanted.spread / found.spread).float().view(-1, 1, 1)
    offset = (wanted.mean - found.mean * (wanted.spread / found.spread)).float().view(-1, 1, 1)

    def change(_module: Any, _given: Any, channels: Tensor) -> Tensor:
        return channels * factor.to(channels.device) + offset.to(channels.device)

    handle = model.encoder.source.register_forward_hook(change)
    try:
        yield
    finally:
        handle.remove()


def score_aligned(
    model: Meldae,
    clips: Sequence[Clip],
    store: FrameStore,
    wanted: Channels,
    window: int,
    overlap: float,
    progress: Progress | None = None,
) -> dict[str, RawScores]:
    """Raw scores of clips, each recording aligned with the source by its own clips.

    Args:
        model: The model.
        clips: Which clips.
        store: Their frames.
        wanted: Of the source.
        window: Frames per look.
        overlap: Share by which looks overlap.
        progress: Told about finished recordings.
    """
    recordings: dict[str, list[Clip]] = {}
    for clip in clips:
        recordings.setdefault(clip.recording_id, []).append(clip)
    scores: dict[str, RawScores] = {}
    for number, mine in enumerate(recordings.values(), start=1):
        with aligned(model, measure_channels(model, mine, store), wanted):
            looked_at: FrameStore | FeatureStore = store
            scores |= score_clips(model, mine, looked_at, window, overlap)
        if progress is not None:
            progress("scoring recordings", number, len(recordings))
    return scores
