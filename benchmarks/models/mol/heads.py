"""What is read from the F5C maps: landmarks of a frame, and the class of a sequence."""

from torch import Tensor, nn

LANDMARKS = 68
"""Of a face; x and y of each."""


class LandmarkHead(nn.Module):
    """Landmarks of a frame.

    Args:
        channels: Of the maps.
        side: Of the maps, positions.
        size: Of the frames, px.
        narrow: Channels of the convolution.
        hidden: Of the layer in between.
        relu: Whether a ReLU follows the layer in between, as published.
    """

    def __init__(
        self, channels: int, side: int, size: int, narrow: int, hidden: int, *, relu: bool = True
    ) -> None:
        super().__init__()
        self.size = size
        bend = (nn.ReLU(),) if relu else ()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, narrow, 3),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(narrow * (side - 2) ** 2, hidden),
            *bend,
            nn.Linear(hidden, 2 * LANDMARKS),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Landmarks, shape (B, 68, 2), x and y in px of the frames, of maps of shape (B, C, side, side).

        The layers say by which share of the frame a landmark is off its middle. In px from the frame's
        corner, as published, most of a short training goes into finding the middle.
        """
        off = self.layers(maps).unflatten(1, (LANDMARKS, 2))
        placed: Tensor = self.size * (0.5 + off)
        return placed


class SequenceHead(nn.Module):
    """Class of a sequence of maps.

    Args:
        channels: Of the maps.
        side: Of the maps, positions.
        length: Maps in a sequence, two a pair of frames.
        narrow: Channels of the convolution.
        hidden: Of the layer in between.
        classes: Numbers that come out.
        dropout: Before both linear layers.
    """

    def __init__(
        self,
        channels: int,
        side: int,
        length: int,
        narrow: int,
        hidden: int,
        classes: int,
        dropout: float,
    ) -> None:
        super().__init__()
        left = narrow * (side // 4) ** 2 * ((length - 4) // 2)
        self.layers = nn.Sequential(
            nn.Conv3d(channels, narrow, (5, 2, 2), stride=(1, 2, 2)),
            nn.MaxPool3d(2),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(left, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, classes),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Logits, shape (B, classes), of maps of shape (B, C, length, side, side)."""
        found: Tensor = self.layers(maps)
        return found
