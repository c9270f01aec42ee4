"""Class-weighted cross entropy of segments, a mean over the windows of a batch."""

import torch
from torch import Tensor
from torch.nn import functional

from meldae.layers.emotion_head import pool_segments


def emotion_loss(emotions: Tensor, segments: Tensor, class_weights: Tensor | None = None) -> Tensor:
    """Cross entropy of the labelled segments.

    The mean over a window's segments is taken first, then that over all windows; a window without a
    labelled segment adds 0. So the loss of a batch is the mean of the losses of its parts, however it is
    shared among processes.

    Args:
        emotions: (B, T, 1 + K) from `meldae.layers.emotion_head.EmotionHead`.
        segments: (N, 4) whole numbers: row of the batch, first frame, frame after the last, class. N may
            be 0: then the loss is 0, and so is every gradient.
        class_weights: (K,) factors; 1 when `None`.
    """
    rows, true = segments[:, 0], segments[:, 3]
    logits = pool_segments(emotions, segments[:, :3])
    each = functional.cross_entropy(logits, true, reduction="none")
    if class_weights is not None:
        each = each * class_weights.to(each)[true]
    count = torch.bincount(rows, minlength=len(emotions)).to(each)
    return (each / count[rows]).sum() / len(emotions)


def balanced_weights(counts: Tensor) -> Tensor:
    """Factors by which every class weighs alike in the sum of all samples; their mean over samples is 1.

    Args:
        counts: (K,) samples of each class.

    Returns:
        (K,), N / (K n_c), K being the classes that occur; 0 for a class without samples.
    """
    given = counts.double()
    present = (given > 0).sum()
    weights = given.sum() / (present * given.clamp_min(1))
    return torch.where(given > 0, weights, torch.zeros_like(weights)).float()
