"""Patch tokens to named face regions (the paper, section 4.1: "Region Pooling")."""

from torch import Tensor, nn
from torch.nn import functional


class RegionPool(nn.Module):
    """Adaptive average pooling of the patch grid of every frame.

    The paper does not define its pooling; ours keeps the grid of its attention figures (10x10; rows 1-2
    forehead, 3-4 eyes and brows, 5-6 nose and cheeks, 7-8 mouth, 9-10 chin and jaw).

    Args:
        grid: Rows and columns of the regions; when it equals the patch grid nothing is changed.

    Shape:
        patches: (B, T, rows, columns, D)
        returns: (B, T, P, D), P = grid rows x grid columns, row by row.
    """

    def __init__(self, grid: tuple[int, int]) -> None:
        super().__init__()
        self.grid = grid

    def forward(self, patches: Tensor) -> Tensor:
        """See the class."""
        b, t, rows, columns, d = patches.shape
        if (rows, columns) == self.grid:
            return patches.flatten(2, 3)
        pooled = functional.adaptive_avg_pool2d(
            patches.flatten(0, 1).permute(0, 3, 1, 2), self.grid
        )
        return pooled.flatten(2).transpose(1, 2).reshape(b, t, -1, d)
