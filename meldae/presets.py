"""Named configurations.

paper         timm ViT-B/16 at 224 px, pretrained, as in the paper; for a GPU
nano          from scratch on a CPU in minutes: motion channels, convolutional stem, a tiny ViT
nano-star     nano without the enhancer (the paper's MELDAE*)
nano-rgb      nano as the paper describes the input: raw RGB, linear patches
student       the smallest: what `meldae distill` trains from a teacher
nano-context  nano with temporal convolution over regional features; beyond the paper
nano-plus     MELDAE+: nano-context with injected MEs, the best on validation (docs/meldae-plus.md)
"""

from typing import Any

from meldae.settings import RunConfig, load_config
from wdmd_tools.errors import ConfigError, UnknownNameError

_NANO_MODEL: dict[str, Any] = {
    "input": {"mode": "flow", "size": 80, "zoom": 1.2, "lag_ms": 66.7},
    "backbone": {
        "kind": "nano",
        "pretrained": False,
        "stem": "conv",
        "patch_size": 4,
        "embed_dim": 64,
        "depth": 1,
        "num_heads": 4,
        "mlp_ratio": 2.0,
        "tube": 9,
    },
    "region_grid": [5, 5],
    "lstm_dim": 64,
    "head_dim": 64,
}
_NANO_TRAINING: dict[str, Any] = {
    "epochs": 24,
    "batch_size": 4,
    "window": 96,
    "lr_backbone": 3e-3,
    "lr_new": 3e-3,
    "ema": 0.95,
}


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        inner = merged.get(key)
        both = isinstance(value, dict) and isinstance(inner, dict)
        merged[key] = _merge(inner, value) if both and inner is not None else value
    return merged


_NANO = {"model": _NANO_MODEL, "training": _NANO_TRAINING}

PRESETS: dict[str, dict[str, Any]] = {
    "paper": {"training": {"window": 64, "precision": "bf16-mixed", "cache": False}},
    "nano": _NANO,
    "nano-star": _merge(_NANO, {"model": {"enhancer": "none"}}),
    "nano-rgb": _merge(
        _NANO,
        {
            "model": {
                "input": {"mode": "rgb"},
                "backbone": {"stem": "patch", "patch_size": 16, "tube": 0},
            },
            # Twice as slow as nano, and 24 epochs did not lift it off chance (docs/synthetic.md).
            "training": {"epochs": 12},
        },
    ),
    "nano-motion": _merge(
        _NANO,
        {"model": {"input": {"mode": "motion", "lag_ms": 33.4}, "backbone": {"patch_size": 16}}},
    ),
    "student": _merge(
        _NANO,
        {
            "model": {
                "backbone": {"embed_dim": 32, "num_heads": 2},
                "temporal": "bigru",
                "lstm_dim": 32,
                "enhancer": "none",
                "head_dim": 32,
            }
        },
    ),
    "nano-context": _merge(_NANO, {"model": {"regional_context": 5}}),
    "nano-plus": _merge(_NANO, {"model": {"regional_context": 5}, "training": {"inject": 0.5}}),
}
"""Differences from the defaults of `RunConfig`, by name."""


def get_config(preset: str = "nano", **overrides: Any) -> RunConfig:
    """A preset, with changes.

    Args:
        preset: A key of `PRESETS`.
        overrides: Nested, as in ``get_config("nano", training={"epochs": 3}, seed=1)``.

    Raises:
        UnknownNameError: There is no such preset.
        ConfigError: An override is wrong.
    """
    if preset not in PRESETS:
        raise UnknownNameError("preset", preset, PRESETS)
    try:
        return load_config(_merge(PRESETS[preset], overrides), f"preset {preset}")
    except ValueError as error:
        raise ConfigError(f"preset {preset}: {error}") from None
