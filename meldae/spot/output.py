"""Found micro-expressions as files: ELAN, CSV, picture."""

import csv
import datetime as dt
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt

from meldae.spot.found import SpottedFace, Spotting
from wdmd_tools.atomic import atomic_path, write_text
from wdmd_tools.elan.writer import EafDocument, write_eaf
from wdmd_tools.review.document import media_link
from wdmd_tools.review.model_tiers import ScoredSpan, model_tiers

TIER = "ME@meldae"
"""Named by the default protocol's habit ``ME@<annotator>``: a model is one more annotator."""

_COLUMNS = ("onset_ms", "offset_ms", "onset_frame", "offset_frame", "score", "face")
_BOX = ("x0", "y0", "x1", "y1")
_EMOTION = ("emotion", "emotion_probability")


def write_spotting_eaf(path: Path, found: Spotting, run_id: str) -> None:
    """Write an ELAN file that opens with the video.

    Faces that are there at the same time have tiers of their own: ``ME@meldae``, ``ME face 2@meldae``.

    Args:
        path: The ``.eaf``.
        found: What was found.
        run_id: Kept in the file's properties.
    """
    tiers = []
    for lane in range(1, max(1, found.most_at_once) + 1):
        spans = [
            ScoredSpan(
                one.interval.start_ms, one.interval.end_ms, one.score, emotion=one.emotion or ""
            )
            for one in found.segments
            if found.lane_of(one) == lane
        ]
        who = "" if lane == 1 else f" face {lane}"
        tiers += model_tiers(
            f"ME{who}", f"score{who}", "meldae", spans, emotion_name=f"Emotion{who}"
        )
    document = EafDocument(
        author="meldae",
        date=dt.datetime.now(dt.UTC).replace(microsecond=0),
        media=(media_link(found.video, path),),
        tiers=tuple(tiers),
        properties=(("made_by", "meldae spot"), ("run", run_id)),
    )
    write_eaf(path, document)


def write_spotting_csv(path: Path, found: Spotting) -> None:
    """Write one line per found ME; the box is where the face is meanwhile, px of the film.

    A run with an emotion head adds the emotion and its probability.
    """
    more = _EMOTION if found.emotions else ()
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*_COLUMNS, *_BOX, *more])
    for row in found.to_json()["segments"]:
        box = row["box"] or [""] * len(_BOX)
        writer.writerow(
            [*(row[name] for name in _COLUMNS), *box, *(row.get(name, "") for name in more)]
        )
    write_text(path, table.getvalue())


def write_scores(path: Path, found: Spotting) -> None:
    """Write the score of every frame, from which other thresholds can be tried without the model.

    Args:
        path: Parquet, a row per frame and face: frame_index, time_ms (begin of the frame, media time),
            score in [0, 1], face (from 1). A frame without a face has one row, without score and face.
        found: What was found.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    frames, faces, scores = _score_rows(found)
    times = np.asarray(found.times_ms, dtype=np.int64)
    table = pa.table(
        {
            "frame_index": pa.array(frames, pa.int32()),
            "time_ms": pa.array(times[frames], pa.int64()),
            "score": pa.array(scores, pa.float32(), mask=faces == 0),
            "face": pa.array(faces, pa.int32(), mask=faces == 0),
        }
    )
    table = table.replace_schema_metadata({"video": found.video.name, "fps": repr(found.fps)})
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)


def _score_rows(
    found: Spotting,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Frames, faces (0 for none) and scores, by frame and then face."""
    frames = [face.frames.start_ms + np.flatnonzero(face.seen) for face in found.faces]
    owners = [np.full(len(f), one.number) for f, one in zip(frames, found.faces, strict=True)]
    scores = [face.scores[face.seen] for face in found.faces]
    empty = np.setdiff1d(np.arange(len(found.scores)), np.concatenate([[], *frames]))
    frame = np.concatenate([*frames, empty]).astype(np.int64)
    owner = np.concatenate([*owners, np.zeros(len(empty))]).astype(np.int64)
    score = np.concatenate([*scores, np.zeros(len(empty))]).astype(np.float32)
    order = np.lexsort((owner, frame))
    return frame[order], owner[order], score[order]


def plot_spotting(path: Path, found: Spotting, threshold: float) -> None:
    """Draw the scores over time with what was found; a line for each of the faces at the same time."""
    from wdmd_tools.plots.timeline import plot_timeline

    several = found.most_at_once > 1
    names = {
        lane: _lane_name(found, lane) if several else "meldae"
        for lane in range(1, max(1, found.most_at_once) + 1)
    }
    plot_timeline(
        path,
        found.fps,
        {name: _lane_scores(found, lane) for lane, name in names.items()},
        None,
        {
            name: [one.frames for one in found.segments if found.lane_of(one) == lane]
            for lane, name in names.items()
        },
        np.full(len(found.scores), -1, dtype=np.int8),
        found.video.name,
        threshold=threshold,
    )


def _lane_name(found: Spotting, lane: int) -> str:
    numbers = [str(face.number) for face in found.faces if face.lane == lane]
    return "face " + ", ".join(numbers[:4]) + (" …" if len(numbers) > 4 else "")


def _lane_scores(found: Spotting, lane: int) -> npt.NDArray[np.float32]:
    """(T,), NaN where nobody is on the lane."""
    here: list[SpottedFace] = [face for face in found.faces if face.lane == lane]
    if not here:
        return found.scores
    line = np.full(len(found.scores), np.nan, dtype=np.float32)
    for face in here:
        values = np.where(face.seen, face.scores, np.nan)
        line[face.frames.start_ms : face.frames.end_ms] = values
    return line
