"""The frame encoder: timm's Vision Transformer, one frame at a time (the paper, section 4.1)."""

from typing import Any

import timm
from timm.layers.patch_embed import PatchEmbed
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn

from meldae.config import BackboneConfig, InputConfig
from meldae.layers.motion import FlowChannels
from meldae.layers.source import FrameSource
from meldae.layers.stem import ConvEmbed
from meldae.layers.temporal import RegionalContext


class FrameEncoder(nn.Module):
    """Frames to one CLS token and a grid of patch tokens each.

    Shape:
        frames: (B, T, C, H, W), uint8 in 0..255 or float in [0, 1]; C is 3, or 1 for movement. In the
            flow mode also what `FlowChannels` made of them before, (B, T, 6, H / 4, W / 4).
        mask: (B, T) bool.
        returns: CLS (B, T, D) and patches (B, T, rows, columns, D).

    Raises:
        ValueError: The timm model is not a ViT with a class token.
    """

    def __init__(self, config: BackboneConfig, source: InputConfig) -> None:
        super().__init__()
        self.source = FrameSource(source)
        size = source.size // FlowChannels.cell if source.mode == "flow" else source.size
        channels = self.source.channels
        self.vit: Any
        if config.kind == "timm":
            self.vit = timm.create_model(
                config.name,
                pretrained=config.pretrained,
                num_classes=0,
                img_size=size,
                in_chans=channels,
            )
            self.source.normalise(self.vit.pretrained_cfg["mean"], self.vit.pretrained_cfg["std"])
        else:
            self.vit = VisionTransformer(
                img_size=size,
                in_chans=channels,
                patch_size=config.patch_size,
                embed_dim=config.embed_dim,
                depth=config.depth,
                num_heads=config.num_heads,
                mlp_ratio=config.mlp_ratio,
                num_classes=0,
                embed_layer=ConvEmbed if config.stem == "conv" else PatchEmbed,
            )
            _init_small(self.vit)
        if not hasattr(self.vit, "patch_embed") or getattr(self.vit, "cls_token", None) is None:
            raise ValueError(f"{config.name} is not a Vision Transformer with a class token")
        self.grid: tuple[int, int] = tuple(self.vit.patch_embed.grid_size)
        self.stem: nn.Module = self.vit.patch_embed
        self.vit.patch_embed = nn.Identity()
        self.tube = (
            RegionalContext(self.vit.embed_dim, config.tube, normalise=False)
            if config.kind == "nano" and config.tube
            else None
        )
        # Pooling and classification layers that `forward_features` never reaches get no gradient.
        self.vit.fc_norm, self.vit.head = nn.Identity(), nn.Identity()
        self.prefix: int = self.vit.num_prefix_tokens
        self.embed_dim: int = self.vit.embed_dim

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """See the class."""
        encoded = self.source(frames, mask)
        b, t = frames.shape[:2]
        embedded: Tensor = self.stem(encoded.flatten(0, 1))
        if self.tube is not None:
            over_time = embedded.view(b, t, *embedded.shape[1:])
            embedded = self.tube(over_time, mask).flatten(0, 1)
        tokens: Tensor = self.vit.forward_features(embedded)
        tokens = tokens.view(b, t, *tokens.shape[1:])
        patches = tokens[:, :, self.prefix :]
        return tokens[:, :, 0], patches.reshape(b, t, *self.grid, self.embed_dim)

    def save_memory(self) -> None:
        """Keep no activations of the blocks: they are computed again on the way back."""
        self.vit.set_grad_checkpointing(True)

    def timm_parts(self) -> list[tuple[str, nn.Module]]:
        """Prefix of timm's weight names, and the module they belong to."""
        return [("patch_embed.", self.stem), ("", self.vit)]


def _init_small(vit: Any) -> None:
    """Weights for a narrow ViT: timm's 0.02 is meant for widths near 768 and mutes one of 96."""
    # Places must tell from the start: an eyebrow that rises is not a lip corner that does.
    nn.init.normal_(vit.pos_embed, std=0.3)
    for module in vit.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
