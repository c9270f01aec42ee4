"""What a model must offer to be benchmarked."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.predictions import ClipPrediction, Recognition

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much is done, and how much there is."""


def no_progress(_what: str, _done: int, _total: int) -> None:
    """A progress callback that does nothing."""


@dataclass(frozen=True)
class FitContext:
    """What a job gives to its model.

    Args:
        seed: Of everything random.
        work_dir: The job's own folder; what is left there stays with the result.
        cache_dir: Shared by all jobs; only for what can be made again, named by content.
        runs_dir: Where trained runs are kept and looked for.
        options: From the registry or ``bench.yaml``; the model checks them.
        progress: To be called during long work.
        emotions: The classes to recognise; recognition is trained only when they are given.
        macro: Whether macro-expressions are asked for too, as segments labelled ``"macro"``. A spotter may
            leave them out; its columns of macro-expressions are then blank.
    """

    seed: int
    work_dir: Path
    cache_dir: Path
    runs_dir: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    progress: Progress = no_progress
    emotions: EmotionScheme | None = None
    macro: bool = False


class Spotter(ABC):
    """A model that spots micro-expressions; a subclass takes no arguments.

    `fit` sees the training and validation clips only. `predict` sees the clips of one split without
    their labels. Thresholds are chosen in `fit`, on the validation split.
    """

    @abstractmethod
    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Learn from the splits ``train`` and ``val`` of a dataset.

        Args:
            dataset: Without test clips.
            context: Seed, folders, options, progress.
        """

    def adapt(self, dataset: Dataset, split: str) -> dict[str, Any]:
        """Look at clips of the dataset that is tested on, after `fit`, where a protocol allows it.

        Does nothing unless a model says otherwise. Only across datasets is it called.

        Args:
            dataset: Without labels.
            split: Of the clips that may be looked at: ``"train"``, or ``"test"`` where there is no other.

        Returns:
            What was done, JSON values for the result; empty for nothing.
        """
        del dataset, split
        return {}

    @abstractmethod
    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """What the fitted model says about every clip of a split.

        Args:
            dataset: Without labels.
            split: Usually ``"test"``.

        Returns:
            One prediction per clip.
        """

    def describe(self) -> dict[str, Any]:
        """Facts for the result, JSON values; ``parameters`` and ``training_seconds`` are columns."""
        return {}


class Recogniser(ABC):
    """A model that says the emotion of micro-expressions whose place is known.

    A second base beside `Spotter`: `Spotter.fit` trains both sides, recognition when
    `FitContext.emotions` is given. Training samples come from
    ``emotion_samples(dataset, context.emotions, "train")``.
    """

    @abstractmethod
    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """The emotion of each sample.

        It is called with the annotated intervals of the test clips, as recognition is usually judged, and
        with the model's own spotted segments that have no emotion yet (`sample_id` empty, no apex), for
        spot-then-recognise.

        Args:
            dataset: Without labels; it holds the samples' clips.
            samples: Without emotions.

        Returns:
            One per sample, in the same order, with the sample's `sample_id` and `clip_id`.
        """
