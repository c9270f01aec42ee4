"""Which frame encoder a configuration asks for."""

import timm

from meldae.config import BackboneConfig, InputConfig
from meldae.layers.conv_encoder import ConvFrameEncoder
from meldae.layers.frame_encoder import FrameEncoder


def make_encoder(config: BackboneConfig, source: InputConfig) -> FrameEncoder | ConvFrameEncoder:
    """A ViT, or a convolutional network for timm models of the ResNet family.

    Args:
        config: Which network.
        source: What it looks at.

    Raises:
        ValueError, RuntimeError: timm does not know the model, or it is of neither kind.
    """
    if config.kind == "timm" and _is_convolutional(config.name):
        return ConvFrameEncoder(config, source)
    return FrameEncoder(config, source)


_FAMILIES = {"resnet", "resnetv2", "regnet", "convnext", "efficientnet", "mobilenetv3"}


def _is_convolutional(name: str) -> bool:
    base = name.partition(".")[0]
    if not timm.is_model(base):
        return False
    return timm.model_entrypoint(base).__module__.rpartition(".")[2] in _FAMILIES
