"""Losses of MELDAE and those it was compared with (the paper, section 4.4 and figure 4).

    L      = 0.5 L_ME + 0.2 L_State + 1.0 L_loc            focal, focal, the locator's loss
    BAL    = L_overlap + lambda L_boundary                 focal Tversky, weighted cross-entropy

    reduction    masked sums per clip, mean over clips; shared by all
    focal        of clips: p_ME, p_State
    overlap      of frames, as sets: focal Tversky, IoU
    pointwise    of frames, one by one: BCE, MAE, MSE, smooth L1
    boundary     of frames, weighted at onset and offset; BAL
    locators     the same as modules, by the names of figure 4
    emotion      of segments: which class
    multitask    the weighted sum of all tasks

Logits in, masks honoured, computed in float32 at least. Every loss of frames takes (B, T) tensors and a
mask, is taken per clip, and is averaged over clips, so a short clip weighs as much as a long one. Padded
frames count in neither the sums nor T. Needs torch alone.
"""

from meldae.losses.boundary import BoundaryAwareLoss, boundary_loss, find_boundaries
from meldae.losses.emotion import balanced_weights, emotion_loss
from meldae.losses.focal import focal_loss
from meldae.losses.locators import LOCATORS, make_locator
from meldae.losses.multitask import MeldaeLoss
from meldae.losses.overlap import (
    FocalTverskyLoss,
    IouLoss,
    focal_tversky_loss,
    iou_loss,
)
from meldae.losses.pointwise import (
    BceLoss,
    MaeLoss,
    MseLoss,
    SmoothL1Loss,
    bce_loss,
    mae_loss,
    mse_loss,
    smooth_l1_loss,
)

__all__ = [
    "LOCATORS",
    "BceLoss",
    "BoundaryAwareLoss",
    "FocalTverskyLoss",
    "IouLoss",
    "MaeLoss",
    "MeldaeLoss",
    "MseLoss",
    "SmoothL1Loss",
    "balanced_weights",
    "bce_loss",
    "boundary_loss",
    "emotion_loss",
    "find_boundaries",
    "focal_loss",
    "focal_tversky_loss",
    "iou_loss",
    "mae_loss",
    "make_locator",
    "mse_loss",
    "smooth_l1_loss",
]
