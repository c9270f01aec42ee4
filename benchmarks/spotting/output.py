"""What was found in a film as files: ELAN and CSV."""

import csv
import datetime as dt
import io
from pathlib import Path

from benchmarks.spotting.found import FilmSpotting
from wdmd_tools.atomic import write_text
from wdmd_tools.elan.writer import EafDocument, write_eaf
from wdmd_tools.review.document import media_link
from wdmd_tools.review.model_tiers import ScoredSpan, model_tiers

COLUMNS = ("onset_ms", "offset_ms", "onset_frame", "offset_frame", "score", "label", "emotion")
"""Of the CSV; frames are inclusive."""


def write_film_eaf(path: Path, found: FilmSpotting, key: str) -> None:
    """Write an ELAN file that opens with the film.

    The model is one more annotator: ``ME@<model>`` with a tier of scores; emotions and macro-expressions
    have tiers of their own.

    Args:
        path: The ``.eaf``.
        found: What was found.
        key: Of the fit, kept in the file's properties.
    """
    spans = {
        "ME": [(one, "ME") for one in found.segments if one.label == "me"],
        "Macro": [(one, "macro") for one in found.segments if one.label == "macro"],
        "Emotion": [(one, one.emotion) for one in found.segments if one.emotion is not None],
    }
    tiers = []
    for name, chosen in spans.items():
        if chosen or name == "ME":
            score = "score" if name == "ME" else f"{name} score"
            scored = [
                ScoredSpan(one.interval.start_ms, one.interval.end_ms, one.score, text)
                for one, text in chosen
            ]
            tiers += model_tiers(name, score, found.model, scored)
    document = EafDocument(
        author=found.model,
        date=dt.datetime.now(dt.UTC).replace(microsecond=0),
        media=(media_link(found.video, path),),
        tiers=tuple(tiers),
        properties=(("made_by", "bench spot"), ("model", found.model), ("fit", key)),
    )
    write_eaf(path, document)


def write_film_csv(path: Path, found: FilmSpotting) -> None:
    """Write one line per found expression.

    Args:
        path: The ``.csv``.
        found: What was found.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found.segments:
        row = one.to_json()
        writer.writerow(["" if row[name] is None else row[name] for name in COLUMNS])
    write_text(path, table.getvalue())
