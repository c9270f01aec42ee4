"""MOL on the windows of the adapter ``window``: is there an ME, does the subject speak?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.features.flow_methods import FlowMethod
from benchmarks.models.adapters.spans import Float, Span
from benchmarks.models.adapters.window import SpanModel
from benchmarks.models.base import FitContext
from benchmarks.models.mol.config import MolConfig
from benchmarks.models.mol.material import Scale, Sequence8, gather
from benchmarks.models.mol.network import MolNetwork
from benchmarks.models.mol.sampling import sequences
from benchmarks.models.mol.training import say, train_network
from wdmd_tools.manifest import Clip, Dataset


class MolWindows(SpanModel):
    """Two logits in place of the emotions, as independent questions.

    Args:
        config: Network and training.
        flow: How flow targets are computed; `None` without that task.
    """

    def __init__(self, config: MolConfig, flow: FlowMethod | None) -> None:
        self.config, self._flow = config, flow
        self._network: MolNetwork | None = None
        self._scale = Scale()
        self._facts: dict[str, Any] = {}

    def learn(
        self,
        dataset: Dataset,
        spans: Sequence[Span],
        truth: Float,
        check: Sequence[Span],
        check_truth: Float,
        context: FitContext,
    ) -> None:
        """Train; the step is chosen by how well windows are ranked, by ME and by state in equal parts."""
        network = self.config.network
        taught = [one for span in spans for one in self._sequences(span)[:1]]
        material = gather(
            dataset,
            _clips(spans),
            network.size,
            context,
            taught=taught,
            flow=self._flow,
            landmarks=network.landmarks,
        )
        self._scale = material.scale
        held = gather(dataset, _clips(check), network.size, context, scale=material.scale)
        looked = [one for span in check for one in self._sequences(span)[:1]]

        def judge(found: MolNetwork) -> float:
            return both_rankings(say(found, held, looked).numpy(), check_truth)

        self._network, self._facts = train_network(
            self.config,
            2,
            material,
            taught,
            torch.from_numpy(truth),
            None,
            judge,
            context.seed,
            context.progress,
        )

    def say(self, dataset: Dataset, spans: Sequence[Span], context: FitContext) -> Float:
        """Probabilities, shape (N, 2)."""
        if self._network is None:
            raise ValueError("Expected `learn` before `say`.")
        quiet = _without_progress(context)
        material = gather(
            dataset, _clips(spans), self.config.network.size, quiet, scale=self._scale
        )
        chosen = [self._sequences(span)[0] for span in spans]
        return np.asarray(torch.sigmoid(say(self._network, material, chosen)).numpy(), np.float32)

    def describe(self) -> dict[str, Any]:
        """Facts for the result."""
        return self._facts

    def _sequences(self, span: Span) -> list[Sequence8]:
        every = sequences(span.interval, self.config.network.frames)
        # The phase in the middle first: one is enough for a window, the next window is near.
        middle = len(every) // 2
        order = [middle, *(index for index in range(len(every)) if index != middle)]
        return [Sequence8(span.clip.clip_id, every[index]) for index in order]


def both_rankings(logits: npt.NDArray[np.floating[Any]], truth: Float) -> float:
    """Mean of the `ranking` of both answers, of those that have one.

    Args:
        logits: Shape (N, 2).
        truth: Shape (N, 2), NaN where unknown.

    Returns:
        In [0, 1]; NaN when neither has one.
    """
    found = []
    for answer in (0, 1):
        known = np.isfinite(truth[:, answer])
        found.append(ranking(logits[known, answer], truth[known, answer] == 1))
    defined = [value for value in found if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float("nan")


def ranking(scores: npt.NDArray[np.floating[Any]], truth: npt.NDArray[np.bool_]) -> float:
    """Share of the pairs of a positive and a negative that are in the right order; ties count half.

    Returns:
        In [0, 1]; NaN when there is no pair.
    """
    from scipy.stats import rankdata

    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)
    above = float(ranks[truth].sum()) - positives * (positives + 1) / 2
    return above / (positives * negatives)


def _clips(spans: Sequence[Span]) -> list[Clip]:
    return list({span.clip.clip_id: span.clip for span in spans}.values())


def _without_progress(context: FitContext) -> FitContext:
    from dataclasses import replace

    from benchmarks.models.base import no_progress

    return replace(context, progress=no_progress)
