"""The optimizer, its rates over time, and the loss of a run's settings."""

import math
from typing import Any

import torch

from meldae.losses import MeldaeLoss, make_locator
from meldae.model import Meldae
from meldae.settings import TrainingConfig


def make_optimizer(model: Meldae, settings: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with a rate for the frame encoder and one for the rest; no decay on vectors.

    Args:
        model: What to train.
        settings: Rates and decay.
    """
    groups = []
    for parameters, rate in (
        (model.backbone_parameters(), settings.lr_backbone),
        (model.new_parameters(), settings.lr_new),
    ):
        for vectors in (False, True):
            chosen = [p for p in parameters if p.requires_grad and (p.ndim <= 1) == vectors]
            decay = 0.0 if vectors else settings.weight_decay
            groups.append({"params": chosen, "lr": rate, "peak": rate, "weight_decay": decay})
    return torch.optim.AdamW([group for group in groups if group["params"]])


def set_rate(optimizer: Any, share: float, warmup: float) -> None:
    """Linear warm-up, then a cosine to 1 % of the peak.

    Args:
        optimizer: Whose groups hold their ``"peak"``.
        share: How much of the training is done, in [0, 1].
        warmup: Share of the training that warms up.
    """
    if share < warmup:
        factor = max(share / warmup, 0.01)
    else:
        done = (share - warmup) / max(1 - warmup, 1e-9)
        factor = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor


def make_loss(settings: TrainingConfig) -> MeldaeLoss:
    """The paper's loss with the weights and the localisation loss of the settings."""
    locator = make_locator(settings.locator, settings.boundary_lambda, settings.boundary_weight)
    return MeldaeLoss(
        settings.me_weight,
        settings.state_weight,
        settings.loc_weight,
        settings.focal_alpha,
        settings.focal_gamma,
        locator,
        settings.emotion_weight,
    )
