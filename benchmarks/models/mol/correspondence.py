"""Channel correspondence convolution: a graph convolution whose nodes are the channels' maps.

    e_ij = ReLU(W1 f_i + W2 (f_j - f_i))        g_i = f_i + max over the k nearest j of e_ij

Since ReLU grows and the maximum is over j only, ``max_j e_ij = ReLU(W1 f_i - W2 f_i + max_j W2 f_j)``: both
weights are applied to all channels in one product, and edges are never built.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Graph = Literal["channel", "positional"]


def nearest(nodes: Tensor, count: int, *, itself: bool) -> Tensor:
    """The most similar nodes of each by cosine.

    Args:
        nodes: Shape (B, N, D).
        count: Neighbours; fewer than N, or N at most with `itself`.
        itself: Whether a node is a neighbour of its own, as in the released program.

    Returns:
        Shape (B, N, count), indices, the most similar first.
    """
    with torch.no_grad():
        unit = functional.normalize(nodes, dim=2)
        likeness = unit @ unit.transpose(1, 2)
        if not itself:
            likeness.diagonal(dim1=1, dim2=2).fill_(-torch.inf)
        return likeness.topk(count, dim=2).indices


class ChannelCorrespondence(nn.Module):
    """CCC, with its residual.

    Args:
        positions: Height times width of the maps.
        neighbours: k.
        graph: ``"channel"``, the paper's: channels are compared with each other. ``"positional"``, the
            released program's: positions are compared, and a channel's j-th "neighbour" is the channel
            itself, read at each position's j-th most similar position.
        itself: Whether a node is among its own k neighbours, as in the released program.
        twice: Whether f_i is subtracted twice, as in the released program.
    """

    def __init__(
        self,
        positions: int,
        neighbours: int = 4,
        graph: Graph = "channel",
        *,
        itself: bool = False,
        twice: bool = False,
    ) -> None:
        super().__init__()
        self.neighbours, self.graph, self.itself = neighbours, graph, itself
        self.times = 2.0 if twice else 1.0
        self.own = nn.Linear(positions, positions)
        self.other = nn.Linear(positions, positions)

    def forward(self, maps: Tensor) -> Tensor:
        """Shape (B, C, H, W) in and out."""
        nodes = maps.flatten(2)
        weights = torch.cat([self.own.weight, self.other.weight])
        own, other = functional.linear(nodes, weights).chunk(2, dim=2)
        largest = self._by_channel(nodes, other) if self.graph == "channel" else self._read(nodes)
        edges = own - self.times * other + largest + self.own.bias + self.other.bias
        return maps + functional.relu(edges).reshape(maps.shape)

    def _by_channel(self, nodes: Tensor, other: Tensor) -> Tensor:
        """Largest ``W2 f_j`` of each channel's neighbours, shape (B, C, P)."""
        batch, channels, _ = nodes.shape
        chosen = nearest(nodes, self.neighbours, itself=self.itself)
        rows = torch.arange(batch, device=nodes.device)[:, None, None].expand(-1, channels, 1)
        return other[rows, chosen].amax(dim=2)

    def _read(self, nodes: Tensor) -> Tensor:
        """The same where neighbours are permuted copies of a channel, shape (B, C, P)."""
        chosen = nearest(nodes.transpose(1, 2), self.neighbours, itself=self.itself)  # (B, P, k)
        batch, channels, positions = nodes.shape
        where = chosen.transpose(1, 2)[:, None].expand(batch, channels, -1, positions)
        copies = nodes[:, :, None].expand(-1, -1, self.neighbours, -1).gather(3, where)
        return functional.linear(copies, self.other.weight).amax(dim=2)
