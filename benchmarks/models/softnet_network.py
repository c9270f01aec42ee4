"""SOFTNet's network and its training.

    u       conv 5x5 x3, pool 3 ─┐
    v       conv 5x5 x5, pool 3 ─┼─► concat (16) ─► pool 2 ─► dense 400 ─► dense 1
    strain  conv 5x5 x8, pool 3 ─┘

Reference:
    Liong, See and Wong, ICIP 2021. Initial weights are Keras's (Glorot, zero biases), as the published
    program's are.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

UInt8 = npt.NDArray[np.uint8]
FILTERS = (3, 5, 8)
PARAMETERS = 314_817
"""Of the network, for the card."""


class SoftNet(nn.Module):
    """Three shallow streams."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = nn.ModuleList(nn.Conv2d(1, count, 5, padding=2) for count in FILTERS)
        self.dense = nn.Linear(sum(FILTERS) * 7 * 7, 400)
        self.out = nn.Linear(400, 1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, pictures: Tensor) -> Tensor:
        """Scores, shape (N,), of pictures of shape (N, 3, 42, 42) in [0, 1]."""
        found = [
            nn.functional.max_pool2d(torch.relu(stream(pictures[:, index : index + 1])), 3)
            for index, stream in enumerate(self.streams)
        ]
        joined = nn.functional.max_pool2d(torch.cat(found, dim=1), 2)
        scores: Tensor = self.out(torch.relu(self.dense(joined.flatten(1))))
        return scores[:, 0]


def train_network(
    pictures: UInt8,
    labels: npt.NDArray[np.bool_],
    seed: int,
    epochs: int,
    batch: int,
    rate: float,
    progress: Callable[[str, int, int], None],
) -> SoftNet:
    """Mean squared error against 0 and 1, plain SGD.

    Args:
        pictures: Shape (N, 42, 42, 3).
        labels: Shape (N,).
        seed: Of the weights and the order, which is drawn once.
        epochs: Passes.
        batch: Pictures per step.
        rate: Learning rate.
        progress: Told about epochs.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = SoftNet()
        order = torch.randperm(len(pictures)).numpy()
    optimizer = torch.optim.SGD(network.parameters(), lr=rate)
    truth = labels.astype(np.float32)
    for epoch in range(epochs):
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            optimizer.zero_grad(set_to_none=True)
            wrong = network(as_tensor(pictures[chosen])) - torch.from_numpy(truth[chosen])
            (wrong * wrong).mean().backward()
            optimizer.step()
        progress("training SOFTNet, epochs", epoch + 1, epochs)
    return network.eval()


def score(network: SoftNet, pictures: UInt8) -> npt.NDArray[np.float64]:
    """Scores, shape (N,), of pictures of shape (N, 42, 42, 3)."""
    starts = range(0, len(pictures), 512)
    with torch.inference_mode():
        found = [network(as_tensor(pictures[start : start + 512])) for start in starts]
    return np.concatenate([np.zeros(0), *(one.double().numpy() for one in found)])


def as_tensor(pictures: UInt8) -> Tensor:
    """Pictures (N, H, W, 3) in 0 ... 255 as (N, 3, H, W) in 0 ... 1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
