"""The localisation losses of table 3 and figure 4, by name."""

from collections.abc import Callable
from typing import Literal

from torch import nn

from meldae.losses.boundary import BoundaryAwareLoss
from meldae.losses.overlap import FocalTverskyLoss, IouLoss
from meldae.losses.pointwise import BceLoss, MaeLoss, MseLoss, SmoothL1Loss

LocatorName = Literal["bal", "bce", "focal-tversky", "iou", "mae", "mse", "smooth-l1"]

LOCATORS: dict[LocatorName, Callable[[], nn.Module]] = {
    "bal": BoundaryAwareLoss,
    "bce": BceLoss,
    "focal-tversky": FocalTverskyLoss,
    "iou": IouLoss,
    "mae": MaeLoss,
    "mse": MseLoss,
    "smooth-l1": SmoothL1Loss,
}
"""All are called as ``loss(logits, targets, boundary, mask)``."""


def make_locator(
    name: LocatorName, boundary_lambda: float = 1.0, boundary_weight: float = 10.0
) -> nn.Module:
    """A localisation loss by name.

    Args:
        name: A key of `LOCATORS`.
        boundary_lambda: Only for ``"bal"``.
        boundary_weight: Only for ``"bal"``.

    Raises:
        ValueError: There is no such loss.
    """
    if name not in LOCATORS:
        raise ValueError(f"Expected `name` one of {', '.join(LOCATORS)} but got {name!r}.")
    if name == "bal":
        return BoundaryAwareLoss(boundary_lambda, boundary_weight)
    return LOCATORS[name]()
