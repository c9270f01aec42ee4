"""MELDAE as a row of a leaderboard: trains by `meldae.training`, or takes the run that already did."""

from pathlib import Path
from typing import Any

from benchmarks.models.base import FitContext, Spotter
from benchmarks.models.options import Options, read_options
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction


class MeldaeOptions(Options):
    """What a row of MELDAE is.

    Args:
        preset: See `meldae.presets`.
        set: Changes to the preset, as ``meldae train --set`` takes them.
        weights: safetensors of a timm ViT for the frame encoder.
        accelerator: ``auto``, ``cpu`` or ``cuda``.
    """

    preset: str = "nano"
    set: tuple[str, ...] = ()
    weights: Path | None = None
    accelerator: str = "auto"


class MeldaeSpotter(Spotter):
    """Any preset of MELDAE. `meldae train` with the same preset, seed and data shares its run."""

    def __init__(self) -> None:
        self._run: Any = None
        self._context: FitContext | None = None
        self._facts: dict[str, Any] = {}

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train, or find the finished run of the same configuration, data and seed."""
        from meldae.presets import get_config
        from meldae.settings import apply_settings
        from meldae.training import train

        options = read_options(MeldaeOptions, context.options, "meldae")
        config = apply_settings(get_config(options.preset, seed=context.seed), options.set)
        self._context = context
        self._run = train(
            dataset,
            config,
            context.runs_dir,
            context.progress,
            weights=options.weights,
            accelerator=options.accelerator,
        )
        result = self._run.result
        self._facts = {
            "preset": options.preset,
            "run": self._run.run_id,
            "parameters": result.get("parameters"),
            "training_seconds": result.get("training_seconds"),
            "epoch": result.get("epoch"),
            "decoding": result.get("decoding"),
            "validation": result.get("validation"),
        }

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Score the clips with the run's weights and its decoding."""
        import torch

        from meldae.inference import predict

        if self._run is None or self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._facts["device"] = torch.cuda.get_device_name(0) if device == "cuda" else "cpu"
        return predict(self._run, dataset, split, self._context.progress, device)

    def describe(self) -> dict[str, Any]:
        """The run, what it chose, and its cost."""
        return self._facts
