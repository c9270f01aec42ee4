"""Predictions beside the references of a dataset: counts by recording and state, and clip outcomes.

Everything a leaderboard shows follows from a `Score`, and a `Score` follows from prediction files and a
dataset alone, so anyone's predictions can be scored (`bench score`).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.scoring_emotions import macro_counts, score_emotions
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.metrics.details import SpottingDetails, spotting_details
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts
from wdmd_tools.metrics.emotion_scores import EmotionScore
from wdmd_tools.metrics.events import EventCounts
from wdmd_tools.metrics.matching import IouRule
from wdmd_tools.predictions import ClipPrediction, Recognition

IOU_THRESHOLD = 0.5
IOU_RULE = IouRule.EXCEEDS


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """What was said about one clip, and what is true.

    Args:
        clip_id: The clip.
        recording_id: Its cluster in the bootstrap.
        has_me: Whether it holds an ME.
        speaking: Majority state; `None` when nobody annotated it.
        p_me: Said probability of an ME, or `None`.
        p_state: Said probability of speaking, or `None`.
    """

    clip_id: str
    recording_id: str
    has_me: bool
    speaking: bool | None
    p_me: float | None
    p_state: float | None


@dataclass(frozen=True)
class Score:
    """Counts of one set of predictions.

    Args:
        events: Event counts by state, by recording id; every recording of the split is there.
        clips: One per clip of the split.
        unpredicted: Clips about which nothing was said; counted as "nothing found".
        details: What else follows from the segments, by recording id; empty in results of before.
        macro: Counts of macro-expressions, by recording id; empty in results of before.
        emotions: Confusions and spot-then-recognise; `None` when no emotions were asked for.
    """

    events: Mapping[str, DialogueCounts]
    clips: tuple[ClipOutcome, ...]
    unpredicted: int = 0
    details: Mapping[str, SpottingDetails] = field(default_factory=dict)
    macro: Mapping[str, EventCounts] = field(default_factory=dict)
    emotions: EmotionScore | None = None

    @property
    def total(self) -> DialogueCounts:
        """Counts over all recordings."""
        return sum(self.events.values(), DialogueCounts())

    @property
    def n_references(self) -> int:
        """Reference MEs."""
        total = self.total.total
        return total.tp + total.fn

    def __add__(self, other: "Score") -> "Score":
        """Scores of different folds together; a recording may be in one of them only."""
        shared = self.events.keys() & other.events.keys()
        if shared:
            raise ValueError(f"Expected disjoint recordings but both have {sorted(shared)[0]!r}.")
        return Score(
            {**self.events, **other.events},
            self.clips + other.clips,
            self.unpredicted + other.unpredicted,
            {**self.details, **other.details},
            {**self.macro, **other.macro},
            _together(self.emotions, other.emotions),
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "events": {name: asdict(counts) for name, counts in self.events.items()},
            "clips": [asdict(clip) for clip in self.clips],
            "unpredicted": self.unpredicted,
            "details": {name: one.to_json() for name, one in self.details.items()},
            "macro": {name: asdict(one) for name, one in self.macro.items()},
            "emotions": None if self.emotions is None else self.emotions.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Score":
        """The inverse of `to_json`."""
        return cls(
            {
                name: DialogueCounts(
                    **{state: EventCounts(**counts) for state, counts in states.items()}
                )
                for name, states in value["events"].items()
            },
            tuple(ClipOutcome(**clip) for clip in value["clips"]),
            value["unpredicted"],
            {
                name: SpottingDetails.from_json(one)
                for name, one in value.get("details", {}).items()
            },
            {name: EventCounts(**one) for name, one in value.get("macro", {}).items()},
            EmotionScore.from_json(value["emotions"]) if value.get("emotions") else None,
        )


def _together(one: EmotionScore | None, other: EmotionScore | None) -> EmotionScore | None:
    """Of two folds; of a part of them, or of different classes, there is no score of the whole."""
    if one is None or other is None or one.scheme != other.scheme or one.classes != other.classes:
        return None
    return one + other


def score_predictions(
    dataset: Dataset,
    predictions: Mapping[str, ClipPrediction],
    split: str | None = "test",
    threshold: float = IOU_THRESHOLD,
    rule: IouRule = IOU_RULE,
    *,
    emotions: EmotionScheme | None = None,
    recognitions: Mapping[str, Recognition] | None = None,
) -> Score:
    """Compare predictions with the consensus annotations.

    Args:
        dataset: With labels.
        predictions: By clip id; those of other splits are left aside.
        split: Which clips count; all when `None`.
        threshold: Temporal IoU at which a spotted segment is right.
        rule: Whether the threshold itself is enough.
        emotions: The classes to score; none when `None`.
        recognitions: By sample id; `None` when nobody recognised anything.

    Raises:
        ManifestError: A clip or a recognised sample is unknown, a segment or a row of frame scores lies
            outside its clip, a probability is not in [0, 1], or the split has no clip.
    """
    every = {clip.clip_id: clip for clip in dataset.iter_clips()}
    for clip_id, prediction in predictions.items():
        if clip_id not in every:
            raise ManifestError(
                f"predictions: clip {clip_id!r} is not in {dataset.root}; were they made for another "
                "dataset?"
            )
        _check(prediction, every[clip_id].n_frames)
    clips = [clip for clip in every.values() if split is None or clip.split == split]
    if not clips:
        raise ManifestError(f"{dataset.root}: no clip is in the {split} split")
    events: dict[str, DialogueCounts] = {}
    details: dict[str, SpottingDetails] = {}
    macro: dict[str, EventCounts] = {}
    outcomes = []
    for clip in clips:
        said = predictions.get(clip.clip_id, ClipPrediction(clip.clip_id))
        references = dataset.reference_intervals(clip.clip_id)
        spotted = [segment for segment in said.segments if not segment.is_macro]
        counts = dialogue_counts(
            [segment.interval for segment in spotted],
            references,
            dataset.speaking_by_frame(clip.clip_id),
            threshold,
            rule,
        )
        events[clip.recording_id] = events.get(clip.recording_id, DialogueCounts()) + counts
        more = spotting_details(
            [(segment.interval, segment.score) for segment in spotted],
            references,
            1000 / clip.fps,
            threshold,
            rule,
        )
        known = details.get(clip.recording_id)
        details[clip.recording_id] = more if known is None else known + more
        others = macro_counts(dataset, said, threshold)
        macro[clip.recording_id] = macro.get(clip.recording_id, EventCounts()) + others
        outcomes.append(
            ClipOutcome(
                clip.clip_id, clip.recording_id, clip.has_me, clip.speaking, said.p_me, said.p_state
            )
        )
    unpredicted = sum(clip.clip_id not in predictions for clip in clips)
    feelings = (
        None
        if emotions is None
        else score_emotions(dataset, predictions, recognitions, emotions, split)
    )
    return Score(events, tuple(outcomes), unpredicted, details, macro, feelings)


def _check(said: ClipPrediction, n_frames: int) -> None:
    where = f"predictions: clip {said.clip_id}"
    for segment in said.segments:
        if segment.interval.start_ms < 0 or segment.interval.end_ms > n_frames:
            raise ManifestError(
                f"{where}: frames {segment.interval.start_ms} to {segment.interval.end_ms - 1} are not "
                f"in the clip, which has {n_frames}; frames count from 0 at the clip's start"
            )
        if not math.isfinite(segment.score):
            raise ManifestError(f"{where}: a segment's score is {segment.score}; give a number")
    if said.frame_scores is not None and len(said.frame_scores) != n_frames:
        raise ManifestError(
            f"{where}: {len(said.frame_scores)} frame scores for {n_frames} frames; give one per frame"
        )
    for name, value in (("p_me", said.p_me), ("p_state", said.p_state)):
        if value is not None and not 0.0 <= value <= 1.0:
            raise ManifestError(f"{where}: {name} is {value}; give a probability from 0 to 1")
