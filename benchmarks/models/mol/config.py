"""Sizes of MOL and how it is trained."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmarks.models.mol.flow_head import FlowWidths

GAIN = 30.0
"""Of the input ``motion``: what moves then differs by about one, as normalised inputs do."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkConfig(_Frozen):
    """The network.

    Args:
        size: Height and width of the frames, px, a multiple of 64.
        frames: Of a sequence.
        input: What the encoder sees: ``"grey"``, as published, or ``"motion"``: less the mean picture of
            the sequence, times `GAIN`. A micro-expression changes grey by a hundredth of its range; a short
            training finds nothing so small beside the face itself. The flow head always sees grey.
        stem: Channels after its four convolutions; the last is the number of maps.
        neighbours: k of the graph.
        graph: Whose nodes are compared: ``"channel"`` (paper) or ``"positional"`` (released program).
        itself: Whether a node is its own neighbour (released program).
        twice: Whether f_i is subtracted twice (released program).
        landmark_narrow: Channels of the landmark head's convolution.
        landmark_hidden: Its hidden layer.
        landmark_relu: Whether a ReLU follows that, as published.
        sequence_narrow: Channels of the sequence head's convolution.
        sequence_hidden: Its hidden layer.
        dropout: In the sequence head.
        flow_head: Channels of the flow head.
        flow: Whether there is a flow head.
        landmarks: Whether there is a landmark head.
    """

    size: int = Field(default=128, ge=64, multiple_of=64)
    frames: int = Field(default=8, ge=4)
    input: Literal["grey", "motion"] = "grey"
    stem: tuple[int, int, int, int] = (8, 32, 64, 128)
    neighbours: int = Field(default=4, ge=1)
    graph: Literal["channel", "positional"] = "channel"
    itself: bool = False
    twice: bool = False
    landmark_narrow: int = 32
    landmark_hidden: int = 512
    landmark_relu: bool = True
    sequence_narrow: int = 32
    sequence_hidden: int = 256
    dropout: float = Field(default=0.5, ge=0, lt=1)
    flow_head: FlowWidths = FlowWidths(
        (64, 128, 256, 512, 512, 1024), (512, 256, 128, 128, 64, 32), 32, 21, 2
    )
    flow: bool = True
    landmarks: bool = True

    @property
    def maps(self) -> int:
        """Channels of the F5C maps."""
        return self.stem[3]

    @property
    def side(self) -> int:
        """Of the F5C maps, positions."""
        return self.size // 8


class TrainingConfig(_Frozen):
    """How it is trained.

    Args:
        steps: Optimiser steps.
        batch: Sequences per step.
        rate: Learning rate of AdamW.
        decay: Its weight decay.
        flow_weight: Of the flow's loss; the class's is 1.
        landmark_weight: Of the landmarks' loss.
        flow_pairs: Of a sequence's pairs of frames, drawn anew at each step, whose flow is predicted then;
            all when `None`. The flow head is four fifths of a step's time.
        check_every: Steps between looks at the validation split; the best of them is kept.
    """

    steps: int = Field(default=1000, ge=1)
    batch: int = Field(default=32, ge=2)
    rate: float = Field(default=1e-4, gt=0)
    decay: float = Field(default=1e-3, ge=0)
    flow_weight: float = Field(default=10.0, ge=0)
    landmark_weight: float = Field(default=0.1, ge=0)
    flow_pairs: int | None = Field(default=None, ge=1)
    check_every: int = Field(default=100, ge=1)


class MolConfig(_Frozen):
    """Network and training.

    Args:
        network: See `NetworkConfig`.
        training: See `TrainingConfig`.
    """

    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()


_NANO = NetworkConfig(
    size=64,
    input="motion",
    dropout=0.2,
    stem=(8, 16, 24, 32),
    landmark_narrow=16,
    landmark_hidden=128,
    landmark_relu=False,  # as all numbers in docs/mol.md were measured
    sequence_narrow=16,
    sequence_hidden=64,
    flow_head=FlowWidths((8, 16, 24, 32, 32, 48), (32, 24, 16, 12, 8, 4), 8, 7, 1),
)

SIZES = {
    "paper": MolConfig(),
    "nano": MolConfig(
        network=_NANO,
        training=TrainingConfig(steps=240, batch=16, rate=2e-3, flow_pairs=2, check_every=30),
    ),
}
"""``paper`` is as published; ``nano`` trains on a processor in minutes."""
