"""How far a student is from its teacher."""

import torch
from torch import Tensor
from torch.nn import functional


def binary_divergence(
    student: Tensor, teacher: Tensor, temperature: float = 1.0, mask: Tensor | None = None
) -> Tensor:
    r"""Kullback-Leibler divergence of yes-or-no decisions, 0 where both agree.

    .. math:: \tau^2 \, KL(\sigma(z_t / \tau) \,\|\, \sigma(z_s / \tau))

    Args:
        student: Logits, any shape.
        teacher: Logits of the same shape; no gradient goes there.
        temperature: Tau.
        mask: Which count, same shape; all when `None`.

    Returns:
        The mean over what counts; 0 when nothing does.

    Reference:
        Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015, for two classes;
        the factor keeps gradients of the same size at every temperature.
    """
    ours, theirs = student.float() / temperature, teacher.detach().float() / temperature
    said = torch.sigmoid(theirs)
    loss = functional.binary_cross_entropy_with_logits(ours, said, reduction="none")
    loss = loss - functional.binary_cross_entropy_with_logits(theirs, said, reduction="none")
    return temperature**2 * _mean(loss, mask)


def similarity_loss(student: Tensor, teacher: Tensor, mask: Tensor | None = None) -> Tensor:
    """Difference between the cosine similarities of all pairs of frames of a clip.

    Nothing is asked of the width of the features, so it takes no projection that would be thrown away.

    Args:
        student: (B, T, D).
        teacher: (B, T, F); no gradient goes there.
        mask: (B, T) bool.

    Returns:
        The mean squared difference over pairs of real frames.

    Reference:
        After Tung and Mori, Similarity-Preserving Knowledge Distillation, ICCV 2019, which compares the
        samples of a batch; here the frames of a clip.
    """
    ours = functional.normalize(student.float(), dim=-1)
    theirs = functional.normalize(teacher.detach().float(), dim=-1)
    difference = torch.matmul(ours, ours.transpose(1, 2)) - torch.matmul(
        theirs, theirs.transpose(1, 2)
    )
    pairs = None if mask is None else mask[:, :, None] & mask[:, None]
    return _mean(difference.square(), pairs)


def _mean(values: Tensor, mask: Tensor | None) -> Tensor:
    if mask is None:
        return values.mean()
    # Left out, not multiplied by 0: padding may hold anything.
    return values.masked_fill(~mask, 0.0).sum() / mask.sum().clamp_min(1)
