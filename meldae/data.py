"""Random windows of clips for training."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from meldae.emotions import labelled_mes
from meldae.feature_store import FeatureStore
from meldae.read_ahead import ReadAhead
from meldae.store import FrameStore, Prepared
from meldae.targets import ClipTargets, clip_targets
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.manifest import Clip, Dataset


@dataclass(frozen=True)
class Batch:
    """Windows of B clips, padded to the longest.

    Args:
        frames: (B, T, C, H, W) as stored (`meldae.store.stored_shape`), 0 on padding.
        mask: (B, T) bool, true on real frames.
        inside: (B, T) float, 1 inside an ME.
        boundary: (B, T) bool, annotated onset and offset frames.
        has_me: (B,) float.
        speaking: (B,) float, -1 where unknown.
        segments: (N, 4) whole numbers, the MEs whose emotion is known: row, first frame, frame after the
            last, class; `None` where no emotions are learnt.
        macro: (B, T) float, 1 inside a macro-expression; `None` where they are not learnt, or not known.
        macro_boundary: (B, T) bool.
    """

    frames: Tensor
    mask: Tensor
    inside: Tensor
    boundary: Tensor
    has_me: Tensor
    speaking: Tensor
    segments: Tensor | None = field(default=None, kw_only=True)
    macro: Tensor | None = field(default=None, kw_only=True)
    macro_boundary: Tensor | None = field(default=None, kw_only=True)

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return type(self)(**_on(self, device))


def _on(batch: Batch, device: torch.device) -> dict[str, Any]:
    values = {one.name: getattr(batch, one.name) for one in fields(batch)}
    return {name: None if value is None else value.to(device) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a clip, in the model's frame rate, played at another speed where `span` is not `length`.

    Args:
        clip: Number of the clip.
        start: First frame.
        span: Frames of the clip that the window covers.
        length: Frames of the window.
    """

    clip: int
    start: int
    span: int
    length: int

    @property
    def index(self) -> npt.NDArray[np.intp]:
        """Which of the clip's frames, (length,), not decreasing."""
        steps = np.floor(np.arange(self.length) * self.span / self.length)
        return self.start + steps.astype(np.intp)


