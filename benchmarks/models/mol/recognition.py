"""MOL as it was published: which emotion is it?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.features.flow_methods import FlowMethod
from benchmarks.models.base import FitContext
from benchmarks.models.mol.config import MolConfig
from benchmarks.models.mol.material import Material, Scale, Sequence8, gather
from benchmarks.models.mol.network import MolNetwork
from benchmarks.models.mol.sampling import sequences
from benchmarks.models.mol.training import say, train_network
from benchmarks.models.validation import training_and_validation
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample, emotion_samples
from wdmd_tools.predictions import Recognition

Shares = npt.NDArray[np.float64]


class MolRecogniser:
    """The network with one number per class.

    Args:
        config: Network and training.
        flow: How flow targets are computed; `None` without that task.
        balanced: Whether rare classes weigh more, which the published loss does not know.
    """

    def __init__(self, config: MolConfig, flow: FlowMethod | None, *, balanced: bool) -> None:
        self.config, self._flow, self._balanced = config, flow, balanced
        self._network: MolNetwork | None = None
        self._classes: tuple[str, ...] = ()
        self._scale = Scale()
        self._facts: dict[str, Any] = {}

    def learn(self, dataset: Dataset, scheme: EmotionScheme, context: FitContext) -> None:
        """Train on the training split's samples; the step is chosen by UAR on the validation split's.

        Where some training subjects would have to serve as validation and one class were left, all of them
        are learnt from, and the last step is kept.

        Raises:
            ManifestError: The training split has samples of fewer than two classes.
        """
        self._classes = scheme.classes
        train, check = training_and_validation(dataset, context.seed)
        samples = _of(emotion_samples(dataset, scheme), train)
        held = _of(emotion_samples(dataset, scheme), check)
        if len({sample.emotion for sample in samples}) < 2:
            # Too little to hold any of it back: all is learnt from, and the last step is kept.
            train, samples, held = [*train, *check], [*samples, *held], []
        if len({sample.emotion for sample in samples}) < 2:
            raise ManifestError(
                f"{dataset.root}: emotions of two classes of scheme {scheme.name!r} are needed in the "
                "training split"
            )
        network = self.config.network
        taught, truth = self._taught(samples, scheme)
        material = gather(
            dataset,
            _clips(train, samples),
            network.size,
            context,
            taught=taught,
            flow=self._flow,
            landmarks=network.landmarks,
        )
        self._scale = material.scale
        looked = gather(dataset, _clips(check, held), network.size, context, scale=material.scale)
        answers = [scheme.index(one.emotion or "") for one in held]

        def judge(found: MolNetwork) -> float:
            return uar(self._shares(found, looked, held), answers)

        self._network, self._facts = train_network(
            self.config,
            len(scheme.classes),
            material,
            taught,
            truth,
            self._weights(truth, len(scheme.classes)),
            judge,
            context.seed,
            context.progress,
        )

    def recognise(
        self, dataset: Dataset, samples: Sequence[EmotionSample], context: FitContext
    ) -> list[Recognition]:
        """The most probable class of each sample."""
        if self._network is None:
            raise ValueError("Expected `learn` before `recognise`.")
        if not samples:
            return []
        clips = _clips(list(dataset.iter_clips()), samples)
        size = self.config.network.size
        material = gather(dataset, clips, size, context, scale=self._scale)
        found = []
        for sample, shares in zip(
            samples, self._shares(self._network, material, samples), strict=True
        ):
            probabilities = dict(zip(self._classes, shares.tolist(), strict=True))
            emotion = max(probabilities, key=lambda name: probabilities[name])
            found.append(Recognition(sample.sample_id, sample.clip_id, emotion, probabilities))
        return found

    def describe(self) -> dict[str, Any]:
        """Facts for the result."""
        return self._facts

    def _taught(
        self, samples: Sequence[EmotionSample], scheme: EmotionScheme
    ) -> tuple[list[Sequence8], torch.Tensor]:
        found, truth = [], []
        for sample in samples:
            every = sequences(sample.interval, self.config.network.frames)
            found += [Sequence8(sample.clip_id, one) for one in every]
            truth += [scheme.index(sample.emotion or "")] * len(every)
        return found, torch.tensor(truth)

    def _weights(self, truth: torch.Tensor, classes: int) -> torch.Tensor | None:
        if not self._balanced:
            return None
        counts = torch.bincount(truth, minlength=classes).clamp(min=1)
        return len(truth) / (classes * counts.float())

    def _shares(
        self, network: MolNetwork, material: Material, samples: Sequence[EmotionSample]
    ) -> Shares:
        """Probabilities of samples, shape (N, classes): the mean over the phases of each.

        A video is one sample however long it is; the published count took each phase for a sample.
        """
        every = [sequences(sample.interval, self.config.network.frames) for sample in samples]
        flat = [
            Sequence8(sample.clip_id, one)
            for sample, phases in zip(samples, every, strict=True)
            for one in phases
        ]
        if not flat:
            return np.zeros((0, len(self._classes)))
        shares = torch.softmax(say(network, material, flat), dim=1).double().numpy()
        ends = np.cumsum([len(phases) for phases in every])[:-1]
        return np.stack([part.mean(axis=0) for part in np.split(shares, ends)])


def uar(shares: Shares, truth: Sequence[int]) -> float:
    """Mean recall over the classes that occur.

    Args:
        shares: Shape (N, classes).
        truth: N class numbers.

    Returns:
        In [0, 1]; NaN without samples.
    """
    if not truth:
        return float("nan")
    said, true = shares.argmax(axis=1), np.asarray(truth)
    return float(np.mean([np.mean(said[true == one] == one) for one in np.unique(true)]))


def _of(samples: Sequence[EmotionSample], clips: Sequence[Clip]) -> list[EmotionSample]:
    ids = {clip.clip_id for clip in clips}
    return [sample for sample in samples if sample.clip_id in ids]


def _clips(clips: Sequence[Clip], samples: Sequence[EmotionSample]) -> list[Clip]:
    wanted = {sample.clip_id for sample in samples}
    return [clip for clip in clips if clip.clip_id in wanted]
