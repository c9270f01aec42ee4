"""Found micro-expressions as files: ELAN, CSV, picture."""

import csv
import datetime as dt
import io
from pathlib import Path

import numpy as np

from meldae.spot import Spotting
from wdmd_tools.atomic import atomic_path, write_text
from wdmd_tools.elan.writer import EafDocument, write_eaf
from wdmd_tools.review.document import media_link
from wdmd_tools.review.model_tiers import ScoredSpan, model_tiers

TIER = "ME@meldae"
"""Named by the default protocol's habit ``ME@<annotator>``: a model is one more annotator."""


def write_spotting_eaf(path: Path, found: Spotting, run_id: str) -> None:
    """Write an ELAN file that opens with the video.

    Args:
        path: The ``.eaf``.
        found: What was found.
        run_id: Kept in the file's properties.
    """
    spans = [ScoredSpan(s.interval.start_ms, s.interval.end_ms, s.score) for s in found.segments]
    document = EafDocument(
        author="meldae",
        date=dt.datetime.now(dt.UTC).replace(microsecond=0),
        media=(media_link(found.video, path),),
        tiers=tuple(model_tiers("ME", "score", "meldae", spans)),
        properties=(("made_by", "meldae spot"), ("run", run_id)),
    )
    write_eaf(path, document)


def write_spotting_csv(path: Path, found: Spotting) -> None:
    """Write one line per found ME."""
    table = io.StringIO()
    names = ["onset_ms", "offset_ms", "onset_frame", "offset_frame", "score"]
    writer = csv.DictWriter(table, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.to_json()["segments"])
    write_text(path, table.getvalue())


def write_scores(path: Path, found: Spotting) -> None:
    """Write the score of every frame, from which other thresholds can be tried without the model.

    Args:
        path: Parquet: frame_index, time_ms (begin of the frame, media time), score in [0, 1].
        found: What was found.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "frame_index": pa.array(range(len(found.scores)), pa.int32()),
            "time_ms": pa.array(found.times_ms, pa.int64()),
            "score": pa.array(found.scores, pa.float32()),
        }
    )
    table = table.replace_schema_metadata({"video": found.video.name, "fps": repr(found.fps)})
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)


def plot_spotting(path: Path, found: Spotting, threshold: float) -> None:
    """Draw the scores over time with what was found."""
    from wdmd_tools.plots.timeline import plot_timeline

    plot_timeline(
        path,
        found.fps,
        {"meldae": found.scores},
        None,
        {"meldae": [segment.frames for segment in found.segments]},
        np.full(len(found.scores), -1, dtype=np.int8),
        found.video.name,
        threshold=threshold,
    )
