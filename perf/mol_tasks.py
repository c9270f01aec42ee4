"""MOL: does it help to learn flow and landmarks too?

    python perf/mol_tasks.py DATA [--rows full,no-flow,no-landmarks,alone,positional,grey] [--seeds 1]
                             [--cache DIR] [--out FILE]

Every row is trained twice for each seed, as the suite's rows are: on windows of 0.5 s (is there a
micro-expression, does the subject speak) and on emotions in three classes. The kept step is chosen on the
validation split. What is printed is measured on the test split: the share of pairs of windows that are in
the right order, UAR and UF1 of emotions, with 95 % intervals over recordings, and, where they are learnt,
the mean squared flow error as a share of that of no flow and the landmarks' error in distances of the eyes,
beside that of a face that never moves.

The rows of one seed share their windows, material and first weights as far as the same parts exist.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.models.adapters.spans import sliding_spans, truth_of
from benchmarks.models.base import FitContext
from benchmarks.models.mol.losses import landmark_loss
from benchmarks.models.mol.material import Material, Sequence8, gather
from benchmarks.models.mol.network import MolNetwork
from benchmarks.models.mol.recognition import MolRecogniser
from benchmarks.models.mol.sampling import sequences
from benchmarks.models.mol.spotter import MolOptions
from benchmarks.models.mol.training import say, train_network
from benchmarks.models.mol.windows import ranking
from benchmarks.models.validation import training_and_validation
from benchmarks.protocols import training_view
from wdmd_tools.emotions import scheme
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import emotion_samples
from wdmd_tools.metrics.bootstrap import cluster_bootstraps
from wdmd_tools.metrics.recognition import confusion_counts, uar_statistic, uf1_statistic

ROWS: dict[str, dict[str, Any]] = {
    "full": {},
    "alone": {"flow": "none", "landmarks": False},
    "no-flow": {"flow": "none"},
    "no-landmarks": {"landmarks": False},
    "positional": {"graph": "positional", "itself": True, "twice": True},
    "grey": {"input": "grey"},
}
DRAWS = 1000
TASK_CLIPS = 6
"""Test clips on which flow and landmarks are looked at."""


class Windows:
    """Windows of a split.

    Args:
        dataset: With labels.
        clips: Of the split.
        negatives: Windows without an ME per window with one; all when `None`.
        seed: Of the draw.
    """

    def __init__(
        self, dataset: Dataset, clips: list[Clip], negatives: float | None, seed: int
    ) -> None:
        spans = [span for clip in clips for span in sliding_spans(clip, 0.5, 0.1)]
        truth = truth_of(dataset, spans)
        chosen = np.arange(len(spans))
        if negatives is not None:
            positive, other = (np.flatnonzero(truth[:, 0] == value) for value in (1, 0))
            wanted = min(len(other), round(negatives * len(positive)))
            drawn = np.random.default_rng([seed, 23]).choice(other, wanted, replace=False)
            chosen = np.sort([*positive, *drawn])
        self.clips, self.truth = clips, truth[chosen]
        self.sequences = []
        for index in chosen:
            every = sequences(spans[index].interval, 8)
            frames = every[len(every) // 2]
            self.sequences.append(Sequence8(spans[index].clip.clip_id, frames))
        self.recordings = np.array([spans[index].clip.recording_id for index in chosen])


def main() -> int:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path, help="results as JSON lines")
    given = parser.parse_args()
    dataset = Dataset.open(given.data)
    cache = given.cache or Path(tempfile.mkdtemp())
    for seed in range(given.seeds):
        context = FitContext(seed, cache, cache, cache, emotions=scheme("3"))
        one = Seed(dataset, context)
        print(json.dumps({"seed": seed, "mean_face_error": one.mean_face_error()}), flush=True)
        for name in filter(None, given.rows.split(",")):
            row = {"row": name, "seed": seed, **one.measure(MolOptions(**ROWS[name]))}
            print(json.dumps(row), flush=True)
            if given.out is not None:
                with given.out.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row) + "\n")
    return 0


class Seed:
    """What the rows of one seed share.

    Args:
        dataset: With a stored split.
        context: Its seed.
    """

    def __init__(self, dataset: Dataset, context: FitContext) -> None:
        self.dataset, self.context = dataset, context
        learnt = training_view(dataset)
        train, check = training_and_validation(learnt, context.seed)
        test = list(dataset.iter_clips("test"))
        size = MolOptions().config.network.size
        self.train = Windows(learnt, train, 1.0, context.seed)
        self.check = Windows(learnt, check, 1.0, context.seed)
        self.test = Windows(dataset, test, None, context.seed)
        self.material = gather(
            learnt, train, size, context, taught=self.train.sequences, flow="dis", landmarks=True
        )
        scale = self.material.scale
        self.held = gather(learnt, check, size, context, scale=scale)
        self.shown = gather(dataset, test, size, context, scale=scale)
        few = test[:: max(1, len(test) // TASK_CLIPS)][:TASK_CLIPS]
        ids = {clip.clip_id for clip in few}
        self.few = [one for one in self.test.sequences if one.clip_id in ids][::5]
        self.tasks = gather(
            dataset, few, size, context, scale=scale, taught=self.few, flow="dis", landmarks=True
        )

    def mean_face_error(self) -> float:
        """Error of saying the mean landmarks of the training frames of every frame."""
        every = self.material.landmarks or {}
        mean = np.nanmean(np.concatenate(list(every.values())), axis=0) - self.tasks.middle.left
        truth = self.tasks.batch(self.few, [self.tasks.middle] * len(self.few)).landmarks
        if truth is None:
            raise ValueError("Expected landmarks of the clips that are looked at.")
        said = torch.from_numpy(mean.astype(np.float32)).expand_as(truth)
        return round(float(landmark_loss(said, truth)) / truth.shape[1], 3)

    def measure(self, options: MolOptions) -> dict[str, Any]:
        """Train a row and measure it on the test split."""
        begin = time.process_time()
        network, facts = self._windows(options)
        logits = say(network, self.shown, self.test.sequences).numpy()
        truth, where = self.test.truth, self.test.recordings
        known = np.isfinite(truth[:, 1])
        return {
            "me": _interval(logits[:, 0], truth[:, 0] == 1, where, ranking),
            "state": _interval(logits[known, 1], truth[known, 1] == 1, where[known], ranking),
            **self._tasks(network),
            **self._emotions(options),
            "step": facts["step"],
            "cpu_seconds": round(time.process_time() - begin),
        }

    def _windows(self, options: MolOptions) -> tuple[MolNetwork, dict[str, Any]]:
        whole = self.material
        material = Material(
            whole.size,
            whole.scale,
            whole.canvases,
            whole.flows if options.method else None,
            whole.landmarks if options.landmarks else None,
        )

        def judge(network: MolNetwork) -> float:
            said = say(network, self.held, self.check.sequences)[:, 0].numpy()
            return ranking(said, self.check.truth[:, 0] == 1)

        return train_network(
            options.config,
            2,
            material,
            self.train.sequences,
            torch.from_numpy(self.train.truth),
            None,
            judge,
            self.context.seed,
            self.context.progress,
        )

    def _tasks(self, network: MolNetwork) -> dict[str, Any]:
        """Errors of flow and landmarks on a few test clips; `None` where they were not learnt."""
        batch = self.tasks.batch(self.few, [self.tasks.middle] * len(self.few))
        if batch.flow is None or batch.landmarks is None:
            raise ValueError("Expected flow and landmarks of the clips that are looked at.")
        wrong, still, off = 0.0, 0.0, []
        with torch.inference_mode():
            for first in range(0, len(self.few), 16):
                part = slice(first, first + 16)
                said = network(batch.frames[part])
                if said.flow is not None:
                    wrong += float((said.flow - batch.flow[part]).square().sum())
                    still += float(batch.flow[part].square().sum())
                if said.landmarks is not None:
                    off.append(float(landmark_loss(said.landmarks, batch.landmarks[part])) / 7)
        return {
            "flow_error": round(wrong / still, 3) if still else None,
            "landmark_error": round(float(np.mean(off)), 3) if off else None,
        }

    def _emotions(self, options: MolOptions) -> dict[str, Any]:
        classes = scheme("3").classes
        model = MolRecogniser(options.config, options.method, balanced=options.balanced)
        model.learn(training_view(self.dataset), scheme("3"), self.context)
        samples = emotion_samples(self.dataset, scheme("3"), "test")
        said = model.recognise(self.dataset, [one.blind for one in samples], self.context)
        names = sorted({one.recording_id for one in samples})
        counts = np.stack(
            [
                confusion_counts(
                    [a.emotion for a, s in zip(said, samples, strict=True) if s.recording_id == n],
                    [str(s.emotion) for s in samples if s.recording_id == n],
                    classes,
                ).ravel()
                for n in names
            ]
        )
        statistics = {"uar": uar_statistic, "uf1": uf1_statistic}
        intervals = cluster_bootstraps(counts, statistics, draws=10_000)
        found: dict[str, Any] = {}
        for name, statistic in statistics.items():
            between = intervals[name]
            ends = (None, None) if between is None else (between.low, between.high)
            value = float(statistic(counts.sum(axis=0)[None])[0])
            found[name] = [None if one is None else round(one, 3) for one in (value, *ends)]
        return found


def _interval(
    scores: npt.NDArray[Any],
    truth: npt.NDArray[np.bool_],
    recordings: npt.NDArray[Any],
    statistic: Callable[[npt.NDArray[Any], npt.NDArray[np.bool_]], float],
) -> list[float]:
    """Value and 95 % interval over resampled recordings."""
    generator = np.random.default_rng(0)
    parts = [np.flatnonzero(recordings == name) for name in np.unique(recordings)]
    drawn = []
    for _ in range(DRAWS):
        picked = generator.integers(0, len(parts), len(parts))
        index = np.concatenate([parts[one] for one in picked])
        drawn.append(statistic(scores[index], truth[index]))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return [round(float(one), 3) for one in (statistic(scores, truth), low, high)]


if __name__ == "__main__":
    sys.exit(main())
