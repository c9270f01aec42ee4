"""MELDAE: micro-expression spotting in conversations.

    frames (B, T, C, H, W) ──► frame encoder ──► CLS ──► Bi-LSTM ──► F_global ──┐
                               (a ViT)      └──► patches ──► regions ──► enhancer ┴──► three heads

The tensor core (`layers`, `model`, `losses`, `config`) needs torch and timm only, so parts of it can be
used elsewhere: ``from meldae import BoundaryAwareLoss``. Around it: `data`, `training`, `decode`,
`inference` and the command line.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meldae.config import MeldaeConfig
    from meldae.losses import (
        BceLoss,
        BoundaryAwareLoss,
        FocalTverskyLoss,
        IouLoss,
        MaeLoss,
        MeldaeLoss,
        MseLoss,
        SmoothL1Loss,
    )
    from meldae.model import Meldae
    from meldae.output import MeldaeOutput

__all__ = [
    "BceLoss",
    "BoundaryAwareLoss",
    "FocalTverskyLoss",
    "IouLoss",
    "MaeLoss",
    "Meldae",
    "MeldaeConfig",
    "MeldaeLoss",
    "MeldaeOutput",
    "MseLoss",
    "SmoothL1Loss",
]

_HOME = {
    "Meldae": "meldae.model",
    "MeldaeConfig": "meldae.config",
    "MeldaeOutput": "meldae.output",
}
"""Where each name lives; all others are losses."""


def __getattr__(name: str) -> Any:
    """Load torch only when something that needs it is asked for; ``--help`` must stay quick."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME.get(name, "meldae.losses")), name)
