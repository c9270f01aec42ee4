"""From a run folder to one ONNX file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meldae.export.compare import Deviation, deviation
from meldae.export.graph import INPUT, example, outputs_of, to_graph
from meldae.export.int8 import calibration_windows, to_int8
from meldae.export.session import FORMAT, KEY, VERSION, OnnxModel, start_session
from meldae.inference import load_model
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.store import Progress, stored_shape
from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ConfigError, ModelFileError
from wdmd_tools.manifest import Dataset

TOLERANCE = 1e-4
"""Largest difference of a logit between torch and the exported float model, on examples."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Args:
        path: The file.
        bytes: Its size.
        largest: Largest difference of a logit to torch, on examples; of the float graph.
        int8: How far the int8 model is from the run, on the validation split; `None` for float.
    """

    path: Path
    bytes: int
    largest: float
    int8: Deviation | None

    def to_json(self) -> dict[str, Any]:
        """Plain values; undefined ones are null."""
        return asdict(self) | {"path": str(self.path)}


def export_run(
    run: RunFolder,
    path: Path,
    *,
    window: int = 0,
    int8: bool = False,
    dataset: Dataset | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write a run as ONNX, after comparing it with torch.

    Args:
        run: A finished run.
        path: The ``.onnx`` file; replaced when it is there.
        window: Fixed number of frames, for runtimes that need one; 0 leaves it free.
        int8: Whether convolutions and matrix products are done in whole numbers.
        dataset: For int8: ranges are taken from its training split, and the deviation from its validation
            split.
        progress: Told about clips.

    Raises:
        MissingDependencyError: The extra ``onnx`` is not installed.
        ModelFileError: The run cannot be used, or the exported model says something else than torch.
        ConfigError: The name or window cannot be; int8 without a dataset.
        ManifestError: The dataset has no training or validation split.
    """
    if path.suffix != ".onnx":
        raise ConfigError(
            f"{path}: expected a name that ends in .onnx; it is how runs are told apart"
        )
    if run.path.suffix == ".onnx":
        raise ConfigError(f"{run.path}: exported already; name the run folder")
    if window and window < 4:
        raise ConfigError(f"window {window}: at least 4 frames, or 0 for any number")
    if int8 and dataset is None:
        raise ConfigError("int8 needs a dataset: its training crops show which numbers occur")
    if run.config.model.macro:
        raise ConfigError(
            f"{run.path}: learnt macro-expressions too (model.macro), which an exported file cannot hold; "
            "train without them to export"
        )
    model = load_model(run)
    graph = to_graph(model, window)
    largest = _differs(model, graph, window)
    if largest > TOLERANCE:
        raise ModelFileError(
            f"{run.path}: onnxruntime and torch differ by {largest:.2g} (at most {TOLERANCE:.0e}); nothing "
            "was written"
        )
    found = None
    if int8 and dataset is not None:
        windows = _of_length(calibration_windows(run, dataset, progress=progress), window)
        graph = to_int8(graph, windows)
        exported = OnnxModel(start_session(graph.SerializeToString()), model.config, window)
        found = deviation(run, dataset, model, exported, progress=progress)
    describe(graph, run, window, found, outputs_of(model))
    written = graph.SerializeToString()
    with atomic_path(path) as temporary:
        temporary.write_bytes(written)
    return Exported(path, len(written), largest, found)


def describe(
    graph: Any, run: RunFolder, window: int, int8: Deviation | None, outputs: Sequence[str]
) -> None:
    """Put into a graph what it takes to use it: one JSON document in its metadata.

    It holds the run's ``config.json`` (model, input, crop, data) and ``result.json`` (decoding), and for
    readers who know nothing of this software, ``input`` and ``output`` in words.
    """
    config = run.config
    source = config.model.input
    shape, kind = stored_shape(source)
    made_of = "RGB" if source.channels == 3 else "grey"
    steps = (
        f"face crops aligned as crop says; middle 1/{source.zoom:g}; {made_of}, {source.size} px"
    )
    if source.mode == "flow":
        steps += "; then displacement on a grid of 4 px (meldae.layers.motion.FlowChannels)"
    card = {
        "format": FORMAT,
        "version": VERSION,
        "run": run.run_id,
        "input": {
            "name": INPUT,
            "shape": ["batch", window or "time", *shape],
            "dtype": "uint8" if kind is np.uint8 else "float32",
            "fps": source.fps,
            "size": source.size,
            "window": window,
            "frames_per_look": config.training.window,
            "preprocessing": steps,
        },
        "output": dict.fromkeys(outputs, "logit"),
        "int8": None if int8 is None else asdict(int8),
        "files": {name: run.read(name) for name in ("config.json", "result.json")},
    }
    entry = graph.metadata_props.add()
    entry.key, entry.value = KEY, json.dumps(card, allow_nan=False, sort_keys=True)
    graph.producer_name, graph.doc_string = "meldae export", f"MELDAE run {run.run_id}"


def _differs(model: Meldae, graph: Any, window: int) -> float:
    """Largest difference of a logit over examples of several sizes."""
    exported = OnnxModel(start_session(graph.SerializeToString()), model.config, window)
    worst = 0.0
    for windows, frames in ((1, window or 16), (3, window or 45)):
        given = example(model, windows, frames)
        with torch.inference_mode():
            ours, theirs = model(given), exported(given)
        pairs = [*zip(ours[:3], theirs[:3], strict=True), (ours.emotions, theirs.emotions)]
        gaps = [float((one - two).abs().max()) for one, two in pairs if one is not None]
        worst = max(worst, *gaps)
    return worst


def _of_length(windows: list[Any], window: int) -> list[Any]:
    """Windows that a graph of fixed length takes: those that are long enough, cut."""
    if not window:
        return windows
    kept = [one[:, :window] for one in windows if one.shape[1] >= window]
    if not kept:
        raise ConfigError(
            f"window {window}: longer than all training windows; choose the run's own, or none"
        )
    return kept
