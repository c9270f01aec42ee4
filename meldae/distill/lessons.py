"""What a teacher says of every frame, computed once and kept in a memory-mapped file.

The teacher sees each clip as it is, in its own frame rate and windows; the student sees it flipped, shifted
and relit and is asked to say the same.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from meldae.checkpoint import file_sha256
from meldae.frame_file import write_frames
from meldae.inference import as_input, load_model
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.store import FrameStore, Prepared, Progress
from meldae.windows import blend, window_starts
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Clip, Dataset

LOGITS = 3
"""Columns before the features: frame, ME and state logit."""

_FRAMES_AT_ONCE = 768
_LARGEST = 30.0
"""Logits beyond are cut: a sigmoid does not tell them apart, and half precision must hold them."""


@contextmanager
def watch_features(model: nn.Module) -> Iterator[list[Tensor]]:
    """While the block lasts, keep what the locator is given in each forward pass, (B, T, F)."""
    seen: list[Tensor] = []
    handle = model.locator.register_forward_pre_hook(  # type: ignore[union-attr]
        lambda _, given: seen.append(given[0])
    )
    try:
        yield seen
    finally:
        handle.remove()


class Lessons:
    """The teacher's rows for the frames of clips.

    Args:
        dataset: Where the clips are from.
        clips: Whose lessons are kept.
        teacher: A finished run.
        folder: Where the file is kept.
        features: Whether its features are wanted too.
        device: Where the teacher computes.
        progress: Told about clips.

    Raises:
        ModelFileError: The teacher cannot be used.
        ConfigError: Features are wanted of a teacher that shows none.
    """

    def __init__(
        self,
        dataset: Dataset,
        clips: Sequence[Clip],
        teacher: RunFolder,
        folder: Path,
        *,
        features: bool = False,
        device: str | torch.device = "cpu",
        progress: Progress | None = None,
    ) -> None:
        self._starts: dict[str, int] = {}
        self._lengths = {clip.clip_id: clip.n_frames for clip in clips}
        total = 0
        for clip in clips:
            self._starts[clip.clip_id] = total
            total += clip.n_frames
        facts = {
            "teacher": file_sha256(teacher.weights_path),
            "config": teacher.read("config.json").get("config"),
            "data": dataset.data_hash,
            "clips": list(self._starts.items()),
            "features": features,
        }
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
        path = folder / f"teacher-{digest}.npy"
        if not path.is_file():
            model = load_model(teacher, device)
            if features and not isinstance(getattr(model, "locator", None), nn.Module):
                raise ConfigError(
                    f"{teacher.path}: shows no features; name the run itself, or set "
                    "distillation.feature_weight=0"
                )
            width = LOGITS + (_feature_width(model) if features else 0)
            parts = self._ask(model, dataset, clips, teacher, features, progress)
            write_frames(path, parts, (total, width), np.float16)
        self._array: npt.NDArray[np.float16] = np.load(path, mmap_mode="r")

    @property
    def width(self) -> int:
        """Columns of `rows`: the three logits, then the features."""
        return int(self._array.shape[1])

    def rows(self, clip_id: str, index: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        """What the teacher says of some frames.

        Args:
            clip_id: The clip.
            index: Frames of the clip, at its own rate.

        Returns:
            (len(index), 3 + F): frame, ME and state logit, then features if they are kept.
        """
        start = self._starts[clip_id]
        return self._array[start : start + self._lengths[clip_id]][index].astype(np.float32)

    @staticmethod
    def _ask(
        model: Meldae,
        dataset: Dataset,
        clips: Sequence[Clip],
        teacher: RunFolder,
        features: bool,
        progress: Progress | None,
    ) -> Iterator[npt.NDArray[np.float16]]:
        config = teacher.config
        folder = teacher.cache if config.training.cache else None
        store = FrameStore(dataset, config.model.input, folder, progress=progress)
        training = config.training
        for number, clip in enumerate(clips, start=1):
            frames = store.frames(clip.clip_id)
            said = ask(model, frames, training.window, training.overlap, features)
            yield _spread(said, store.source_index(clip.clip_id), clip.n_frames)
            if progress is not None:
                progress("asking the teacher", number, len(clips))


def ask(
    model: Meldae, frames: Prepared, window: int, overlap: float, features: bool = False
) -> npt.NDArray[np.float32]:
    """What a model says of each frame of one clip.

    Args:
        model: In evaluation mode.
        frames: (T, ...) as stored.
        window: Frames per look.
        overlap: Share by which looks overlap.
        features: Whether its features are wanted too.

    Returns:
        (T, 3 + F). A clip logit belongs to all frames of the look; where looks overlap, everything is
        blended as frame scores are.
    """
    starts = window_starts(len(frames), window, overlap)
    span = len(frames) if starts == [0] else window
    device = next(model.parameters()).device
    pieces: list[npt.NDArray[np.float32]] = []
    at_once = max(1, _FRAMES_AT_ONCE // span)
    for first in range(0, len(starts), at_once):
        group = starts[first : first + at_once]
        stacked = as_input(np.stack([frames[start : start + span] for start in group])).to(device)
        with torch.inference_mode():
            if features:
                with watch_features(model) as seen:
                    output = model(stacked)
                # A mirrored look comes second.
                found = [seen[0].float()]
            else:
                output, found = model(stacked), []
            logits = output.frame_logits.float()
            clips = torch.stack((output.me_logits, output.state_logits), dim=-1).float()
            whole = [logits[..., None], clips[:, None].expand(-1, span, -1), *found]
            pieces += list(torch.cat(whole, dim=-1).cpu().numpy())
    columns = [
        blend([piece[:, column] for piece in pieces], starts, len(frames))
        for column in range(pieces[0].shape[1])
    ]
    return np.stack(columns, axis=1)


def _spread(
    said: npt.NDArray[np.float32], index: npt.NDArray[np.intp], n_frames: int
) -> npt.NDArray[np.float16]:
    """From the teacher's frame rate to the clip's own."""
    if len(index) != n_frames:
        places, first = np.unique(index, return_index=True)
        frames = np.arange(n_frames)
        columns = [
            np.interp(frames, places, said[first, column]) for column in range(said.shape[1])
        ]
        said = np.stack(columns, axis=1).astype(np.float32)
    said[:, :LOGITS] = np.clip(said[:, :LOGITS], -_LARGEST, _LARGEST)
    return said.astype(np.float16)


def _feature_width(model: Meldae) -> int:
    layer = model.locator.layers[0]
    assert isinstance(layer, nn.Linear)  # noqa: S101 - a FrameHead begins with one
    return layer.in_features
