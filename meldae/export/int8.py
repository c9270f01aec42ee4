"""A graph in whole numbers of eight bits, calibrated on training crops."""

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from meldae.data import ClipDataset
from meldae.export.graph import INPUT
from meldae.export.packages import need
from meldae.inference import as_input
from meldae.run_folder import RunFolder
from meldae.store import FrameStore, Prepared, Progress, clips_of
from wdmd_tools.manifest import Dataset

KINDS = ("Conv", "MatMul", "Gemm")
"""Operations in whole numbers; recurrent layers, attention's softmax and norms stay in float."""


def calibration_windows(
    run: RunFolder, dataset: Dataset, count: int = 32, progress: Progress | None = None
) -> list[Prepared]:
    """Windows of the training split, drawn as training draws them, each (1, T, ...).

    Args:
        run: Its input, window and seed.
        dataset: A built dataset.
        count: How many at most.
        progress: Told about decoding.
    """
    config = run.config
    folder = run.cache if config.training.cache else None
    store = FrameStore(dataset, config.model.input, folder, progress=progress)
    data = ClipDataset(dataset, clips_of(dataset, "train"), store, 0)
    rng = np.random.default_rng(config.seed)
    plan = data.plan_epoch(rng, config.training.window, config.training.me_share)[:count]
    frames = [store.frames(data.clips[one.clip].clip_id, one.index) for one in plan]
    return [as_input(one[None]).numpy() for one in frames]


def to_int8(graph: Any, windows: Sequence[Prepared]) -> Any:
    """Quantise weights per channel and activations by the range that they take on real windows.

    Args:
        graph: ``onnx.ModelProto`` in float.
        windows: What it is calibrated on, each (1, T, ...).

    Returns:
        Another ``onnx.ModelProto``.

    Raises:
        MissingDependencyError: The extra ``onnx`` is not installed.
    """
    onnx, tools = need("onnx"), need("onnxruntime.quantization")

    class Reader(tools.CalibrationDataReader):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self._left: Iterator[Prepared] = iter(windows)

        def get_next(self) -> dict[str, Prepared] | None:
            one = next(self._left, None)
            return None if one is None else {INPUT: one}

    with tempfile.TemporaryDirectory() as name, _silence():
        before, after = Path(name) / "float.onnx", Path(name) / "int8.onnx"
        onnx.save(graph, before)
        tools.quant_pre_process(before, before, skip_symbolic_shape=True)
        tools.quantize_static(
            before,
            after,
            Reader(),
            quant_format=tools.QuantFormat.QDQ,
            op_types_to_quantize=list(KINDS),
            per_channel=True,
            activation_type=tools.QuantType.QUInt8,
            weight_type=tools.QuantType.QInt8,
            calibrate_method=tools.CalibrationMethod.MinMax,
        )
        return onnx.load(after)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The quantiser logs advice about steps that were taken already."""
    log = logging.getLogger()
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
