"""Weights and training state as safetensors: no file that a user names is ever unpickled."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from meldae.config import MeldaeConfig
from meldae.model import Meldae
from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ConfigError, ModelFileError


def write_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write tensors and a JSON document in one safetensors file, atomically.

    Args:
        path: The ``.safetensors`` file.
        tensors: By name; copied to the CPU.
        facts: Anything JSON can hold, kept in the header under ``"meldae"``.
    """
    ready = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = {"meldae": json.dumps(facts, allow_nan=False, sort_keys=True)}
    with atomic_path(path) as temporary:
        save_file(ready, temporary, metadata=header)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `write_tensors` wrote, or any safetensors file.

    Args:
        path: The file.

    Returns:
        Tensors by name, and the JSON document (empty when there is none).

    Raises:
        ModelFileError: The file is absent, not safetensors, or damaged.
    """
    if not path.is_file():
        raise ModelFileError(f"{path}: no such file; expected weights in safetensors format")
    try:
        with safe_open(path, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
            facts = json.loads((opened.metadata() or {}).get("meldae", "{}"))
    except (SafetensorError, ValueError, OSError) as error:
        raise ModelFileError(
            f"{path}: not a safetensors file, or damaged ({str(error).splitlines()[0]}); pickled "
            "checkpoints are never loaded: convert them with safetensors first"
        ) from error
    if not isinstance(facts, dict):
        raise ModelFileError(f"{path}: its header is not ours; it was written by another program")
    return tensors, facts


def load_weights(model: Meldae, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Fill a model with weights made by the same configuration.

    Raises:
        ModelFileError: Names or shapes do not fit.
    """
    try:
        model.load_state_dict(dict(tensors))
    except RuntimeError as error:
        line = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise ModelFileError(
            f"{path}: the weights do not fit the configuration: {line[:160]}"
        ) from error


def build_model(config: MeldaeConfig, weights: Path | None = None) -> Meldae:
    """Make a model, its frame encoder optionally filled from a file.

    Args:
        config: What it is made of.
        weights: safetensors of a timm ViT (its own names), instead of a download.

    Raises:
        ModelFileError: The file cannot be used, or weights cannot be downloaded.
        ConfigError: The timm model is unknown or is no ViT.
    """
    from dataclasses import replace

    if weights is not None:
        config = replace(config, backbone=replace(config.backbone, pretrained=False))
    wanted = config.backbone.kind == "timm" and config.backbone.pretrained
    try:
        model = Meldae(config)
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        if wanted and "nknown model" not in first and "class token" not in first:
            raise ModelFileError(
                f"{config.backbone.name}: pretrained weights cannot be had ({first[:120]}); give a "
                "safetensors file with --weights FILE, or start from scratch with "
                "--set model.backbone.pretrained=false"
            ) from error
        raise ConfigError(f"model.backbone: {first}") from error
    if weights is not None:
        _fill_backbone(model, weights)
    return model


def _fill_backbone(model: Meldae, weights: Path) -> None:
    tensors, _ = read_tensors(weights)
    parts = model.encoder.timm_parts()
    own = {
        prefix + name: value
        for prefix, module in parts
        for name, value in module.state_dict().items()
    }
    found = {name: tensor for name, tensor in tensors.items() if name in own}
    missing = sorted(set(own) - set(found))
    if missing:
        raise ModelFileError(
            f"{weights}: no weight {missing[0]!r} ({len(missing)} of {len(own)} missing); expected the "
            f"timm names of {model.config.backbone.name}"
        )
    wrong = [name for name in own if own[name].shape != found[name].shape]
    if wrong:
        raise ModelFileError(
            f"{weights}: {wrong[0]!r} has shape {tuple(found[wrong[0]].shape)}, expected "
            f"{tuple(own[wrong[0]].shape)}; is it another model or image size?"
        )
    for prefix, module in parts:
        module.load_state_dict({name: found[prefix + name] for name in module.state_dict()})


def file_sha256(path: Path) -> str:
    """Hex digest of a file.

    Raises:
        ModelFileError: There is no such file.
    """
    if not path.is_file():
        raise ModelFileError(f"{path}: no such file; expected weights in safetensors format")
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def pack_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """AdamW's state as tensors by name: ``optimizer.<parameter>.<field>``."""
    state = optimizer.state_dict()["state"]
    return {
        f"optimizer.{number}.{name}": torch.as_tensor(value)
        for number, fields in state.items()
        for name, value in fields.items()
    }


def unpack_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """The inverse of `pack_optimizer`; parameter groups keep what they were made with."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        group, _, rest = key.partition(".")
        if group == "optimizer":
            number, _, name = rest.partition(".")
            state.setdefault(int(number), {})[name] = value
    whole = optimizer.state_dict()
    whole["state"] = state
    optimizer.load_state_dict(whole)
