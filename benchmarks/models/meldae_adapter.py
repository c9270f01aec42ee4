"""MELDAE as a row of a leaderboard: trains by `meldae.training`, or takes the run that already did."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from benchmarks.models.base import FitContext, Recogniser, Spotter
from benchmarks.models.options import Options, read_options
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.predictions import ClipPrediction, Recognition


class MeldaeOptions(Options):
    """What a row of MELDAE is.

    Args:
        preset: See `meldae.presets`.
        set: Changes to the preset, as ``meldae train --set`` takes them.
        weights: safetensors of a timm ViT for the frame encoder.
        accelerator: ``auto``, ``cpu`` or ``cuda``.
        adapt: What is done with the target's clips without labels, where a protocol shows them:
            ``none``, ``normalise``, ``match-rate`` or ``self-train``; see `meldae.adapt`.
        adapt_epochs: Of self-training.
    """

    preset: str = "nano"
    set: tuple[str, ...] = ()
    weights: Path | None = None
    accelerator: str = "auto"
    adapt: Literal["none", "normalise", "match-rate", "self-train"] = "none"
    adapt_epochs: int = Field(default=6, ge=1)


class MeldaeSpotter(Spotter, Recogniser):
    """Any preset of MELDAE. `meldae train` with the same preset, seed and data shares its run.

    Where emotions are asked for it is trained with an emotion head, which is another run than that of
    ``meldae train`` without ``--emotions``.
    """

    def __init__(self) -> None:
        self._run: Any = None
        self._context: FitContext | None = None
        self._facts: dict[str, Any] = {}
        self._options = MeldaeOptions()
        self._learnt: Dataset | None = None
        self._adapted: Any = None

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train, or find the finished run of the same configuration, data and seed."""
        from meldae.presets import get_config
        from meldae.settings import apply_settings
        from meldae.training import train

        options = read_options(MeldaeOptions, context.options, "meldae")
        named = [f"training.emotions={context.emotions.name}"] if context.emotions else []
        named += ["model.macro=true"] if context.macro else []
        config = apply_settings(
            get_config(options.preset, seed=context.seed), [*named, *options.set]
        )
        self._context, self._options, self._learnt = context, options, dataset
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

    def adapt(self, dataset: Dataset, split: str) -> dict[str, Any]:
        """Fit the run to the target, as the options say; thresholds stay those of the source's val."""
        from meldae.adapt import AdaptConfig, adapt

        if self._options.adapt == "none":
            return {}
        if self._run is None or self._context is None or self._learnt is None:
            raise ValueError("Expected `fit` before `adapt`.")
        config = AdaptConfig(
            method=self._options.adapt,
            epochs=self._options.adapt_epochs,
            seed=self._context.seed,
        )
        progress = self._context.progress
        self._adapted = adapt(self._run, self._learnt, dataset, split, config, progress, _device())
        self._facts["decoding"] = asdict(self._adapted.decoding)
        done: dict[str, Any] = self._adapted.facts
        return done

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Score the clips with the run's weights and its decoding, or those for the target.

        Raises:
            ConfigError: The options ask for adaptation, and the protocol showed no target.
        """
        import torch

        from meldae.inference import predict

        if self._run is None or self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        device = _device()
        if self._adapted is not None:
            found: list[ClipPrediction] = self._adapted.predict(
                dataset, split, self._context.progress
            )
            return found
        if self._options.adapt != "none":
            raise ConfigError(
                f"adapt: {self._options.adapt} needs clips of another dataset without labels; run it "
                "with --train-data A --data B"
            )
        self._facts["device"] = torch.cuda.get_device_name(0) if device == "cuda" else "cpu"
        return predict(self._run, dataset, split, self._context.progress, device)

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """What the run's emotion head says of given intervals, of the model that also spots."""
        from meldae.recognition import recognise

        if self._run is None or self._context is None:
            raise ValueError("Expected `fit` before `recognise`.")
        progress = self._context.progress
        if self._adapted is not None:
            found: list[Recognition] = self._adapted.recognise(dataset, samples, progress)
            return found
        return recognise(self._run, dataset, samples, progress, _device())

    def describe(self) -> dict[str, Any]:
        """The run, what it chose, and its cost."""
        return self._facts


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
