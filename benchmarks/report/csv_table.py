"""The leaderboard as one long CSV: a line per model, metric and source."""

import csv
import io
from collections.abc import Sequence

from benchmarks.leaderboard import RANKED, Leaderboard
from benchmarks.reported import CHOICE, CHOSEN, ReportedTable
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
    "n_clips_with_me",
    "seed_sd",
    "seed_min",
    "seed_max",
    "protocol_version",
)
"""Columns; values are shares from 0 to 1 (ranks from 1), empty where undefined or missing."""


def to_csv(
    board: Leaderboard, reported: Sequence[ReportedTable] = (), *, oracle: bool = False
) -> str:
    """One line per model and metric.

    Args:
        board: The tables; their lines have the source ``rerun``, ``submitted`` for someone's predictions,
            ``rank`` for average ranks, or ``missing`` for an absent dataset.
        reported: Tables of papers; their lines have the source ``reported``.
        oracle: Whether to add lines of oracles' thresholds, with the source ``oracle``.
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
                        "source": "submitted" if row.submitted else "rerun",
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
                        "protocol_version": table.version,
                        "n_clips_with_me": table.n_clips_with_me,
                        "seed_sd": _number(one.seed_sd if one else None),
                        "seed_min": _number(min(one.seeds) if one and one.seeds else None),
                        "seed_max": _number(max(one.seeds) if one and one.seeds else None),
                    }
                )
            if oracle and row.oracle is not None:
                writer.writerow(
                    {
                        "source": "oracle",
                        "dataset": table.dataset,
                        "synthetic": str(table.synthetic).lower(),
                        "protocol": table.protocol,
                        "model": _safe(row.model),
                        "display": _safe(row.display),
                        "metric": RANKED,
                        "value": _number(row.oracle),
                        "status": "threshold chosen on the test data; not a result",
                    }
                )
    for protocol, ranks in board.ranks.items():
        for model, rank in ranks.items():
            writer.writerow(
                {
                    "source": "rank",
                    "dataset": " ".join(rank.ranks),
                    "protocol": protocol,
                    "model": _safe(model),
                    "metric": f"average_rank_{RANKED}",
                    "value": _number(rank.value),
                    "low": _number(rank.low),
                    "high": _number(rank.high),
                }
            )
    for missing in board.missing:
        writer.writerow(
            {"source": "missing", "dataset": missing.dataset, "status": _safe(missing.reason)}
        )
    for paper in reported:
        for line in paper.rows:
            choice = f"; {CHOICE}: {CHOSEN[line.chosen_on_test]}" if paper.tells_choice else ""
            for column in paper.columns:
                value = line.values.get(column.key)
                writer.writerow(
                    {
                        "source": "reported",
                        "dataset": column.dataset,
                        "model": _safe(line.model),
                        "display": _safe(line.model),
                        "metric": column.metric,
                        "value": _number(None if value is None else value / 100),
                        "status": paper.title + choice,
                    }
                )
    return out.getvalue()


def _number(value: float | None, digits: int = 6) -> str:
    return "" if value is None else f"{value:.{digits}f}".rstrip("0").rstrip(".")


def _safe(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    text = " ".join(text.split())
    return "'" + text if text[:1] in {"=", "+", "-", "@"} else text
