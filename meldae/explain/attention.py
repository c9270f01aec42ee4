"""The enhancer's attention of every frame of a clip."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from meldae.inference import as_input
from meldae.model import Meldae
from meldae.store import Prepared
from meldae.windows import window_starts
from wdmd_tools.errors import ConfigError


@dataclass(frozen=True)
class ClipAttention:
    """What the model looked at in a clip of T frames, on the model's frame rate.

    Args:
        maps: (T, N, P): of each query token over the regions of each frame; sums to 1 over P.
        weight: (T,): how much of its attention the model gave this frame, mean over tokens, times T: 1
            in the framewise fusion, where no frame competes with another.
        scores: (T,): frame scores in [0, 1].
    """

    maps: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]

    @property
    def mean(self) -> npt.NDArray[np.float32]:
        """(T, P): mean over query tokens."""
        averaged: npt.NDArray[np.float32] = self.maps.mean(1)
        return averaged


def check_explainable(model: Meldae) -> None:
    """Refuse a model that has nothing to explain.

    Raises:
        ConfigError: It has no enhancer.
    """
    if model.enhancer is None:
        raise ConfigError(
            "this run has no enhancer (model.enhancer=none), so there is no attention to show; train one "
            "with model.enhancer=framewise"
        )


def attention_of(model: Meldae, frames: Prepared, window: int, overlap: float) -> ClipAttention:
    """Look at a clip as the spotter does, in overlapping windows, and average where they overlap.

    Args:
        model: In evaluation mode, with an enhancer.
        frames: (T, ...) as stored (`meldae.store.stored_shape`).
        window: Frames per look.
        overlap: Share by which looks overlap.
    """
    count = len(frames)
    device = next(model.parameters()).device
    tokens, regions = model.config.n_tokens, model.config.region_grid
    maps = np.zeros((count, tokens, regions[0] * regions[1]))
    weight, logits, times = np.zeros(count), np.zeros(count), np.zeros(count)
    starts = window_starts(count, window, overlap)
    length = count if starts == [0] else window
    for start in starts:
        piece = as_input(np.array(frames[start : start + length]))[None].to(device)
        with torch.inference_mode():
            output = model(piece, return_attention=True)
        if output.attention is None:
            raise ValueError("Expected a model with an enhancer.")
        attention = output.attention[0].float().cpu().numpy()
        stop = start + len(attention)
        given = attention.sum(-1)
        # In the broadcast fusion frames compete: what each got is kept apart from where it went.
        relative = given * (len(given) if model.config.enhancer == "broadcast" else 1.0)
        maps[start:stop] += attention / np.maximum(given, 1e-12)[..., None]
        weight[start:stop] += relative.mean(1)
        logits[start:stop] += output.frame_logits[0].float().cpu().numpy()
        times[start:stop] += 1
    scores = 1 / (1 + np.exp(-logits / times))
    return ClipAttention(
        maps=(maps / times[:, None, None]).astype(np.float32),
        weight=(weight / times).astype(np.float32),
        scores=scores.astype(np.float32),
    )
