"""Dataset statistics as CSV files for a spreadsheet, SPSS or R: plain numbers, one row per thing."""

from pathlib import Path
from typing import Any

from wdmd_tools.export.csv_table import write_csv
from wdmd_tools.stats import DURATION_BIN_LABELS, DatasetStatistics

FILES = ("states.csv", "durations.csv", "groups.csv", "annotators.csv", "labels.csv")
"""What `write_statistics_csv` writes."""

_GROUP = ("clips", "frames", "minutes", "me", "me_speaking", "me_listening", "me_per_minute")
_ANNOTATOR = ("me", "me_median_ms", "state_frames")


def write_statistics_csv(folder: Path, statistics: DatasetStatistics) -> None:
    """Write `FILES`; undefined is empty.

    Args:
        folder: Where to.
        statistics: From `wdmd_tools.stats.dataset_statistics`.
    """
    states = [[name, one.count, one.share] for name, one in statistics.me_states.items()]
    write_csv(folder / "states.csv", ["state", "me", "share"], states)
    bins = zip(DURATION_BIN_LABELS, statistics.durations.bins, strict=True)
    write_csv(folder / "durations.csv", ["seconds", "me"], [list(row) for row in bins])
    groups: list[list[Any]] = [
        [level, name, *(row[key] for key in _GROUP)]
        for level, rows in (
            ("split", statistics.splits),
            ("subject", statistics.subjects),
            ("recording", statistics.recordings),
        )
        for name, row in rows.items()
    ]
    write_csv(folder / "groups.csv", ["level", "name", *_GROUP], groups)
    people = [
        [name, *(row[key] for key in _ANNOTATOR)] for name, row in statistics.annotators.items()
    ]
    write_csv(folder / "annotators.csv", ["annotator", *_ANNOTATOR], people)
    labels = [
        [kind, label, annotator, count]
        for kind, found in (("emotion", statistics.emotions), ("au", statistics.action_units))
        for label, counts in found.items()
        for annotator, count in counts.items()
    ]
    write_csv(folder / "labels.csv", ["kind", "label", "annotator", "segments"], labels)
