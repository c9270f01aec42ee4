"""How well a model does on a split, with the metrics of `wdmd_tools.metrics`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meldae.decode import Decoding, ScoredClip, choose_decoding, count_events, fit_bias
from meldae.inference import RawScores
from meldae.settings import DecodingConfig
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
    """

    counts: DialogueCounts
    me: BinaryCounts
    state: BinaryCounts
    me_auroc: float | None
    state_auroc: float | None

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
        found: list[Interval] = [segment.interval for segment in one.segments] if one else []
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
    )


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
    from dataclasses import replace

    ready = scored_clips(dataset, clips, scores)
    how, _ = choose_decoding(ready, options)
    known = [clip for clip in clips if clip.speaking is not None]
    how = replace(
        how,
        me_bias=fit_bias(
            [scores[clip.clip_id].me_logit for clip in clips], [clip.has_me for clip in clips]
        ),
        state_bias=fit_bias(
            [scores[clip.clip_id].state_logit for clip in known],
            [bool(clip.speaking) for clip in known],
        ),
    )
    return how, count_events(ready, how)
