"""Explain a run on a dataset: shares by region over a split, and pictures of single clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from meldae.explain.attention import ClipAttention, attention_of, check_explainable
from meldae.explain.moments import choose_moments
from meldae.explain.pictures import plot_maps, plot_over_time
from meldae.explain.regions import by_band
from meldae.explain.shares import GROUPS, Shares, band_sums, measure_shares
from meldae.inference import load_model
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.store import FrameStore, Progress, clips_of, read_crop, to_model_frames
from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset


@dataclass(frozen=True)
class Explainer:
    """A run's model beside a dataset's frames.

    Args:
        run: A finished run.
        dataset: Any built dataset.
        model: The run's, with an enhancer.
        store: Frames of the dataset.
    """

    run: RunFolder
    dataset: Dataset
    model: Meldae
    store: FrameStore

    @classmethod
    def open(
        cls, run: RunFolder, dataset: Dataset, device: str = "cpu", progress: Progress | None = None
    ) -> "Explainer":
        """Load the model and find the frames.

        Raises:
            ConfigError: The run has no enhancer, or is an exported file.
            ModelFileError: The run cannot be used.
        """
        if run.path.suffix == ".onnx":
            raise ConfigError(
                f"{run.path}: an exported file shows no attention; name the run itself"
            )
        model = load_model(run, device)
        check_explainable(model)
        folder = run.cache if run.config.training.cache else None
        store = FrameStore(dataset, run.config.model.input, folder, progress=progress)
        return cls(run, dataset, model, store)

    def attention(self, clip: Clip) -> ClipAttention:
        """What the model looks at in a clip, on its own frame rate."""
        settings = self.run.config.training
        frames = self.store.frames(clip.clip_id)
        return attention_of(self.model, frames, settings.window, settings.overlap)

    def shares(self, split: str | None, progress: Progress | None = None) -> Shares:
        """Attention by face region over the clips of a split.

        Args:
            split: Which clips; all when `None`.
            progress: Told about clips.
        """
        clips = list(self.dataset.iter_clips()) if split is None else clips_of(self.dataset, split)
        grid = self.model.config.region_grid
        sums: dict[str, npt.NDArray[np.float64]] = {}
        frames = np.zeros(len(GROUPS), dtype=int)
        for number, clip in enumerate(clips, start=1):
            found = self.attention(clip)
            speaking, is_me = self._labels(clip)
            mine = band_sums(by_band(found.mean, grid), found.weight, speaking, is_me)
            sums[clip.recording_id] = sums.get(clip.recording_id, np.zeros(18)) + mine
            frames += [int((speaking == 1).sum()), int((speaking == 0).sum()), int(is_me.sum())]
            if progress is not None:
                progress("attention", number, len(clips))
        cells = grid[0] * grid[1]
        even = by_band(np.full(cells, 1 / cells, dtype=np.float32), grid).astype(np.float64)
        return measure_shares(sums, frames.tolist(), even)

    def _labels(self, clip: Clip) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
        index = self.store.source_index(clip.clip_id)
        inside = np.zeros(clip.n_frames, dtype=bool)
        for one in self.dataset.reference_intervals(clip.clip_id):
            inside[one.start_ms : one.end_ms] = True
        return self.dataset.speaking_by_frame(clip.clip_id)[index], inside[index]

    def draw(self, clip: Clip, folder: Path, frames: Sequence[int] = ()) -> list[Path]:
        """Pictures of one clip: maps of some frames, and attention over time.

        Args:
            clip: Which.
            folder: Where to.
            frames: Frames of the clip's own video; those of `choose_moments` when empty.

        Returns:
            The files.

        Raises:
            ConfigError: A frame is outside of the clip.
        """
        wrong = [frame for frame in frames if not 0 <= frame < clip.n_frames]
        if wrong:
            raise ConfigError(
                f"--frame {wrong[0]}: clip {clip.clip_id} has the frames 0 to {clip.n_frames - 1}"
            )
        found = self.attention(clip)
        grid, config = self.model.config.region_grid, self.model.config.input
        index = self.store.source_index(clip.clip_id)
        references = self.dataset.reference_intervals(clip.clip_id)
        chosen: dict[str, int] = {f"frame {frame}": frame for frame in frames} or choose_moments(
            references, self.dataset.speaking_by_frame(clip.clip_id), clip.n_frames
        )
        video = read_crop(clip.crop_path)
        written = []
        for name, frame in chosen.items():
            place = int(np.argmin(np.abs(index - frame)))
            face = to_model_frames(video[frame : frame + 1], config)[0].transpose(1, 2, 0)
            path = folder / f"{clip.clip_id}_{name.replace(' ', '_')}.png"
            title = f"{clip.clip_id}, {name if frames else f'{name} (frame {frame})'}"
            shown = np.repeat(face, 3, axis=2) if face.shape[2] == 1 else face
            plot_maps(path, title, shown, found.maps[place], grid)
            written.append(path)
        path = folder / f"{clip.clip_id}_over_time.png"
        speaking, _ = self._labels(clip)
        # Onsets on the model's own frame axis.
        spans = []
        for one in references:
            first, end = np.searchsorted(index, (one.start_ms, one.end_ms)).tolist()
            spans.append(Interval(first, max(first + 1, end)))
        plot_over_time(
            path,
            f"{clip.clip_id}: attention by face region",
            by_band(found.mean, grid),
            found.scores,
            spans,
            speaking,
            config.fps or clip.fps,
        )
        return [*written, path]


def pick_clips(dataset: Dataset, split: str | None, clip_id: str | None) -> list[Clip]:
    """The named clip, or the split's first with both speech and a micro-expression.

    Raises:
        UnknownNameError: There is no such clip.
    """
    clips = list(dataset.iter_clips(None if clip_id else split))
    if clip_id is not None:
        found = [clip for clip in clips if clip.clip_id == clip_id]
        if not found:
            raise UnknownNameError("clip", clip_id, [clip.clip_id for clip in clips])
        return found
    wanted = [
        clip
        for clip in clips
        if clip.has_me and len(set(dataset.speaking_by_frame(clip.clip_id).tolist()) & {0, 1}) == 2
    ]
    return (wanted or [clip for clip in clips if clip.has_me] or clips)[:1]


def shares_table(shares: Shares) -> tuple[list[str], list[list[str]]]:
    """Head and rows of text: a region per row."""
    groups = (*GROUPS, "speaking - listening")
    head = ["face region", *groups, "even"]
    rows = []
    for region, even in shares.even.items():
        cells: list[str] = []
        for group in groups:
            one: Any = shares.of(region, group)
            sign = "+" if group == "speaking - listening" else ""
            text = "n/a (no such frames)" if one.value is None else f"{100 * one.value:{sign}.1f} %"
            if one.low is not None:
                text += f" ({100 * one.low:{sign}.1f} to {100 * one.high:{sign}.1f})"
            cells.append(text)
        rows.append([region, *cells, f"{100 * even:.0f} %"])
    return head, rows
