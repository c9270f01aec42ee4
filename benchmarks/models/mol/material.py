"""Sequences with everything that a step of training needs, cut out of clips.

Of a clip there are the canvas (T, S', S'), the flow of the sampled pairs of frames (P, 2, S', S') and the
landmarks of every frame (T, 68, 2). A sequence takes the same random cut of all three.
"""

import itertools
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from benchmarks.features.flow_methods import FlowMethod
from benchmarks.features.landmarks import LandmarkFeature
from benchmarks.features.store import FeatureStore
from benchmarks.models.base import FitContext
from benchmarks.models.mol.canvas import CanvasFeature, canvas_side, on_canvas
from benchmarks.models.mol.pair_flow import Half, pair_flows
from wdmd_tools.manifest import Clip, Dataset

UInt8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Frames = npt.NDArray[np.int64]


class Cut(NamedTuple):
    """Where frames are cut from the canvas.

    Args:
        left: Px.
        top: Px.
    """

    left: int
    top: int


class Batch(NamedTuple):
    """Input and targets of B sequences of N frames.

    Args:
        frames: Shape (B, N, S, S), normalised.
        flow: Shape (B, N - 1, 2, S, S), px; `None` when it is not taught.
        landmarks: Shape (B, N - 1, 68, 2), px, of the frames from the second on, NaN without a face;
            `None` when they are not taught.
    """

    frames: Tensor
    flow: Tensor | None
    landmarks: Tensor | None


@dataclass(frozen=True)
class Scale:
    """Normalisation of grey values, from the training frames: as published, less the mean, by the largest.

    Args:
        mean: Of all.
        largest: Of all.
    """

    mean: float = 0.0
    largest: float = 255.0

    def apply(self, pictures: UInt8) -> Float:
        """Normalised pictures, of the same shape."""
        return ((pictures.astype(np.float32) - self.mean) / self.largest).astype(np.float32)

    @classmethod
    def of(cls, canvases: Iterable[UInt8]) -> "Scale":
        """Of pictures."""
        total, count, largest = 0.0, 0, 1
        for one in canvases:
            total += float(one.sum(dtype=np.int64))
            count += one.size
            largest = max(largest, int(one.max()))
        return cls(total / max(1, count), float(largest))


@dataclass(frozen=True)
class Sequence8:
    """One sequence.

    Args:
        clip_id: Of the clip.
        frames: Shape (N,), frame numbers.
    """

    clip_id: str
    frames: Frames


class Material:
    """Pictures and targets of the clips that sequences are cut from.

    Args:
        size: Of the network's frames, px.
        scale: Normalisation.
        canvases: By clip id, shape (T, S', S').
        flows: By clip id, the flow of each pair of frames.
        landmarks: By clip id, shape (T, 68, 2), px of the canvas.
    """

    def __init__(
        self,
        size: int,
        scale: Scale,
        canvases: dict[str, UInt8],
        flows: dict[str, dict[tuple[int, int], Half]] | None = None,
        landmarks: dict[str, Float] | None = None,
    ) -> None:
        self.size, self.scale = size, scale
        self.canvases, self.flows, self.landmarks = canvases, flows, landmarks

    @property
    def middle(self) -> Cut:
        """The cut used when nothing is learnt."""
        spare = (canvas_side(self.size) - self.size) // 2
        return Cut(spare, spare)

    def random_cut(self, generator: np.random.Generator) -> Cut:
        """A cut for training, the same for all frames of a sequence."""
        spare = canvas_side(self.size) - self.size
        left, top = generator.integers(0, spare + 1, 2).tolist()
        return Cut(left, top)

    def batch(self, chosen: Sequence[Sequence8], cuts: Sequence[Cut]) -> Batch:
        """Stack sequences.

        Args:
            chosen: B of one length.
            cuts: One each.
        """
        frames, flows, landmarks = [], [], []
        for one, cut in zip(chosen, cuts, strict=True):
            rows, columns = (slice(at, at + self.size) for at in (cut.top, cut.left))
            pictures = self.canvases[one.clip_id][one.frames][:, rows, columns]
            frames.append(self.scale.apply(pictures))
            if self.flows is not None:
                known = self.flows[one.clip_id]
                flows.append(np.stack([known[pair][:, rows, columns] for pair in pairs_of(one)]))
            if self.landmarks is not None:
                points = self.landmarks[one.clip_id][one.frames[1:]]
                landmarks.append(points - np.array([cut.left, cut.top], np.float32))
        return Batch(
            torch.from_numpy(np.stack(frames)),
            torch.from_numpy(np.stack(flows)).float() if flows else None,
            torch.from_numpy(np.stack(landmarks)) if landmarks else None,
        )


def pairs_of(one: Sequence8) -> list[tuple[int, int]]:
    """The consecutive frames of a sequence."""
    return list(itertools.pairwise(one.frames.tolist()))


def gather(
    dataset: Dataset,
    clips: Sequence[Clip],
    size: int,
    context: FitContext,
    *,
    scale: Scale | None = None,
    taught: Sequence[Sequence8] = (),
    flow: FlowMethod | None = None,
    landmarks: bool = False,
) -> Material:
    """Read the clips, and compute the targets of the sequences that are taught.

    Args:
        dataset: Of the clips.
        clips: Which.
        size: Of the network's frames, px.
        context: Cache and progress.
        scale: Normalisation; that of the clips when `None`.
        taught: Sequences whose flow is needed.
        flow: How flow is computed; `None` for none.
        landmarks: Whether landmarks are needed; of all clips.
    """
    side = canvas_side(size)
    pictures = FeatureStore(context.cache_dir, lambda _fps: CanvasFeature(side), context.progress)
    canvases = {clip.clip_id: canvas for clip, canvas in pictures.each(dataset, clips)}
    flows = None if flow is None else _flows(canvases, taught, flow, context)
    points = None
    if landmarks:
        faces = FeatureStore(context.cache_dir, LandmarkFeature, context.progress)
        points = {
            clip.clip_id: on_canvas(found, side) for clip, found in faces.each(dataset, clips)
        }
    return Material(size, scale or Scale.of(canvases.values()), canvases, flows, points)


def _flows(
    canvases: dict[str, UInt8],
    taught: Sequence[Sequence8],
    method: FlowMethod,
    context: FitContext,
) -> dict[str, dict[tuple[int, int], Half]]:
    wanted: dict[str, set[tuple[int, int]]] = {clip_id: set() for clip_id in canvases}
    for one in taught:
        wanted[one.clip_id].update(pairs_of(one))
    clips = [clip_id for clip_id, pairs in wanted.items() if pairs]
    ordered = [sorted(wanted[clip_id]) for clip_id in clips]
    workers = max(1, int(os.environ.get("OMP_NUM_THREADS", "") or os.cpu_count() or 1))
    found: dict[str, dict[tuple[int, int], Half]] = {}
    with ThreadPoolExecutor(workers) as pool:
        every = pool.map(
            lambda index: pair_flows(canvases[clips[index]], ordered[index], method),
            range(len(clips)),
        )
        for index, flows in enumerate(every):
            found[clips[index]] = dict(zip(ordered[index], flows, strict=True))
            context.progress("flow of pairs", index + 1, len(clips))
    return found