class ClipDataset:
    """Clips of a split with their targets, on the model's frame rate.

    Args:
        dataset: Where they are from.
        clips: Which clips.
        store: Their frames.
        threads: Threads that load windows ahead, see `expect`; by default one per core, at most 8.
        scheme: The classes of emotions that are learnt; `None` for none.
        macro: Whether macro-expressions are learnt.
    """

    def __init__(
        self,
        dataset: Dataset,
        clips: Sequence[Clip],
        store: FrameStore | FeatureStore,
        threads: int | None = None,
        scheme: EmotionScheme | None = None,
        macro: bool = False,
    ) -> None:
        self.macro = macro
        self.clips, self.store, self.scheme = list(clips), store, scheme
        self._ahead: ReadAhead[Window, Prepared] = ReadAhead(self._load, threads)
        known = labelled_mes(dataset, scheme) if scheme is not None else {}
        self.targets = [
            clip_targets(dataset, clip, known.get(clip.clip_id, ()), macro).take(
                store.source_index(clip.clip_id)
            )
            for clip in self.clips
        ]
        self.runs = [
            (number, *run)
            for number, targets in enumerate(self.targets)
            for run in _runs(targets.inside)
        ]

    @property
    def n_frames(self) -> int:
        """Frames of all clips at the model's rate."""
        return sum(len(targets) for targets in self.targets)

    def plan_epoch(
        self,
        rng: np.random.Generator,
        window: int,
        me_share: float,
        stretch: float = 0.0,
        balance_states: bool = False,
    ) -> list[Window]:
        """Draw the windows of one epoch, as many as cover all frames once.

        Args:
            rng: Decides everything.
            window: Frames of a window; a shorter clip is taken whole.
            me_share: Share of windows that hold an ME where there is one; the others are anywhere.
            stretch: Largest relative change of speed.
            balance_states: Whether speaking and other windows are equally frequent, with an ME and without.

        Returns:
            Windows in random order.
        """
        lengths = np.array([len(targets) for targets in self.targets], dtype=float)
        weights = lengths * self._state_weights() if balance_states else lengths
        runs = self.runs
        count = max(1, round(self.n_frames / window))
        with_me = round(count * me_share) if runs else 0
        # Every ME is drawn equally often, up to one.
        order = (
            self._alternating(rng, with_me)
            if balance_states
            else _permutations(rng, len(runs), with_me)
        )
        # As Generator.choice draws, without a sum over all clips for every window.
        chances = np.cumsum(weights / weights.sum())
        chances /= chances[-1]
        windows = []
        for number in range(count):
            if number < with_me:
                clip, first, end = runs[int(order[number])]
                middle = int(rng.integers(first, end))
                start = middle - int(rng.integers(window // 8, window - window // 8))
            else:
                clip = int(chances.searchsorted(rng.random(), side="right"))
                start = int(rng.integers(0, max(1, int(lengths[clip]) - window + 1)))
            windows.append(self._window(clip, start, window, 1 + rng.uniform(-stretch, stretch)))
        return [windows[i] for i in rng.permutation(count)]

    def _state_weights(self) -> npt.NDArray[np.float64]:
        """Per clip a factor on its chance, so that both states hold half; unknown ones keep theirs."""
        states = np.array([targets.majority_speaking for targets in self.targets])
        lengths = np.array([len(targets) for targets in self.targets], dtype=float)
        weights = np.ones(len(states))
        both = [lengths[states == state].sum() for state in (0.0, 1.0)]
        if all(both):
            for state, total in zip((0.0, 1.0), both, strict=True):
                weights[states == state] = sum(both) / 2 / total
        return weights

    def _alternating(self, rng: np.random.Generator, count: int) -> npt.NDArray[np.intp]:
        """Numbers of MEs, by turns one in speech and one outside, each equally often within its state."""
        by_state: dict[bool, list[int]] = {True: [], False: []}
        for number, (clip, first, end) in enumerate(self.runs):
            said = self.targets[clip].speaking[first:end]
            by_state[bool((said == 1).sum() * 2 >= len(said))].append(number)
        if not all(by_state.values()):
            return _permutations(rng, len(self.runs), count)
        order = np.empty(count + 1, dtype=np.intp)
        for place, numbers in enumerate(by_state.values()):
            mine = _permutations(rng, len(numbers), count // 2 + 1)[: len(order[place::2])]
            order[place::2] = np.array(numbers)[mine]
        return order

    def _window(self, clip: int, start: int, window: int, speed: float) -> Window:
        length = len(self.targets[clip])
        take = min(window, length)
        span = min(length, max(1, round(take * speed)))
        start = int(np.clip(start, 0, length - span))
        return Window(clip, start, span, take)

    def expect(self, windows: Iterable[Window]) -> AbstractContextManager[None]:
        """While the block lasts, load these windows before `collate` asks for them, in this order.

        Two per thread are held at most, so memory does not depend on their number.
        """
        return self._ahead.expect(windows)

    def _load(self, window: Window) -> Prepared:
        return self.store.frames(self.clips[window.clip].clip_id, window.index)

    def collate(self, windows: Sequence[Window]) -> Batch:
        """Load windows into one padded batch, or take those that were expected."""
        longest = max(window.length for window in windows)
        frames = [self._ahead.get(window) for window in windows]
        targets = [self.targets[window.clip].take(window.index) for window in windows]
        batch = make_batch(frames, targets, longest)
        if self.scheme is None:
            return batch
        segments = [
            (row, *one)
            for row, (window, truth) in enumerate(zip(windows, targets, strict=True))
            for one in truth.segments(self.targets[window.clip])
        ]
        return replace(batch, segments=torch.tensor(segments, dtype=torch.long).reshape(-1, 4))

    def emotion_counts(self) -> Tensor:
        """MEs of each class of the scheme, (K,)."""
        found = [emotion for truth in self.targets for *_, emotion in truth.segments()]
        classes = () if self.scheme is None else self.scheme.classes
        return torch.bincount(torch.tensor(found, dtype=torch.long), minlength=len(classes))

    def batches(self, windows: Sequence[Window], batch_size: int) -> Iterator[Batch]:
        """All windows, in order, `batch_size` at a time, loaded ahead."""
        with self.expect(windows):
            for start in range(0, len(windows), batch_size):
                yield self.collate(windows[start : start + batch_size])


def make_batch(frames: Sequence[Prepared], targets: Sequence[ClipTargets], longest: int) -> Batch:
    """Pad clips at the end and stack them."""
    shape = (len(frames), longest)
    padded = np.zeros((*shape, *frames[0].shape[1:]), dtype=frames[0].dtype)
    mask = np.zeros(shape, dtype=np.bool_)
    inside = np.zeros(shape, dtype=np.float32)
    boundary = np.zeros(shape, dtype=np.bool_)
    macro = np.zeros((2, *shape), dtype=np.float32)
    for row, (one, truth) in enumerate(zip(frames, targets, strict=True)):
        if truth.macro is not None and truth.macro_boundary is not None:
            macro[:, row, : len(one)] = truth.macro, truth.macro_boundary
        padded[row, : len(one)] = one
        mask[row, : len(one)] = True
        inside[row, : len(one)] = truth.inside
        boundary[row, : len(one)] = truth.boundary
    return Batch(
        frames=torch.from_numpy(padded),
        mask=torch.from_numpy(mask),
        inside=torch.from_numpy(inside),
        boundary=torch.from_numpy(boundary),
        has_me=torch.tensor([truth.has_me for truth in targets]),
        speaking=torch.tensor([truth.majority_speaking for truth in targets]),
        macro=torch.from_numpy(macro[0]) if targets[0].macro is not None else None,
        macro_boundary=torch.from_numpy(macro[1] > 0) if targets[0].macro is not None else None,
    )


def _permutations(rng: np.random.Generator, size: int, count: int) -> npt.NDArray[np.intp]:
    """At least `count` numbers below `size`, each equally often up to one."""
    return np.concatenate([rng.permutation(size) for _ in range(count // max(1, size) + 1)])


def _runs(inside: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Half-open runs of ones."""
    steps = np.diff(np.concatenate(([0], (inside > 0.5).astype(np.int8), [0])))
    return [
        (int(first), int(end))
        for first, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True)
    ]
