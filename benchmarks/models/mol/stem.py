"""The convolutions in front of the F5C blocks, shared by all frames; no normalisation, no activation."""

from torch import Tensor, nn


class Stem(nn.Sequential):
    """Four convolutions: 128 px become 63, 31, 16 and 16 positions; 64 px 31, 15, 8 and 8.

    Args:
        channels: After each of the four; (8, 32, 64, 128) in the paper.
    """

    def __init__(self, channels: tuple[int, int, int, int]) -> None:
        first, second, third, last = channels
        super().__init__(
            nn.Conv2d(1, first, 4, stride=2),
            nn.Conv2d(first, second, 3, stride=2),
            nn.Conv2d(second, third, 2, stride=2, padding=1),
            nn.Conv2d(third, last, 1),
        )

    def forward(self, frames: Tensor) -> Tensor:
        """Maps, shape (B, C, side / 8, side / 8), of frames of shape (B, 1, side, side)."""
        found: Tensor = super().forward(frames)  # type: ignore[no-untyped-call]
        return found
