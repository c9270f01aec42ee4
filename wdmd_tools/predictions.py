"""What a spotter says, in the form in which anyone's output can be scored.

    predictions.parquet    clip_id onset_frame offset_frame label score emotion
    frame_scores.parquet   clip_id frame_index score
    clip_scores.parquet    clip_id p_me p_state
    recognitions.parquet   sample_id clip_id emotion probabilities

A spotter always stores its raw scores; segments are decoded from them afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wdmd_tools.errors import ManifestError
from wdmd_tools.intervals import Interval, from_frames, to_frames
from wdmd_tools.manifest.tables import read_table, write_table

MACRO = "macro"
"""Label of a spotted macro-expression, and kind of its reference."""

RECOGNITIONS_FILE = "recognitions.parquet"

_ROUNDING = 1e-6
"""By which a probability in single precision may leave [0, 1]."""


@dataclass(frozen=True, slots=True)
class PredictedSegment:
    """One spotted expression.

    Args:
        interval: Half-open, on the clip's frame axis.
        score: Confidence in [0, 1].
        label: ``"macro"`` for a macro-expression; anything else, as a rule ``"me"``, is an ME.
        emotion: Its class, where the model says one.
    """

    interval: Interval
    score: float
    label: str = "me"
    emotion: str | None = None

    @property
    def is_macro(self) -> bool:
        """Whether it is said to be a macro-expression."""
        return self.label == MACRO


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a model says about one micro-expression whose place it was given.

    Args:
        sample_id: Of the `EmotionSample`.
        clip_id: Of the same.
        emotion: The class said.
        probabilities: Class to probability, or `None` when the model has none.
    """

    sample_id: str
    clip_id: str
    emotion: str
    probabilities: Mapping[str, float] | None = None


@dataclass(frozen=True)
class ClipPrediction:
    """Everything said about one clip.

    Args:
        clip_id: The clip.
        segments: Spotted MEs, in any order.
        frame_scores: Shape (T,), in [0, 1]; `None` when the spotter has none.
        p_me: Probability that the clip holds an ME, or `None`.
        p_state: Probability that the subject speaks, or `None`.
    """

    clip_id: str
    segments: Sequence[PredictedSegment] = field(default=())
    frame_scores: npt.NDArray[np.float32] | None = None
    p_me: float | None = None
    p_state: float | None = None


def write_predictions(folder: Path, predictions: Sequence[ClipPrediction]) -> None:
    """Write the three tables into `folder`, each atomically.

    Args:
        folder: Made if absent.
        predictions: One per clip; clips without segments still get a row of clip scores.
    """
    segment_rows: list[dict[str, object]] = []
    score_rows: list[dict[str, object]] = []
    clip_rows: list[dict[str, object]] = []
    for one in predictions:
        for segment in one.segments:
            onset, offset = to_frames(segment.interval)
            segment_rows.append(
                {
                    "clip_id": one.clip_id,
                    "onset_frame": onset,
                    "offset_frame": offset,
                    "label": segment.label,
                    "score": segment.score,
                    "emotion": segment.emotion,
                }
            )
        if one.frame_scores is not None:
            score_rows.extend(
                {"clip_id": one.clip_id, "frame_index": index, "score": float(score)}
                for index, score in enumerate(one.frame_scores)
            )
        clip_rows.append({"clip_id": one.clip_id, "p_me": one.p_me, "p_state": one.p_state})
    write_table(folder / "predictions.parquet", "predictions", segment_rows)
    write_table(folder / "frame_scores.parquet", "frame_scores", score_rows)
    write_table(folder / "clip_scores.parquet", "clip_scores", clip_rows)


