"""What a frozen frame encoder says of every frame, computed once and kept in a memory-mapped file.

With a frozen encoder its output never changes, and it takes nearly all of the time of an epoch.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from meldae.frame_file import write_frames
from meldae.model import Meldae
from meldae.settings import RunConfig
from meldae.store import FrameStore, Prepared, Progress
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Clip

_FRAMES_AT_ONCE = 32


def check_cacheable(config: RunConfig) -> None:
    """Refuse settings under which features of a frame are not always the same.

    Raises:
        ConfigError: The encoder learns, pixels are augmented, or a frame's features depend on others.
    """
    training, model = config.training, config.model
    changed = [
        name for name in ("augment", "colour", "blur", "compression") if getattr(training, name) > 0
    ]
    reason = ""
    if training.lr_backbone > 0:
        reason = "the frame encoder learns; set training.lr_backbone=0"
    elif changed:
        reason = f"pixels are augmented; set training.{changed[0]}=0"
    elif model.input.mode == "motion" or (model.backbone.kind == "nano" and model.backbone.tube):
        reason = (
            "this encoder looks at several frames at a time; use model.input.mode=rgb or flow, and "
            "model.backbone.tube=0"
        )
    if reason:
        raise ConfigError(f"training.cache_features: {reason}")


class FeatureStore:
    """Features of clips, with the interface of the frames that they are made of.

    Args:
        frames: The frames.
        clips: Whose features are kept; others are not to be asked for.
        model: Its frame encoder is run, on its device, where the file is not there yet.
        folder: Where the file is kept.
        progress: Told about clips.
    """

    def __init__(
        self,
        frames: FrameStore,
        clips: Sequence[Clip],
        model: Meldae,
        folder: Path,
        progress: Progress | None = None,
    ) -> None:
        self._frames = frames
        self._starts: dict[str, int] = {}
        total = 0
        for clip in clips:
            self._starts[clip.clip_id] = total
            total += frames.length(clip.clip_id)
        path = folder / f"features-{_key(frames, clips, model)}.npy"
        if not path.is_file():
            width = model.encoder.embed_dim
            grid = model.config.region_grid
            regions = grid[0] * grid[1] if model.enhancer is not None else 0
            parts = self._encode(clips, model, progress)
            write_frames(path, parts, (total, 1 + regions, width), np.float16)
        self._array: npt.NDArray[np.float16] = np.load(path, mmap_mode="r")

    def length(self, clip_id: str) -> int:
        """Frames of a clip on the model's frame rate."""
        return self._frames.length(clip_id)

    def source_index(self, clip_id: str) -> npt.NDArray[np.intp]:
        """Which frame of the crop video stands at each frame of the model."""
        return self._frames.source_index(clip_id)

    def frames(self, clip_id: str, index: npt.NDArray[np.intp] | None = None) -> Prepared:
        """Features of a clip's frames, (len(index), 1 + P, D) float16.

        Args:
            clip_id: The clip.
            index: Which frames, all when `None`.
        """
        start = self._starts[clip_id]
        whole = self._array[start : start + self.length(clip_id)]
        chosen: Prepared = np.ascontiguousarray(whole if index is None else whole[index])
        return chosen

    def _encode(
        self, clips: Sequence[Clip], model: Meldae, progress: Progress | None
    ) -> Iterator[npt.NDArray[np.float16]]:
        device = next(model.parameters()).device
        was_training = model.training
        model.eval()
        for number, clip in enumerate(clips, start=1):
            frames = self._frames.frames(clip.clip_id)
            for start in range(0, len(frames), _FRAMES_AT_ONCE):
                piece = torch.from_numpy(np.array(frames[start : start + _FRAMES_AT_ONCE]))
                with torch.inference_mode():
                    ready = piece if piece.dtype == torch.uint8 else piece.float()
                    encoded = model.encode(ready[None].to(device))[0]
                yield encoded.half().cpu().numpy()
            if progress is not None:
                progress("encoding frames", number, len(clips))
        model.train(was_training)


def _key(frames: FrameStore, clips: Sequence[Clip], model: Meldae) -> str:
    """Stands for the frames, the encoder's weights, and how patches are pooled."""
    digest = hashlib.sha256()
    facts = {
        "frames": frames.identity,
        "clips": [(clip.clip_id, frames.length(clip.clip_id)) for clip in clips],
        "backbone": asdict(model.config.backbone),
        "regions": list(model.config.region_grid) if model.enhancer is not None else None,
    }
    digest.update(json.dumps(facts, sort_keys=True).encode())
    for name, value in sorted(model.encoder.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
