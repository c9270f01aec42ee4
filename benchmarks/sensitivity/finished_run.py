"""A finished MELDAE run, a student or an exported model, as one more model: nothing is trained."""

from pathlib import Path
from typing import Any

from benchmarks.models.base import FitContext, Spotter
from benchmarks.models.options import Options, read_options
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction


class RunOptions(Options):
    """Which run.

    Args:
        run: ``runs/<id>``, or an exported ``model.onnx``.
        digest: Of its files: predictions of other weights are not taken.
    """

    run: Path
    digest: str = ""


class FinishedRun(Spotter):
    """Predicts with a run that somebody trained; the dataset it learnt from is its own affair."""

    def __init__(self) -> None:
        self._run: Any = None
        self._context: FitContext | None = None

    def fit(self, dataset: Dataset, context: FitContext) -> None:  # noqa: ARG002
        """Open the run.

        Raises:
            ModelFileError: It is no finished run.
        """
        from meldae.open_run import open_run

        self._context = context
        self._run = open_run(read_options(RunOptions, context.options, "run").run)

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Score the clips with the run's weights and its decoding."""
        import torch

        from meldae.inference import predict

        if self._run is None or self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return predict(self._run, dataset, split, self._context.progress, device)

    def describe(self) -> dict[str, Any]:
        """The run."""
        return {"run": self._run.run_id}
