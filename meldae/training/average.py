"""An exponential average of weights, which is evaluated and kept instead of the last step's."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class WeightAverage:
    """The average.

    Args:
        model: Whose weights; the average begins with them.
        decay: Per step; 0 follows the weights as they are.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._decay = decay
        self.steps = 0
        self.tensors = {name: value.clone() for name, value in model.state_dict().items()}

    def update(self, model: nn.Module) -> None:
        """Take in the weights after a step."""
        if self._decay == 0:
            self.steps += 1
            return
        # A young average follows quickly, so that it is not mostly the random start.
        self.steps += 1
        decay = min(self._decay, self.steps / (self.steps + 10))
        with torch.no_grad():
            for name, value in model.state_dict().items():
                if value.is_floating_point():
                    self.tensors[name].lerp_(value.detach(), 1 - decay)
                else:
                    # Counters, as BatchNorm has.
                    self.tensors[name].copy_(value)

    def weights(self, model: nn.Module) -> dict[str, Tensor]:
        """The average; without decay it is the weights as they are.

        Args:
            model: The same that `update` is called with.
        """
        if self._decay == 0:
            return {name: value.clone() for name, value in model.state_dict().items()}
        return self.tensors

    def restore(self, tensors: Mapping[str, Tensor], steps: int) -> None:
        """Go on from a stored average."""
        for name, value in self.tensors.items():
            value.copy_(tensors[name])
        self.steps = steps
