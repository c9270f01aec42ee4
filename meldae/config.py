"""What MELDAE is made of: frozen dataclasses, so that the tensor core needs nothing but torch and timm.

Every default is the paper's where the paper has one (section 4 and 5.3). The commands read these fields
with ``--set model.enhancer=broadcast``; unknown keys are refused by `meldae.settings`.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

InputMode = Literal["rgb", "motion", "flow"]
Stem = Literal["patch", "conv"]
Fusion = Literal["framewise", "broadcast", "none"]
Temporal = Literal["bilstm", "bigru", "none"]

_FORBID = {"extra": "forbid"}


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True)
class InputConfig:
    """What the frame encoder sees.

    Args:
        mode: ``"rgb"``: the pixels, as in the paper. ``"motion"`` and ``"flow"``: brightness change or
            displacement, made from the grey frames (`meldae.layers.motion`); beyond the paper, since a
            ViT that looks at one frame at a time sees no movement.
        size: Height and width of a frame, px.
        zoom: The middle ``1 / zoom`` of a crop is used; crops have margins that hold no face.
        fps: Frame rate the model works at; videos of another rate are resampled to it. 0 takes the rate
            of the training data.
        deviation_ms: Half width of the mean in time that movement is measured from.
        slow_ms: Half width of the longer mean of the flow mode.
        lag_ms: How far back the difference to the past looks.
        gain: Factor on movement, so that channels are of order one.
        steady: Whether the flow mode takes away the motion of the head that alignment has left.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID

    mode: InputMode = "rgb"
    size: int = 224
    zoom: float = 1.0
    fps: float = 0.0
    deviation_ms: float = 200.0
    slow_ms: float = 667.0
    lag_ms: float = 33.4
    gain: float = 8.0
    steady: bool = True

    def __post_init__(self) -> None:
        _require(self.size >= 16, f"input.size must be at least 16, got {self.size}")
        _require(1 <= self.zoom <= 2, f"input.zoom must be in [1, 2], got {self.zoom}")
        _require(self.fps >= 0, f"input.fps must not be negative, got {self.fps}")
        _require(self.deviation_ms > 0, f"input.deviation_ms must be positive: {self.deviation_ms}")
        _require(self.lag_ms > 0, f"input.lag_ms must be positive, got {self.lag_ms}")

        _require(
            self.mode != "flow" or self.size % 4 == 0,
            f"input.size must be a multiple of 4 in the flow mode, got {self.size}",
        )

    @property
    def channels(self) -> int:
        """Channels of the frames: grey is enough for movement."""
        return 3 if self.mode == "rgb" else 1

    def frames(self, milliseconds: float) -> int:
        """A duration in frames of the model's rate, at least 1."""
        return max(1, round(milliseconds * (self.fps or 30.0) / 1000))


