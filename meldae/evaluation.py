"""How well a model does on a split, with the metrics of `wdmd_tools.metrics`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from meldae.calibration import Platt, expected_calibration_error, fit_platt, rescale
from meldae.decode import Decoding, ScoredClip, choose_decoding, count_events, fit_bias
from meldae.inference import RawScores
from meldae.settings import DecodingConfig
from meldae.state_thresholds import choose_by_state
from meldae.targets import clip_targets
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.metrics.clips import BinaryCounts, auroc, binary_counts
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts
from wdmd_tools.predictions import ClipPrediction


@dataclass(frozen=True)
class Evaluation:
    """Scores of one split.

    Args:
        counts: Events by conversational state.
        me: Clip decisions "holds an ME".
        state: Clip decisions "speaks", where the state is known.
        me_auroc: Of p_me.
        state_auroc: Of p_state.
        me_ece: Expected calibration error of p_me, see `meldae.calibration`.
        state_ece: Of p_state.
        frame_ece: Of the frame scores.
    """

    counts: DialogueCounts
    me: BinaryCounts
    state: BinaryCounts
    me_auroc: float | None
    state_auroc: float | None
    me_ece: float | None = None
    state_ece: float | None = None
    frame_ece: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain numbers; undefined ones are null."""
        total = self.counts.total
        return {
            "f1_dr": self.counts.f1_dr,
            "f1": total.f1,
            "f1_speaking": self.counts.speaking.f1,
            "f1_listening": self.counts.listening.f1,
            "precision": total.precision,
            "recall": total.recall,
            "tp": total.tp,
            "fp": total.fp,
            "fn": total.fn,
            "acc_me": self.me.accuracy,
            "balanced_acc_me": self.me.balanced_accuracy,
            "auroc_me": self.me_auroc,
            "acc_state": self.state.accuracy,
            "balanced_acc_state": self.state.balanced_accuracy,
            "auroc_state": self.state_auroc,
            "ece_me": self.me_ece,
            "ece_state": self.state_ece,
            "ece_frames": self.frame_ece,
        }


def evaluate(
    dataset: Dataset, clips: Sequence[Clip], predictions: Sequence[ClipPrediction]
) -> Evaluation:
    """Score predictions against the consensus.

    Args:
        dataset: The truth.
        clips: Which clips.
        predictions: At most one per clip; a clip without one counts as "nothing found".
    """
    by_id = {one.clip_id: one for one in predictions}
    counts = DialogueCounts()
    for clip in clips:
        one = by_id.get(clip.clip_id)
        spotted = [segment for segment in one.segments if not segment.is_macro] if one else []
        found: list[Interval] = [segment.interval for segment in spotted]
        counts = counts + dialogue_counts(
            found,
            dataset.reference_intervals(clip.clip_id),
            dataset.speaking_by_frame(clip.clip_id),
        )
    me = [
        (by_id[clip.clip_id].p_me, clip.has_me)
        for clip in clips
        if clip.clip_id in by_id and by_id[clip.clip_id].p_me is not None
    ]
    state = [
        (by_id[clip.clip_id].p_state, clip.speaking)
        for clip in clips
        if clip.clip_id in by_id
        and by_id[clip.clip_id].p_state is not None
        and clip.speaking is not None
    ]
    me_scores, me_truths = [float(p or 0.0) for p, _ in me], [bool(t) for _, t in me]
    state_scores, state_truths = [float(p or 0.0) for p, _ in state], [bool(t) for _, t in state]
    return Evaluation(
        counts=counts,
        me=binary_counts(me_scores, me_truths),
        state=binary_counts(state_scores, state_truths),
        me_auroc=auroc(me_scores, me_truths),
        state_auroc=auroc(state_scores, state_truths),
        me_ece=expected_calibration_error(me_scores, me_truths),
        state_ece=expected_calibration_error(state_scores, state_truths),
        frame_ece=_frame_error(dataset, clips, by_id),
    )


def _frame_error(
    dataset: Dataset, clips: Sequence[Clip], by_id: Mapping[str, ClipPrediction]
) -> float | None:
    """Calibration error of the frame scores of clips that have them."""
    pairs = [
        (one.frame_scores, clip_targets(dataset, clip).inside)
        for clip in clips
        if (one := by_id.get(clip.clip_id)) is not None and one.frame_scores is not None
    ]
    if not pairs:
        return None
    scores, truths = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return expected_calibration_error(scores, truths)


def scored_clips(
    dataset: Dataset, clips: Sequence[Clip], scores: Mapping[str, RawScores]
) -> dict[str, ScoredClip]:
    """Scores beside their truth, as choosing a decoding needs them."""
    return {
        clip.clip_id: ScoredClip(
            scores=scores[clip.clip_id].frame_scores,
            references=dataset.reference_intervals(clip.clip_id),
            speaking=dataset.speaking_by_frame(clip.clip_id),
            fps=clip.fps,
        )
        for clip in clips
    }


def calibrate(
    dataset: Dataset,
    clips: Sequence[Clip],
    scores: Mapping[str, RawScores],
    options: DecodingConfig,
) -> tuple[Decoding, DialogueCounts]:
    """Everything that is chosen on the validation split: decoding, and the biases of clip logits.

    Args:
        dataset: The truth.
        clips: Validation clips.
        scores: Of every clip.
        options: What to try.

    Returns:
        The choice, and the event counts it gives on the same clips.
    """
    ready = scored_clips(dataset, clips, scores)
    frames = _frame_line(dataset, clips, scores) if options.calibration == "platt" else Platt()
    lined = {
        name: replace(one, scores=rescale(one.scores, frames.scale, frames.bias))
        for name, one in ready.items()
    }
    how, _ = choose_decoding(lined, options)
    known = [clip for clip in clips if clip.speaking is not None]
    fit = fit_platt if options.calibration == "platt" else _fit_bias
    me = fit([scores[clip.clip_id].me_logit for clip in clips], [clip.has_me for clip in clips])
    state = fit(
        [scores[clip.clip_id].state_logit for clip in known],
        [bool(clip.speaking) for clip in known],
    )
    speaks = {
        clip.clip_id: scores[clip.clip_id].state_logit * state.scale + state.bias >= 0
        for clip in clips
    }
    if options.by_state:
        speaking, other = choose_by_state(lined, speaks, how)
        how = replace(how, speaking_threshold=speaking, other_threshold=other)
    how = replace(
        how,
        me_bias=me.bias,
        me_scale=me.scale,
        state_bias=state.bias,
        state_scale=state.scale,
        frame_bias=frames.bias,
        frame_scale=frames.scale,
    )
    counts = DialogueCounts()
    for name, one in ready.items():
        counts = counts + count_events({name: one}, how.for_state(speaks[name]))
    return how, counts


def _fit_bias(logits: npt.ArrayLike, truths: npt.ArrayLike) -> Platt:
    return Platt(1.0, fit_bias(logits, truths))


def _frame_line(dataset: Dataset, clips: Sequence[Clip], scores: Mapping[str, RawScores]) -> Platt:
    """Platt's line for the frames of all clips."""
    given = np.concatenate([scores[clip.clip_id].frame_scores for clip in clips]).astype(float)
    clipped = np.clip(given, 1e-6, 1 - 1e-6)
    truths = np.concatenate([clip_targets(dataset, clip).inside for clip in clips])
    return fit_platt(np.log(clipped) - np.log1p(-clipped), truths)
