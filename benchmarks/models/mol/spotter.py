"""MOL as a row of a leaderboard: it recognises as published, and spots through an adapter."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from benchmarks.features.flow_methods import FlowMethod
from benchmarks.models.adapters.shared import SharedAdapter, SharedOptions
from benchmarks.models.adapters.window import WindowAdapter, WindowOptions
from benchmarks.models.base import FitContext, Recogniser, Spotter
from benchmarks.models.cut_clips import NOT_LEARNT, NothingToSpotError, say_nothing
from benchmarks.models.mol.config import SIZES, MolConfig
from benchmarks.models.mol.frames import MolFrames
from benchmarks.models.mol.recognition import MolRecogniser
from benchmarks.models.mol.windows import MolWindows
from benchmarks.models.options import Options, read_options
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.predictions import ClipPrediction, Recognition


class MolOptions(Options):
    """Settings of MOL.

    Args:
        size: ``"paper"``, as published, or ``"nano"``, for a processor.
        flow: How flow targets are computed: ``"tvl1"`` is the published way, ``"dis"`` many times cheaper;
            ``"none"`` leaves that task out.
        input: ``"grey"``, as published, or ``"motion"``; the size's own when `None`.
        landmarks: Whether landmarks are learnt too.
        graph: ``"channel"``, the paper's graph, or ``"positional"``, the released program's.
        itself: Whether a node is its own neighbour, as in the released program.
        twice: Whether a node is subtracted twice, as in the released program.
        balanced: Whether rare emotions weigh more; the published loss does not know this.
        steps: Of training; the size's own when `None`.
        batch: Sequences per step; the size's own when `None`.
        rate: Learning rate; the size's own when `None`.
        adapter: How it spots: ``"window"`` slides it over the clip, ``"shared"`` gives its encoder MELDAE's
            Bi-LSTM, heads and loss, without flow and landmarks.
        window: See `WindowOptions`.
        shared: See `SharedOptions`.
    """

    size: Literal["nano", "paper"] = "nano"
    flow: Literal["tvl1", "dis", "none"] = "dis"
    input: Literal["grey", "motion"] | None = None
    landmarks: bool = True
    graph: Literal["channel", "positional"] = "channel"
    itself: bool = False
    twice: bool = False
    balanced: bool = False
    steps: int | None = Field(default=None, ge=1)
    batch: int | None = Field(default=None, ge=2)
    rate: float | None = Field(default=None, gt=0)
    adapter: Literal["window", "shared"] = "window"
    window: WindowOptions = WindowOptions()
    shared: SharedOptions = SharedOptions()

    @property
    def method(self) -> FlowMethod | None:
        """How flow targets are computed; `None` for not at all."""
        return None if self.flow == "none" else self.flow

    @property
    def config(self) -> MolConfig:
        """Network and training."""
        base = SIZES[self.size]
        network = base.network.model_copy(
            update={
                "flow": self.flow != "none",
                "landmarks": self.landmarks,
                "input": self.input or base.network.input,
                "graph": self.graph,
                "itself": self.itself,
                "twice": self.twice,
            }
        )
        given = {"steps": self.steps, "batch": self.batch, "rate": self.rate}
        changed = {name: value for name, value in given.items() if value is not None}
        return MolConfig(network=network, training=base.training.model_copy(update=changed))


def _adapter(options: MolOptions) -> WindowAdapter | SharedAdapter:
    if options.adapter == "shared":
        return SharedAdapter(MolFrames(options.config.network), options.shared)
    return WindowAdapter(MolWindows(options.config, options.method), options.window)


class Mol(Spotter, Recogniser):
    """Two networks of one kind: one for emotions, one to spot with."""

    def __init__(self) -> None:
        self.options = MolOptions()
        self._context: FitContext | None = None
        self._adapter: WindowAdapter | SharedAdapter | None = None
        self._recogniser: MolRecogniser | None = None

    def fit(self, dataset: Dataset, context: FitContext) -> None:
        """Train the network that spots, and that of emotions when emotions are asked for."""
        self.options = options = read_options(MolOptions, context.options, "mol")
        self._context, self._recogniser = context, None
        self._adapter = _adapter(options)
        try:
            self._adapter.fit(dataset, context)
        except NothingToSpotError:
            if context.emotions is None:
                raise
            self._adapter = None
        if context.emotions is not None:
            recogniser = MolRecogniser(options.config, options.method, balanced=options.balanced)
            recogniser.learn(dataset, context.emotions, context)
            self._recogniser = recogniser

    def predict(self, dataset: Dataset, split: str) -> list[ClipPrediction]:
        """Spot in the clips of a split."""
        if self._context is None:
            raise ValueError("Expected `fit` before `predict`.")
        if self._adapter is None:
            return say_nothing(dataset, split)
        return self._adapter.predict(dataset, split, self._context)

    def recognise(self, dataset: Dataset, samples: Sequence[EmotionSample]) -> list[Recognition]:
        """Say the emotion of each sample.

        Raises:
            ValueError: `fit` was given no emotions.
        """
        if self._context is None or self._recogniser is None:
            raise ValueError("Expected `fit` with emotions before `recognise`.")
        return self._recogniser.recognise(dataset, samples, self._context)

    def describe(self) -> dict[str, Any]:
        """Facts for the result; what belongs to the recogniser is under ``recognition``."""
        facts = {"spotting": NOT_LEARNT} if self._adapter is None else self._adapter.describe()
        options = self.options
        said: dict[str, Any] = {
            **facts,
            "size": options.size,
            "flow": options.flow,
            "landmarks": options.landmarks,
            "graph": options.graph,
        }
        if self._recogniser is not None:
            said["recognition"] = self._recogniser.describe()
        return said
