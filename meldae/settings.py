"""What a user may set about a run: pydantic models around the plain `MeldaeConfig`.

    RunConfig
      model      MeldaeConfig     what the network is made of
      training   TrainingConfig   how it learns
      decoding   DecodingConfig   what is tried on the validation split
      seed

`identity` names a run: equal configuration, data and seed give the same id, so a finished run is reused.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from meldae.config import MeldaeConfig
from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault

TRAINER_VERSION = 1
"""Raised whenever the same settings would train something else; part of every run's identity."""

LocatorName = Literal["bal", "bce", "focal-tversky", "iou", "mae", "mse", "smooth-l1"]
"""Keys of `meldae.losses.LOCATORS`, repeated so that settings load without torch."""

Precision = Literal["32-true", "bf16-mixed"]

DecodingMethod = Literal["hysteresis", "proposals"]

Calibration = Literal["bias", "platt"]

_ADDED = (
    ("decoding", "merge_ms"),
    ("decoding", "methods"),
    ("training", "inject"),
    ("training", "inject_amplitude"),
    ("training", "inject_negatives"),
    ("training", "warmup_epochs"),
    ("decoding", "calibration"),
    ("decoding", "by_state"),
    ("model", "mirror"),
    ("model", "emotions"),
    ("model", "macro"),
    ("training", "emotions"),
    ("training", "emotion_weight"),
)
"""Settings younger than the first runs: at its default such a key is no part of a run's identity, so that
runs made before it are known again. Add every new key here."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainingConfig(_Settings):
    """How the model learns (the paper, section 5.3, where it says).

    Args:
        epochs: Passes over the training split.
        patience: Stop after this many epochs without a better validation score; 0 trains them all.
        batch_size: Windows per step (16 in the paper), shared among processes.
        micro_batch: Most windows of one forward pass; gradients add up over the step. 0 for no limit.
        window: Frames T of a training window.
        overlap: Share by which windows overlap at inference.
        lr_backbone: Learning rate of the frame encoder (1e-5 in the paper, where it is pretrained); 0
            freezes it, and no gradient is computed for it.
        lr_new: Learning rate of all other parts (5e-4 in the paper).
        weight_decay: Of AdamW.
        warmup: Share of the steps in which the rate rises; then it falls as a cosine.
        clip_norm: Largest norm of the gradient.
        ema: Decay per step of the averaged weights that are evaluated and kept; 0 for none.
        me_share: Share of windows that are centred near an ME.
        balance_states: Draw speaking and other windows equally often, with an ME and without.
        augment: Strength of flips, shifts, turns, light and speed; 0 for none, 1 is the default.
        colour: Largest relative change of one colour against the others; pixels only.
        blur: Largest standard deviation of a blur, px of the model's input.
        compression: Largest quantisation step of 8x8 blocks, as a share of full brightness; pixels only.
        inject: Chance that a window without an ME gets one: warped into its pixels, or added to its
            displacement (docs/meldae-plus.md). Above 0, windows also get movement that is no ME.
        inject_amplitude: Least and largest displacement of such an ME at its apex, as a share of the
            distance of the outer eye corners.
        inject_negatives: Chance that a window gets speech, a blink or a slow expression, which stay
            unlabelled; only while MEs are put in.
        warmup_epochs: Epochs of self-supervised training before the others: MEs are put into every
            second window, and nothing but them is labelled. Labels of the data are not used.
        precision: bf16 autocast is for GPUs.
        checkpoint_activations: Compute the frame encoder twice instead of keeping what is in it: less
            memory, about a third more time.
        compile: torch.compile of the frame encoder; on a CPU it needs a C++ compiler.
        me_weight: w1.
        state_weight: w2; 0 is the paper's "without state loss".
        loc_weight: w3.
        locator: The localisation loss: one of ``bal``, ``bce``, ``focal-tversky``, ``iou``, ``mae``,
            ``mse``, ``smooth-l1`` (figure 4).
        boundary_lambda: Lambda of BAL.
        boundary_weight: W_boundary of BAL.
        focal_alpha: Weight of positive clips.
        focal_gamma: How much easy clips are damped.
        emotions: Scheme of classes (`wdmd_tools.emotions`) that the emotion head learns, such as ``"3"``;
            empty for no head, unless ``model.emotions`` names classes.
        emotion_weight: Of the cross entropy of labelled segments.
        cache_features: With a frozen frame encoder (`lr_backbone` 0) run it once over all frames and keep
            what it says, in half precision, instead of running it in every epoch. Pixels are then not
            augmented (`augment` and its kin must be 0); the encoder must see one frame at a time.
        cache: Keep all crops decoded in one file in the run folder's parent; for small datasets.
    """

    epochs: int = Field(default=20, ge=1, le=10_000)
    patience: int = Field(default=0, ge=0)
    batch_size: int = Field(default=16, ge=1)
    micro_batch: int = Field(default=0, ge=0)
    window: int = Field(default=64, ge=4)
    overlap: float = Field(default=0.5, ge=0, lt=1)
    lr_backbone: float = Field(default=1e-5, ge=0)
    lr_new: float = Field(default=5e-4, gt=0)
    weight_decay: float = Field(default=0.05, ge=0)
    warmup: float = Field(default=0.1, ge=0, le=1)
    clip_norm: float = Field(default=1.0, gt=0)
    ema: float = Field(default=0.0, ge=0, lt=1)
    me_share: float = Field(default=0.5, ge=0, le=1)
    balance_states: bool = False
    augment: float = Field(default=1.0, ge=0, le=3)
    colour: float = Field(default=0.0, ge=0, lt=1)
    blur: float = Field(default=0.0, ge=0, le=8)
    compression: float = Field(default=0.0, ge=0, le=0.5)
    inject: float = Field(default=0.0, ge=0, le=1)
    inject_amplitude: tuple[float, float] = (0.006, 0.025)
    inject_negatives: float = Field(default=0.5, ge=0, le=1)
    warmup_epochs: int = Field(default=0, ge=0, le=10_000)
    precision: Precision = "32-true"
    checkpoint_activations: bool = False
    compile: bool = False
    me_weight: float = Field(default=0.5, ge=0)
    state_weight: float = Field(default=0.2, ge=0)
    loc_weight: float = Field(default=1.0, ge=0)
    locator: LocatorName = "bal"
    boundary_lambda: float = Field(default=1.0, ge=0)
    boundary_weight: float = Field(default=10.0, ge=1)
    focal_alpha: float = Field(default=0.25, ge=0, le=1)
    focal_gamma: float = Field(default=2.0, ge=0)
    emotions: str = ""
    emotion_weight: float = Field(default=0.5, ge=0)
    cache_features: bool = False
    cache: bool = True

    @field_validator("emotions", mode="before")
    @classmethod
    def _is_a_name(cls, value: Any) -> Any:
        # YAML reads the name of the three classes as a number.
        return str(value) if isinstance(value, int) else value

    @field_validator("inject_amplitude")
    @classmethod
    def _is_a_range(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] <= value[1] <= 0.2:
            raise ValueError("expected two numbers, 0 < least <= largest <= 0.2")
        return value


class DecodingConfig(_Settings):
    """What is tried on the validation split when frame scores become segments.

    Args:
        smooth_ms: Widths of the moving average over scores.
        low_shares: Lower threshold of the hysteresis as a share of the upper one.
        min_ms: Shortest segments.
        max_ms: Longest segments; what is longer is no micro-expression.
        merge_ms: Gaps up to this long are bridged; 0 bridges none.
        methods: ``hysteresis``: runs over two thresholds; ``proposals``: runs over many thresholds, of
            which soft non-maximum suppression keeps the ones that stand out most.
        calibration: What is fitted to logits on the validation split: ``bias``, a constant for clips and
            nothing for frames; ``platt``, a scale and a constant for clips, states and frames.
        by_state: Whether clips that the model takes for speaking have a threshold of their own.
    """

    smooth_ms: tuple[float, ...] = (0.0, 100.0)
    low_shares: tuple[float, ...] = (1.0, 0.7, 0.4)
    min_ms: tuple[float, ...] = (66.0, 130.0)
    max_ms: tuple[float, ...] = (700.0, 1000.0)
    merge_ms: tuple[float, ...] = (0.0,)
    methods: tuple[DecodingMethod, ...] = ("hysteresis",)
    calibration: Calibration = "bias"
    by_state: bool = False


class RunConfig(_Settings):
    """Everything that a run depends on but the data.

    Args:
        model: See `MeldaeConfig`.
        training: See `TrainingConfig`.
        decoding: See `DecodingConfig`.
        seed: Of the weights, the windows and the augmentation.
        weights_sha256: Hash of the file that the frame encoder started from, if any.
    """

    model: MeldaeConfig = MeldaeConfig()
    training: TrainingConfig = TrainingConfig()
    decoding: DecodingConfig = DecodingConfig()
    seed: int = Field(default=0, ge=0, lt=2**31)
    weights_sha256: str | None = None


def load_config(values: Mapping[str, Any], where: str = "config") -> RunConfig:
    """Check a nested mapping, for example from ``config.json``.

    Args:
        values: Keys and values of `RunConfig`.
        where: For messages.

    Raises:
        ConfigError: A key is unknown or a value is wrong; the message names it.
    """
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{where}: {settings_fault(error, RunConfig)}") from None


def apply_settings(config: RunConfig, settings: Iterable[str]) -> RunConfig:
    """Change a configuration by ``key=value`` texts, as ``--set`` gives them.

    Args:
        config: What to start from.
        settings: For example ``"training.epochs=3"`` or ``"model.region_grid=[5, 5]"``; values are YAML.

    Raises:
        ConfigError: There is no ``=``, a key is unknown, or a value is wrong.

    Example:
        >>> apply_settings(RunConfig(), ["training.epochs=3"]).training.epochs
        3
    """
    values = config.model_dump(mode="json")
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ConfigError(f"--set {text}: expected key=value, for example training.epochs=3")
        try:
            parsed = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"--set {text}: the value is not valid YAML: {error}") from None
        # YAML 1.1 reads 1e-4 as a text.
        if isinstance(parsed, str):
            with contextlib.suppress(ValueError):
                parsed = float(parsed)
        _place(values, key.split("."), parsed, text)
    return load_config(values, "--set")


def _place(values: dict[str, Any], path: list[str], value: Any, text: str) -> None:
    here = values
    for part in path[:-1]:
        if not isinstance(here.get(part), dict):
            raise ConfigError(f"--set {text}: there is no group {part!r}; known: {', '.join(here)}")
        here = here[part]
    here[path[-1]] = value


def identity(config: RunConfig, data_hash: str, extra: Mapping[str, Any] | None = None) -> str:
    """Sixteen hexadecimal digits that stand for configuration, data and seed.

    Args:
        config: With its seed.
        data_hash: `wdmd_tools.manifest.Dataset.data_hash`.
        extra: What else the run depends on, such as a teacher.
    """
    values, defaults = config.model_dump(mode="json"), RunConfig().model_dump(mode="json")
    for group, key in _ADDED:
        if values[group][key] == defaults[group][key]:
            del values[group][key]
    facts: dict[str, Any] = {
        "config": values,
        "data": data_hash,
        "trainer": TRAINER_VERSION,
    }
    if extra:
        facts["extra"] = dict(extra)
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
