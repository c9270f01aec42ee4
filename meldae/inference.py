"""Trained weights to predictions for the clips of a dataset."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from meldae.calibration import rescale
from meldae.checkpoint import build_model, load_weights, read_tensors
from meldae.decode import Decoding, decode
from meldae.emotions import EmotionTrace
from meldae.feature_store import FeatureStore
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.store import FrameStore, Prepared, Progress, clips_of
from meldae.timing import spread_scores
from meldae.windows import blend, window_starts
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.predictions import MACRO, ClipPrediction

_FRAMES_PER_BATCH = 768

Autocast = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class RawScores:
    """What the model says about one clip, before any choice.

    Args:
        frame_scores: (T,) in [0, 1], on the clip's own frames.
        me_logit: Largest over windows: an ME anywhere is an ME.
        state_logit: Mean over windows, weighted by frames.
        emotions: Of the emotion head, on the clip's own frames; `None` without that head.
        macro_scores: As `frame_scores`, for macro-expressions; `None` without a locator for them.
    """

    frame_scores: npt.NDArray[np.float32]
    me_logit: float
    state_logit: float
    emotions: EmotionTrace | None = None
    macro_scores: npt.NDArray[np.float32] | None = None


class Said(NamedTuple):
    """Logits of one clip or window, on the model's frames.

    Args:
        frames: (T,).
        me: Of the clip.
        state: Of the clip.
        emotions: (T, 1 + K), or `None` without an emotion head.
        macro: (T,), or `None` without a locator of macro-expressions.
    """

    frames: npt.NDArray[np.float32]
    me: float
    state: float
    emotions: npt.NDArray[np.float32] | None
    macro: npt.NDArray[np.float32] | None = None


def score_frames(
    model: Meldae,
    clips: Sequence[Prepared],
    window: int,
    overlap: float,
    autocast: Autocast = nullcontext,
) -> list[tuple[npt.NDArray[np.float32], float, float]]:
    """Logits of clips that are already on the model's frame rate and size.

    Args:
        model: In evaluation mode.
        clips: Each (T, ...) as stored (`meldae.store.stored_shape`).
        window: Frames per look.
        overlap: Share by which looks overlap.
        autocast: Context of the forward pass.

    Returns:
        Per clip: frame logits (T,), ME logit, state logit; `say` tells emotions too.
    """
    return [one[:3] for one in say(model, clips, window, overlap, autocast)]


def say(
    model: Meldae,
    clips: Sequence[Prepared],
    window: int,
    overlap: float,
    autocast: Autocast = nullcontext,
) -> list[Said]:
    """All that a model says of clips; for arguments see `score_frames`."""
    jobs = [
        (number, start, clip[start : start + _span(len(clip), window)])
        for number, clip in enumerate(clips)
        for start in window_starts(len(clip), window, overlap)
    ]
    looks: list[list[tuple[int, Said]]] = [[] for _ in clips]
    device = next(model.parameters()).device
    for group in _batches(jobs):
        longest = max(len(frames) for _, _, frames in group)
        stacked = np.zeros((len(group), longest, *group[0][2].shape[1:]), dtype=group[0][2].dtype)
        mask = np.zeros((len(group), longest), dtype=np.bool_)
        for row, (_, _, frames) in enumerate(group):
            stacked[row, : len(frames)] = frames
            mask[row, : len(frames)] = True
        with torch.inference_mode(), autocast():
            output = model(as_input(stacked).to(device), torch.from_numpy(mask).to(device))
        logits = output.frame_logits.float().cpu().numpy()
        me, state = output.me_logits.float().tolist(), output.state_logits.float().tolist()
        named, macro = _array(output.emotions), _array(output.macro_logits)
        for row, (number, start, frames) in enumerate(group):
            length = len(frames)
            emotions = None if named is None else named[row, :length]
            other = None if macro is None else macro[row, :length]
            said = Said(logits[row, :length], me[row], state[row], emotions, other)
            looks[number].append((start, said))
    return [_join(found, len(clip)) for found, clip in zip(looks, clips, strict=True)]


def as_input(stacked: Prepared) -> torch.Tensor:
    """Stored frames to a tensor: uint8 stays, half precision becomes float."""
    tensor = torch.from_numpy(stacked)
    return tensor if tensor.dtype == torch.uint8 else tensor.float()


def _span(length: int, window: int) -> int:
    """A clip that fits in one look is looked at whole."""
    return length if window_starts(length, window, 0.0) == [0] else window


def _batches(
    jobs: Sequence[tuple[int, int, Prepared]],
) -> Iterator[list[tuple[int, int, Prepared]]]:
    """Looks of similar length together, so that little is padded."""
    group: list[tuple[int, int, Prepared]] = []
    for job in sorted(jobs, key=lambda job: -len(job[2])):
        if group and (len(group) + 1) * len(group[0][2]) > _FRAMES_PER_BATCH:
            yield group
            group = []
        group.append(job)
    if group:
        yield group


def _join(found: Sequence[tuple[int, Said]], n_frames: int) -> Said:
    starts, looks = [start for start, _ in found], [look for _, look in found]
    logits = blend([look.frames for look in looks], starts, n_frames)
    lengths = np.array([len(look.frames) for look in looks], dtype=float)
    states = np.array([look.state for look in looks])
    state = float((states * lengths).sum() / lengths.sum())
    pieces = [look.emotions for look in looks if look.emotions is not None]
    emotions = None
    if pieces:
        columns = range(pieces[0].shape[1])
        emotions = np.stack(
            [blend([piece[:, one] for piece in pieces], starts, n_frames) for one in columns],
            axis=1,
        )
    others = [look.macro for look in looks if look.macro is not None]
    macro = blend(others, starts, n_frames) if others else None
    return Said(logits, max(look.me for look in looks), state, emotions, macro)


def _array(values: torch.Tensor | None) -> npt.NDArray[np.float32] | None:
    return None if values is None else values.float().cpu().numpy()


def score_clips(
    model: Meldae,
    clips: Sequence[Clip],
    store: FrameStore | FeatureStore,
    window: int,
    overlap: float,
    autocast: Autocast = nullcontext,
    progress: Progress | None = None,
) -> dict[str, RawScores]:
    """Raw scores of clips, some at a time so that memory stays bounded.

    Args:
        model: Put into evaluation mode here, and back.
        clips: Which clips.
        store: Their frames.
        window: Frames per look.
        overlap: Share by which looks overlap.
        autocast: Context of the forward pass.
        progress: Told about finished clips.
    """
    was_training = model.training
    model.eval()
    scores: dict[str, RawScores] = {}
    for start in range(0, len(clips), 16):
        group = clips[start : start + 16]
        index = [store.source_index(clip.clip_id) for clip in group]
        frames = [store.frames(clip.clip_id) for clip in group]
        joined = say(model, frames, window, overlap, autocast)
        for clip, picked, said in zip(group, index, joined, strict=True):
            spread = spread_scores(_probability(said.frames), picked, clip.n_frames)
            emotions = _trace(model, said.emotions, picked, clip.n_frames)
            macro = None
            if said.macro is not None:
                macro = spread_scores(_probability(said.macro), picked, clip.n_frames)
            scores[clip.clip_id] = RawScores(spread, said.me, said.state, emotions, macro)
        if progress is not None:
            progress("scoring clips", min(start + 16, len(clips)), len(clips))
    model.train(was_training)
    return scores


def _probability(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    probability: npt.NDArray[np.float64] = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return probability.astype(np.float32)


def _trace(
    model: Meldae,
    emotions: npt.NDArray[np.float32] | None,
    index: npt.NDArray[np.intp],
    n_frames: int,
) -> EmotionTrace | None:
    if emotions is None:
        return None
    columns = [spread_scores(column, index, n_frames) for column in emotions.T]
    return EmotionTrace(model.config.emotions, np.stack(columns, axis=1))


def to_prediction(
    clip: Clip, raw: RawScores, how: Decoding, macro: Decoding | None = None
) -> ClipPrediction:
    """Raw scores to what is stored and scored: calibrated, as the run's decoding says.

    Args:
        clip: Which clip.
        raw: Its scores.
        how: The decoding of MEs.
        macro: That of macro-expressions; without one none are said.
    """
    p_state = _sigmoid(how.state_scale * raw.state_logit + how.state_bias)
    segments = decode(raw.frame_scores, clip.fps, how.for_state(p_state >= 0.5))
    if raw.emotions is not None:
        segments = tuple(
            replace(one, emotion=raw.emotions.emotion(one.interval, raw.frame_scores))
            for one in segments
        )
    if macro is not None and raw.macro_scores is not None:
        others = decode(raw.macro_scores, clip.fps, macro)
        segments += tuple(replace(one, label=MACRO) for one in others)
    return ClipPrediction(
        clip_id=clip.clip_id,
        segments=segments,
        frame_scores=rescale(raw.frame_scores, how.frame_scale, how.frame_bias),
        p_me=_sigmoid(how.me_scale * raw.me_logit + how.me_bias),
        p_state=p_state,
    )


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def load_model(run: RunFolder, device: str | torch.device = "cpu") -> Meldae:
    """The trained model of a run, in evaluation mode.

    Args:
        run: A finished run; of an exported one (`meldae.export.session`) the model runs on onnxruntime.
        device: Where to put it.

    Raises:
        ModelFileError: The run is unfinished, or its weights are damaged or do not fit.
    """
    exported: Meldae | None = run.exported_model()
    if exported is not None:
        return exported
    config = run.config.model
    config = replace(config, backbone=replace(config.backbone, pretrained=False))
    model = build_model(config)
    tensors, _ = read_tensors(run.weights_path)
    load_weights(model, tensors, run.weights_path)
    return model.to(device).eval()


def predict(
    run: RunFolder,
    dataset: Dataset,
    split: str | None = "test",
    progress: Progress | None = None,
    device: str | torch.device = "cpu",
) -> list[ClipPrediction]:
    """What a finished run says about the clips of a dataset, which need not be the one it learnt from.

    Args:
        run: A finished run.
        dataset: Any built dataset.
        split: Which clips; all when `None`.
        progress: Told about decoding and scoring.
        device: Where to compute.

    Returns:
        One prediction per clip, in table order, with frame scores, segments and clip probabilities.

    Raises:
        ModelFileError: The run cannot be used.
        ManifestError: The split is empty, or crops do not fit the tables.
    """
    how = run.decoding
    clips, scores = score_split(run, dataset, split, progress, device)
    macro = run.macro_decoding
    return [to_prediction(clip, scores[clip.clip_id], how, macro) for clip in clips]


def score_split(
    run: RunFolder,
    dataset: Dataset,
    split: str | None = "test",
    progress: Progress | None = None,
    device: str | torch.device = "cpu",
) -> tuple[Sequence[Clip], dict[str, RawScores]]:
    """The clips of a split and what a finished run says of them, before any choice; see `predict`."""
    config = run.config
    model = load_model(run, device)
    clips: Sequence[Clip]
    clips = list(dataset.iter_clips()) if split is None else clips_of(dataset, split)
    folder = run.cache if config.training.cache else None
    store = FrameStore(dataset, config.model.input, folder, progress=progress)
    training = config.training
    return clips, score_clips(
        model, clips, store, training.window, training.overlap, progress=progress
    )