@dataclass(frozen=True)
class BackboneConfig:
    """The frame encoder, from timm.

    Args:
        kind: ``"timm"``: a registered timm model by name, a ViT with a class token or a convolutional
            network such as ``resnet50`` (table 3), whose mean feature stands for the class token.
            ``"nano"``: a tiny ViT trained from scratch.
        name: timm's name; only for ``"timm"``.
        pretrained: Download timm's weights; only for ``"timm"``. Weights in a file are given to the
            commands as ``--weights FILE``.
        stem: ``"patch"``: a linear patch embedding, as in a ViT. ``"conv"``: strided convolutions, which
            learn from little data; only for ``"nano"``.
        patch_size: Pixels (in the flow mode: cells of 4 px) per token side; only for ``"nano"``.
        embed_dim: Width; only for ``"nano"``.
        depth: Transformer blocks; only for ``"nano"``.
        num_heads: Attention heads; only for ``"nano"``.
        mlp_ratio: Width of the hidden layer of a block's MLP; only for ``"nano"``.
        tube: Frames of a temporal convolution over each token before the transformer, which makes patches
            into tubes; 0 for none, as in the paper. Odd; only for ``"nano"``.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID

    kind: Literal["timm", "nano"] = "timm"
    name: str = "vit_base_patch16_224"
    pretrained: bool = True
    stem: Stem = "patch"
    patch_size: int = 16
    embed_dim: int = 96
    depth: int = 2
    num_heads: int = 4
    mlp_ratio: float = 2.0
    tube: int = 0

    def __post_init__(self) -> None:
        for name in ("patch_size", "embed_dim", "depth", "num_heads"):
            value = getattr(self, name)
            _require(value >= 1, f"backbone.{name} must be at least 1, got {value}")
        _require(
            self.tube == 0 or self.tube % 2 == 1, f"backbone.tube must be 0 or odd: {self.tube}"
        )
        _require(
            self.embed_dim % self.num_heads == 0,
            f"backbone.embed_dim {self.embed_dim} must be a multiple of num_heads {self.num_heads}",
        )
        _require(
            self.stem == "patch" or self.patch_size in (2, 4, 8, 16, 32),
            f"backbone.patch_size must be a power of 2 up to 32 with the conv stem, got {self.patch_size}",
        )


@dataclass(frozen=True)
class MeldaeConfig:
    """The whole model.

    Args:
        input: See `InputConfig`.
        backbone: See `BackboneConfig`.
        region_grid: Rows and columns of the regions that patch tokens are pooled to. The paper's
            attention figures show 10x10.
        temporal: ``"bilstm"``; ``"bigru"``, a quarter smaller; or ``"none"``: the class tokens as they are
            (table 3, without Bi-LSTM).
        lstm_dim: Hidden size of the Bi-LSTM per direction.
        lstm_layers: Its layers.
        enhancer: Fusion of the enhancer with the global features: ``"framewise"``, ``"broadcast"`` (the
            paper's words taken literally), or ``"none"``, which is the paper's MELDAE*.
        n_tokens: Learnable query tokens N (16 in the paper, table 4).
        enhancer_heads: Heads of the cross-attention.
        regional_context: Frames of the temporal convolution over regional features before the enhancer;
            0 for none, as in the paper. Odd.
        head_dim: Hidden size of the heads.
        dropout: Before the heads.
        mirror: Outside training, look at every window also mirrored and take the mean of both logits;
            twice the work. Beyond the paper.
        emotions: Classes of the emotion head, in the order of its outputs; none, and no head, by default.
            `training.emotions` fills it. Beyond the paper.
        macro: A second locator, for macro-expressions. Beyond the paper.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID

    input: InputConfig = field(default_factory=InputConfig)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    region_grid: tuple[int, int] = (10, 10)
    temporal: Temporal = "bilstm"
    lstm_dim: int = 256
    lstm_layers: int = 1
    enhancer: Fusion = "framewise"
    n_tokens: int = 16
    enhancer_heads: int = 4
    regional_context: int = 0
    head_dim: int = 128
    dropout: float = 0.1
    mirror: bool = False
    emotions: tuple[str, ...] = ()
    macro: bool = False

    def __post_init__(self) -> None:
        _require(min(self.region_grid) >= 1, f"region_grid must be positive: {self.region_grid}")
        for name in ("lstm_dim", "lstm_layers", "n_tokens", "enhancer_heads", "head_dim"):
            value = getattr(self, name)
            _require(value >= 1, f"{name} must be at least 1, got {value}")
        _require(
            len(self.emotions) != 1 and len(set(self.emotions)) == len(self.emotions),
            f"emotions must be at least two different classes, or none: {list(self.emotions)}",
        )
        _require(0 <= self.dropout < 1, f"dropout must be in [0, 1), got {self.dropout}")
        _require(
            self.regional_context == 0
            or (self.regional_context > 0 and self.regional_context % 2 == 1),
            f"regional_context must be 0 or odd, got {self.regional_context}",
        )
