"""The whole of MOL."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from benchmarks.models.mol.circular import FullyConnectedConvolution
from benchmarks.models.mol.config import GAIN, NetworkConfig
from benchmarks.models.mol.correspondence import ChannelCorrespondence
from benchmarks.models.mol.flow_head import FlowHead
from benchmarks.models.mol.heads import LandmarkHead, SequenceHead
from benchmarks.models.mol.stem import Stem


class MolOutput(NamedTuple):
    """What comes out for B sequences of N frames.

    Args:
        logits: Shape (B, classes).
        flow: Shape (B, P, 2, S, S), px, from each frame to the next, P = N - 1 unless only some are asked
            for; `None` without that head.
        landmarks: Shape (B, N - 1, 68, 2), px, of the frames from the second on; `None` without it.
    """

    logits: Tensor
    flow: Tensor | None
    landmarks: Tensor | None


class F5C(nn.Sequential):
    """Fully-connected convolution, then channel correspondence.

    Args:
        config: See `NetworkConfig`.
    """

    def __init__(self, config: NetworkConfig) -> None:
        side = config.side
        super().__init__(
            FullyConnectedConvolution(config.maps, side, side),
            ChannelCorrespondence(
                side * side,
                config.neighbours,
                config.graph,
                itself=config.itself,
                twice=config.twice,
            ),
        )


class MolEncoder(nn.Module):
    """Stem and F5C: maps of a frame as the first and as the second of a pair.

    Args:
        config: See `NetworkConfig`.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.stem = Stem(config.stem)
        self.as_first = F5C(config)
        self.as_second = F5C(config)

    def forward(self, frames: Tensor, step: int = 1) -> tuple[Tensor, Tensor]:
        """Maps of pairs of frames.

        Args:
            frames: Shape (B, N, S, S).
            step: From the first frame of a pair to the second.

        Returns:
            Maps of the first and of the second frame of each pair, shape (B, N - step, C, S / 8, S / 8).
        """
        batch, count = frames.shape[:2]
        maps = self.stem(frames.flatten(0, 1)[:, None]).unflatten(0, (batch, count))
        pairs = (batch, count - step)
        first = self.as_first(maps[:, :-step].flatten(0, 1)).unflatten(0, pairs)
        second = self.as_second(maps[:, step:].flatten(0, 1)).unflatten(0, pairs)
        return first, second


class MolNetwork(nn.Module):
    """Encoder and three heads.

    Args:
        config: See `NetworkConfig`.
        classes: Numbers of the sequence head.
    """

    def __init__(self, config: NetworkConfig, classes: int) -> None:
        super().__init__()
        self.motion = config.input == "motion"
        self.encoder = MolEncoder(config)
        self.sequence = SequenceHead(
            config.maps,
            config.side,
            2 * (config.frames - 1),
            config.sequence_narrow,
            config.sequence_hidden,
            classes,
            config.dropout,
        )
        self.flow = FlowHead(config.maps, config.flow_head) if config.flow else None
        self.landmarks = (
            LandmarkHead(
                config.maps,
                config.side,
                config.size,
                config.landmark_narrow,
                config.landmark_hidden,
                relu=config.landmark_relu,
            )
            if config.landmarks
            else None
        )

    def forward(
        self, frames: Tensor, *, tasks: bool = True, pairs: Tensor | None = None
    ) -> MolOutput:
        """Class, flow and landmarks.

        Args:
            frames: Shape (B, N, S, S), normalised.
            tasks: Whether flow and landmarks are wanted.
            pairs: Shape (P,), indices of the pairs whose flow is wanted; all when `None`.
        """
        moved = GAIN * (frames - frames.mean(dim=1, keepdim=True))
        first, second = self.encoder(moved if self.motion else frames)
        batch, count = first.shape[:2]
        # Pair by pair, the first frame's maps before the second's.
        line = torch.stack([first, second], dim=2).flatten(1, 2)
        logits = self.sequence(line.transpose(1, 2))
        flow = landmarks = None
        if tasks and self.flow is not None:
            chosen = torch.arange(count, device=frames.device) if pairs is None else pairs
            before, after = frames[:, chosen].flatten(0, 1), frames[:, chosen + 1].flatten(0, 1)
            both = torch.cat([first[:, chosen], second[:, chosen]], dim=2).flatten(0, 1)
            found = self.flow(before[:, None], after[:, None], both)
            flow = found.unflatten(0, (batch, len(chosen)))
        if tasks and self.landmarks is not None:
            landmarks = self.landmarks(second.flatten(0, 1)).unflatten(0, (batch, count))
        return MolOutput(logits, flow, landmarks)
