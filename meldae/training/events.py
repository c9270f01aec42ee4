"""What is put into the windows of an epoch: by the settings, or for self-supervised warm-up.

Warm-up asks the model to find movements of 0.15 to 0.5 s that were put into the training split's own
footage, among speech, blinks and slow expressions that were put there too. No label is used: a true ME that
happens to be in a window counts as footage, which is a wrong label about as often as MEs are rare.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meldae.data import Batch, ClipDataset, Window
from meldae.injection import Event, Injector, draw_events
from meldae.injection.texture import Textures
from meldae.settings import RunConfig
from meldae.store import FrameStore
from wdmd_tools.errors import ConfigError

_WARMUP_CHANCE = 0.5


@dataclass
class EpochEvents:
    """Events of one epoch, window after window.

    Args:
        injector: Puts them in.
        textures: Of the clips; `None` where pixels are warped.
        data: The clips.
        rng: Decides what is drawn.
        chance: Of an ME.
        negatives: Of other movement.
        amplitude: Of an ME, eye spans.
        labels: Whether the true labels stay.
    """

    injector: Injector
    textures: Textures | None
    data: ClipDataset
    rng: np.random.Generator
    chance: float
    negatives: float
    amplitude: tuple[float, float]
    labels: bool

    def draw(self, count: int) -> list[tuple[Event, ...]]:
        """Events of the next windows; every process draws those of the whole step."""
        return [
            draw_events(self.rng, self.chance, self.negatives, self.amplitude) for _ in range(count)
        ]

    def put(
        self, batch: Batch, windows: Sequence[Window], events: Sequence[Sequence[Event]]
    ) -> Batch:
        """The batch with them.

        Args:
            batch: Of these windows.
            windows: Where it is from.
            events: For each of them.
        """
        textures = self.textures
        if textures is None:
            return self.injector.apply(batch, events, labels=self.labels)
        names = [self.data.clips[window.clip].clip_id for window in windows]
        return self.injector.apply(
            batch, events, lambda row: textures.of(names[row]), labels=self.labels
        )


class Events:
    """What epochs get.

    Args:
        config: Complete.
        store: Frames of the clips.

    Raises:
        ConfigError: Events are asked for, and the store holds features instead of frames.
    """

    def __init__(self, config: RunConfig, store: object) -> None:
        self._settings, self._seed = config.training, config.seed
        self._injector: Injector | None = None
        self._textures: Textures | None = None
        if self._settings.inject <= 0 and self._settings.warmup_epochs == 0:
            return
        if not isinstance(store, FrameStore):
            key = "inject" if self._settings.inject > 0 else "warmup_epochs"
            raise ConfigError(
                f"training.{key}: needs frames, and training.cache_features keeps none; switch one of "
                "them off"
            )
        source = config.model.input
        self._injector = Injector(source)
        if source.mode == "flow":
            self._textures = Textures(store, source)

    def of_epoch(self, data: ClipDataset, epoch: int, warming: bool) -> EpochEvents | None:
        """Events of an epoch, which follow from the seed and its number alone.

        Args:
            data: The clips.
            epoch: From 0, within its phase.
            warming: Whether it belongs to the self-supervised warm-up.
        """
        settings = self._settings
        if self._injector is None or (settings.inject <= 0 and not warming):
            return None
        return EpochEvents(
            self._injector,
            self._textures,
            data,
            np.random.default_rng([self._seed, epoch, 2 if warming else 1]),
            _WARMUP_CHANCE if warming else settings.inject,
            settings.inject_negatives,
            settings.inject_amplitude,
            not warming,
        )
