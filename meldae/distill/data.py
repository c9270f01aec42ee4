"""Windows of clips with what the teacher says of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from meldae.data import Batch, ClipDataset, Window
from meldae.distill.lessons import Lessons
from meldae.feature_store import FeatureStore
from meldae.store import FrameStore
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.manifest import Clip, Dataset


@dataclass(frozen=True)
class TaughtBatch(Batch):
    """A batch and its lessons.

    Args:
        lessons: (B, T, 3 + F) float, see `Lessons.rows`; 0 on padding.
    """

    lessons: Tensor


class TaughtDataset(ClipDataset):
    """As `ClipDataset`, with lessons.

    Args:
        dataset: Where the clips are from.
        clips: Which clips.
        store: Their frames.
        lessons: Of these clips.
        threads: See `ClipDataset`.
        scheme: See `ClipDataset`.
        macro: See `ClipDataset`.
    """

    def __init__(
        self,
        dataset: Dataset,
        clips: Sequence[Clip],
        store: FrameStore | FeatureStore,
        lessons: Lessons,
        threads: int | None = None,
        scheme: EmotionScheme | None = None,
        macro: bool = False,
    ) -> None:
        super().__init__(dataset, clips, store, threads, scheme, macro)
        self._lessons = lessons

    def collate(self, windows: Sequence[Window]) -> TaughtBatch:
        """As `ClipDataset.collate`."""
        plain = super().collate(windows)
        lessons = torch.zeros(*plain.mask.shape, self._lessons.width)
        for row, window in enumerate(windows):
            clip_id = self.clips[window.clip].clip_id
            index = self.store.source_index(clip_id)[window.index]
            lessons[row, : window.length] = torch.from_numpy(self._lessons.rows(clip_id, index))
        values: dict[str, Any] = {one.name: getattr(plain, one.name) for one in fields(plain)}
        return TaughtBatch(**values, lessons=lessons)