def read_predictions(folder: Path) -> dict[str, ClipPrediction]:
    """Read what `write_predictions` wrote, or what another program wrote in the same form.

    `frame_scores.parquet` and `clip_scores.parquet` may be absent.

    Args:
        folder: Folder with at least ``predictions.parquet``.

    Returns:
        Clip id to prediction.

    Raises:
        ManifestError: A table is damaged, or a segment ends before it starts.
    """
    folder = Path(folder)
    segments: dict[str, list[PredictedSegment]] = {}
    for row in read_table(folder / "predictions.parquet", "predictions").to_pylist():
        if row["offset_frame"] < row["onset_frame"]:
            raise ManifestError(
                f"{folder / 'predictions.parquet'}: clip {row['clip_id']}: offset_frame "
                f"{row['offset_frame']} is before onset_frame {row['onset_frame']}"
            )
        segments.setdefault(row["clip_id"], []).append(
            PredictedSegment(
                interval=from_frames(row["onset_frame"], row["offset_frame"]),
                score=row["score"],
                label=row["label"],
                emotion=row["emotion"],
            )
        )
    scores = _read_frame_scores(folder / "frame_scores.parquet")
    clips: dict[str, Mapping[str, float | None]] = {}
    if (folder / "clip_scores.parquet").is_file():
        rows = read_table(folder / "clip_scores.parquet", "clip_scores").to_pylist()
        clips = {row["clip_id"]: row for row in rows}
    return {
        clip_id: ClipPrediction(
            clip_id=clip_id,
            segments=tuple(segments.get(clip_id, ())),
            frame_scores=scores.get(clip_id),
            p_me=clips.get(clip_id, {}).get("p_me"),
            p_state=clips.get(clip_id, {}).get("p_state"),
        )
        for clip_id in sorted({*segments, *scores, *clips})
    }


def write_recognitions(folder: Path, recognitions: Sequence[Recognition]) -> None:
    """Write ``recognitions.parquet`` into `folder`, atomically.

    Args:
        folder: Made if absent.
        recognitions: One per sample; an empty table says that nothing was recognised.
    """
    rows = [
        {
            "sample_id": one.sample_id,
            "clip_id": one.clip_id,
            "emotion": one.emotion,
            "probabilities": None
            if one.probabilities is None
            else sorted(one.probabilities.items()),
        }
        for one in recognitions
    ]
    write_table(folder / RECOGNITIONS_FILE, "recognitions", rows)


def read_recognitions(folder: Path) -> dict[str, Recognition] | None:
    """Read what `write_recognitions` wrote.

    Args:
        folder: Folder with prediction files.

    Returns:
        Sample id to recognition; `None` when there is no such file, so nobody recognised anything.

    Raises:
        ManifestError: The table is damaged, a sample is recognised twice, or a probability is none.
    """
    path = Path(folder) / RECOGNITIONS_FILE
    if not path.is_file():
        return None
    result: dict[str, Recognition] = {}
    for row in read_table(path, "recognitions").to_pylist():
        if row["sample_id"] in result:
            raise ManifestError(
                f"{path}: sample {row['sample_id']!r} is there twice; give one row each"
            )
        chances = None if row["probabilities"] is None else dict(row["probabilities"])
        for name, chance in (chances or {}).items():
            if chance is None or not -_ROUNDING <= chance <= 1 + _ROUNDING:
                raise ManifestError(
                    f"{path}: sample {row['sample_id']!r}: probability of {name!r} is {chance}; give a "
                    "number from 0 to 1"
                )
        result[row["sample_id"]] = Recognition(
            row["sample_id"],
            row["clip_id"],
            row["emotion"],
            chances,
        )
    return result


def _read_frame_scores(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    if not path.is_file():
        return {}
    table = read_table(path, "frame_scores")
    names = table["clip_id"].cast(pa.string()).dictionary_encode().combine_chunks()
    codes = names.indices.to_numpy(zero_copy_only=False)
    index, score = table["frame_index"].to_numpy(), table["score"].to_numpy()
    order = np.lexsort((index, codes))
    # Each clip is one stretch: going through all rows once per clip takes hours with thousands of clips.
    edges = np.searchsorted(codes[order], np.arange(len(names.dictionary) + 1))
    result: dict[str, npt.NDArray[np.float32]] = {}
    for code, clip_id in enumerate(names.dictionary.to_pylist()):
        chosen = order[edges[code] : edges[code + 1]]
        if not np.array_equal(index[chosen], np.arange(len(chosen))):
            raise ManifestError(
                f"{path}: clip {clip_id}: frame_index must run 0, 1, 2, ... once each"
            )
        result[str(clip_id)] = score[chosen].astype(np.float32)
    return result
