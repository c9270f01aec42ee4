"""Emotions from onset-apex flow: three shallow streams on u, v and strain.

    u       conv 3x3 x3, pool 3 ─┐
    v       conv 3x3 x5, pool 3 ─┼─► concat (16) ─► mean pool 2 ─► dropout ─► dense K
    strain  conv 3x3 x8, pool 3 ─┘

Reference:
    Liong, Gan, See, Khor and Huang, Shallow triple stream three-dimensional CNN for micro-expression
    recognition (STSTNet), FG 2019. Ours: the streams have a channel of input each, as SOFTNet's; cross
    entropy weighs classes alike; pictures are mirrored; the epoch is chosen by the validation subjects.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.features.flow_methods import FlowMethod, flow_function
from benchmarks.features.grey import to_grey
from benchmarks.features.onset_apex import mirrored, onset_apex_picture
from benchmarks.models.base import Progress
from benchmarks.models.emotion_svm import (
    clips_of_samples,
    in_order,
    labels_of,
    learning_samples,
    mean_f1,
)
from meldae.losses import balanced_weights
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.predictions import Recognition

Float = npt.NDArray[np.float32]
FILTERS = (3, 5, 8)
BATCH = 32
RATE = 1e-3


class ThreeStreams(nn.Module):
    """The network.

    Args:
        classes: K.

    Shape:
        pictures: (N, 3, 28, 28)
        returns: (N, K)
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.streams = nn.ModuleList(nn.Conv2d(1, count, 3, padding=1) for count in FILTERS)
        self.out = nn.Sequential(nn.Dropout(0.5), nn.Linear(sum(FILTERS) * 5 * 5, classes))

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        found = [
            functional.max_pool2d(torch.relu(stream(pictures[:, one : one + 1])), 3, 3, 1)
            for one, stream in enumerate(self.streams)
        ]
        logits: Tensor = self.out(functional.avg_pool2d(torch.cat(found, 1), 2).flatten(1))
        return logits


class FlowEmotions:
    """The recognition side of a flow spotter.

    Args:
        method: Of the flow.
        epochs: Passes over the training samples.
    """

    def __init__(self, method: FlowMethod = "dis", epochs: int = 150) -> None:
        self.method, self.epochs = method, epochs
        self.facts: dict[str, Any] = {}
        self._classes: tuple[str, ...] = ()
        self._scale = np.ones(3, np.float32)
        self._network: ThreeStreams | None = None

    def fit(self, dataset: Dataset, scheme: EmotionScheme, seed: int, progress: Progress) -> None:
        """Learn from the training samples; the epoch comes from the validation subjects.

        Args:
            dataset: With labels, without test clips.
            scheme: The classes.
            seed: Of weights, order and dropout.
            progress: Told about epochs.

        Raises:
            ManifestError: No training sample has a class.
        """
        learn, check = learning_samples(dataset, scheme, seed)
        pictures = self._pictures(dataset, learn)
        self._scale = np.maximum(pictures.std(axis=(0, 1, 2)), 1e-6)
        self._classes = scheme.classes
        checked = self._pictures(dataset, check) if check else pictures[:0]
        self._network, epoch, value = self._train(
            pictures, labels_of(learn), checked, labels_of(check), seed, progress
        )
        self.facts = {
            "emotion_samples": len(learn),
            "emotion_epoch": epoch,
            "emotion_validation_f1": None if value is None else round(value, 4),
            "emotion_parameters": sum(one.numel() for one in self._network.parameters()),
        }

    def _train(
        self,
        pictures: Float,
        labels: Sequence[str],
        checked: Float,
        check_labels: Sequence[str],
        seed: int,
        progress: Progress,
    ) -> tuple[ThreeStreams, int, float | None]:
        """The network of the best epoch, the last of equals; of the last one without validation samples."""
        truth = torch.tensor([self._classes.index(one) for one in labels])
        truth = torch.cat((truth, truth))
        given = self._tensor(np.concatenate([pictures, mirrored(pictures)]))
        weights = balanced_weights(torch.bincount(truth, minlength=len(self._classes)))
        best: tuple[float, int, dict[str, Tensor]] | None = None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = ThreeStreams(len(self._classes))
            optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.05)
            for epoch in range(1, self.epochs + 1):
                network.train()
                for rows in torch.split(torch.randperm(len(given)), BATCH):
                    optimizer.zero_grad(set_to_none=True)
                    loss = functional.cross_entropy(network(given[rows]), truth[rows], weights)
                    torch.autograd.backward(loss)
                    optimizer.step()
                progress("training emotions, epochs", epoch, self.epochs)
                if not len(checked):
                    continue
                value = mean_f1(self._say(network, checked), check_labels, self._classes)
                if best is None or value >= best[0]:
                    kept = {name: one.clone() for name, one in network.state_dict().items()}
                    best = (value, epoch, kept)
        if best is None:
            return network.eval(), self.epochs, None
        network.load_state_dict(best[2])
        return network.eval(), best[1], best[0]

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """See `benchmarks.models.base.Recogniser.recognise`."""
        if self._network is None:
            raise ValueError("Expected `fit` before `recognise`.")
        if not samples:
            return []
        chances = self._chances(self._network, self._pictures(dataset, samples)).tolist()
        found = []
        for one, row in zip(samples, chances, strict=True):
            by_class = dict(zip(self._classes, row, strict=True))
            said = max(self._classes, key=by_class.__getitem__)
            found.append(Recognition(one.sample_id, one.clip_id, said, by_class))
        return found

    def _say(self, network: ThreeStreams, pictures: Float) -> list[str]:
        places = self._chances(network, pictures).argmax(1).tolist()
        return [self._classes[place] for place in places]

    def _chances(self, network: ThreeStreams, pictures: Float) -> Tensor:
        network.eval()
        with torch.inference_mode():
            chances: Tensor = network(self._tensor(pictures)).double().softmax(-1)
        return chances

    def _tensor(self, pictures: Float) -> Tensor:
        ready = (pictures / self._scale).astype(np.float32)
        return torch.from_numpy(np.ascontiguousarray(ready.transpose(0, 3, 1, 2)))

    def _pictures(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> Float:
        """Pictures of samples, (N, 28, 28, 3), in their order."""
        from wdmd_tools.video.crops import read_crop

        flow_of = flow_function(self.method)
        features = (
            (clip, to_grey(read_crop(clip.crop_path)))
            for clip in clips_of_samples(dataset, samples)
        )

        def describe(_clip: Clip, volume: npt.NDArray[np.uint8], sample: EmotionSample) -> Float:
            return onset_apex_picture(volume, sample.interval, sample.apex_frame, flow_of)

        return in_order(samples, features, describe)
