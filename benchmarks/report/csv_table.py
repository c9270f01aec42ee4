"""The leaderboard as one long CSV: a line per model, metric and source."""

import csv
import io
from collections.abc import Sequence

from benchmarks.leaderboard import Leaderboard
from benchmarks.reported import ReportedTable
from benchmarks.summary import METRICS

HEAD = (
    "source",
    "dataset",
    "synthetic",
    "protocol",
    "model",
    "display",
    "metric",
    "value",
    "low",
    "high",
    "seeds",
    "n_recordings",
    "n_clips",
    "n_references",
    "train_seconds",
    "parameters",
    "status",
)
"""Columns; values are shares from 0 to 1, empty where undefined or missing."""


def to_csv(board: Leaderboard, reported: Sequence[ReportedTable] = ()) -> str:
    """One line per model and metric.

    Args:
        board: The tables; their lines have the source ``rerun``, or ``missing`` for an absent dataset.
        reported: Tables of papers; their lines have the source ``reported``.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, HEAD, restval="", lineterminator="\n")
    writer.writeheader()
    for table in board.tables:
        for row in table.rows:
            for metric in METRICS:
                one = row.estimates.get(metric)
                writer.writerow(
                    {
                        "source": "rerun",
                        "dataset": table.dataset,
                        "synthetic": str(table.synthetic).lower(),
                        "protocol": table.protocol,
                        "model": _safe(row.model),
                        "display": _safe(row.display),
                        "metric": metric,
                        "value": _number(one.value if one else None),
                        "low": _number(one.low if one else None),
                        "high": _number(one.high if one else None),
                        "seeds": table.seeds,
                        "n_recordings": table.n_recordings,
                        "n_clips": table.n_clips,
                        "n_references": table.n_references,
                        "train_seconds": _number(row.train_seconds, 1),
                        "parameters": "" if row.parameters is None else row.parameters,
                        "status": _safe(row.status),
                    }
                )
    for missing in board.missing:
        writer.writerow(
            {"source": "missing", "dataset": missing.dataset, "status": _safe(missing.reason)}
        )
    for paper in reported:
        for model, values in paper.rows:
            for column, value in zip(paper.columns, values, strict=True):
                dataset, _, metric = column.rpartition(" ")
                writer.writerow(
                    {
                        "source": "reported",
                        "dataset": dataset,
                        "model": model,
                        "display": model,
                        "metric": metric,
                        "value": _number(None if value is None else value / 100),
                        "status": paper.title,
                    }
                )
    return out.getvalue()


def _number(value: float | None, digits: int = 6) -> str:
    return "" if value is None else f"{value:.{digits}f}".rstrip("0").rstrip(".")


def _safe(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    text = " ".join(text.split())
    return "'" + text if text[:1] in {"=", "+", "-", "@"} else text
