"""Weights to an ONNX graph."""

import contextlib
import io
import logging
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from meldae.export.packages import need
from meldae.model import Meldae
from meldae.store import stored_shape
from wdmd_tools.errors import ModelFileError

INPUT = "frames"
OUTPUTS = ("frame_logits", "me_logits", "state_logits")
EMOTIONS = "emotions"
"""One more output of a model with an emotion head, see `meldae.layers.emotion_head`."""


def outputs_of(model: Meldae) -> tuple[str, ...]:
    """Names of a graph's outputs, in order."""
    return (*OUTPUTS, EMOTIONS) if model.config.emotions else OUTPUTS


class _Plain(nn.Module):
    """The model without a mask, and with a tuple for its answer."""

    def __init__(self, model: Meldae) -> None:
        super().__init__()
        self.model = model

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        said = self.model(frames)
        logits = (said.frame_logits, said.me_logits, said.state_logits)
        return logits if said.emotions is None else (*logits, said.emotions)


def example(model: Meldae, windows: int, frames: int) -> Tensor:
    """Stored frames such as the model takes, of no meaning: (windows, frames, ...)."""
    shape, kind = stored_shape(model.config.input)
    generator = torch.Generator().manual_seed(0)
    if kind is np.uint8:
        return torch.randint(
            0, 256, (windows, frames, *shape), generator=generator, dtype=torch.uint8
        )
    return torch.randn(windows, frames, *shape, generator=generator)


def to_graph(model: Meldae, window: int = 0) -> Any:
    """The model as ``onnx.ModelProto``.

    Windows are whole: there is no mask, since a window of padding is a shorter window. The number of
    windows is free; the number of frames too, unless it is fixed here.

    Args:
        model: In evaluation mode, on the CPU.
        window: Fixed number of frames, for runtimes that need one; 0 leaves it free.

    Returns:
        Input ``frames`` (batch, time, ...) as `meldae.store.stored_shape` says, uint8 pixels or float32
        displacement; outputs ``frame_logits`` (batch, time), ``me_logits`` and ``state_logits`` (batch,),
        and with an emotion head ``emotions`` (batch, time, 1 + K).

    Raises:
        MissingDependencyError: The extra ``onnx`` is not installed.
        ModelFileError: The model holds what ONNX cannot express.
    """
    need("onnx")
    need("onnxscript")
    free: dict[int, Any] = {0: torch.export.Dim("batch", min=1, max=4096)}
    if not window:
        free[1] = torch.export.Dim("time", min=2, max=65536)
    # Sizes that stand for nothing else in the model: equal ones would be taken for the same.
    frames = example(model, 3, window or 37)
    # The exporter speaks to the terminal, and warns of its own future.
    log = logging.getLogger("torch.onnx")
    level = log.level
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        log.setLevel(logging.ERROR)
        try:
            program = torch.onnx.export(
                _Plain(model).eval(),
                (frames,),
                dynamo=True,
                dynamic_shapes={INPUT: free},
                input_names=[INPUT],
                output_names=list(outputs_of(model)),
                external_data=False,
                verbose=False,
            )
        except (RuntimeError, torch.onnx.errors.OnnxExporterError) as error:
            raise ModelFileError(
                f"this model cannot be written as ONNX: {str(error).splitlines()[0][:160]}"
            ) from error
        finally:
            log.setLevel(level)
    assert program is not None  # noqa: S101 - so it is with dynamo
    return program.model_proto
