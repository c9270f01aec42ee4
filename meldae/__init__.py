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
    from meldae.losses import BoundaryAwareLoss, MeldaeLoss
    from meldae.model import Meldae
    from meldae.output import MeldaeOutput

__all__ = ["BoundaryAwareLoss", "Meldae", "MeldaeConfig", "MeldaeLoss", "MeldaeOutput"]

_HOME = {
    "BoundaryAwareLoss": "meldae.losses",
    "Meldae": "meldae.model",
    "MeldaeConfig": "meldae.config",
    "MeldaeLoss": "meldae.losses",
    "MeldaeOutput": "meldae.output",
}


def __getattr__(name: str) -> Any:
    """Load torch only when something that needs it is asked for; ``--help`` must stay quick."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
