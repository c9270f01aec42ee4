"""Dataset statistics as rows of text, for the terminal and for Markdown alike."""

from typing import Any

from wdmd_tools.agreement.render import markdown_table
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.stats import DURATION_BIN_LABELS, DatasetStatistics

TextTable = tuple[str, list[str], list[list[str]]]
"""Title, head, rows."""

_GROUP_HEAD = ["clips", "frames", "minutes", "MEs", "speaking", "listening", "MEs per minute"]


def statistics_tables(statistics: DatasetStatistics) -> list[TextTable]:
    """All tables that have a row, in order of print."""
    tables = [
        _totals(statistics),
        _states(statistics),
        _durations(statistics),
        _group("By split", "split", statistics.splits),
        _group("By subject", "subject", statistics.subjects),
        _group("By recording", "recording", statistics.recordings),
        _annotators(statistics),
        _labels("Emotions", "emotion", statistics.emotions),
        _labels("Action units", "action unit", statistics.action_units),
    ]
    return [table for table in tables if table[2]]


def markdown(statistics: DatasetStatistics) -> str:
    """All tables as a Markdown page."""
    parts = [f"# Statistics: {statistics.dataset}\n"]
    for title, head, rows in statistics_tables(statistics):
        parts.append(f"## {title}\n\n{markdown_table(head, rows)}\n")
    parts.append(
        "States and durations are of consensus micro-expressions (MEs); silent counts as listening; "
        "duration bins include their upper limit.\n"
    )
    return "\n".join(parts)


def _number(value: Any, digits: int = 0) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _totals(statistics: DatasetStatistics) -> TextTable:
    names = {
        "recordings": "recordings",
        "subjects": "subjects",
        "annotators": "annotators",
        "clips": "clips",
        "clips_with_me": "clips with an ME",
        "frames": "frames",
        "minutes": "minutes",
        "me": "micro-expressions (MEs)",
    }
    rows = [
        [title, _number(statistics.counts[key], 1 if key == "minutes" else 0)]
        for key, title in names.items()
    ]
    return statistics.dataset, ["what", "how many"], rows


def _states(statistics: DatasetStatistics) -> TextTable:
    titles = {
        "speaking": "speaking",
        "listening": "listening or silent",
        "unknown": "no state annotated",
    }
    rows = [
        [
            titles[name],
            f"{one.count:,}",
            "n/a (no ME)" if one.share is None else f"{100 * one.share:.2f} %",
        ]
        for name, one in statistics.me_states.items()
    ]
    return "MEs by state", ["state", "MEs", "share"], rows


def _durations(statistics: DatasetStatistics) -> TextTable:
    durations = statistics.durations
    total = sum(durations.bins)
    rows = [
        [f"{label} s", f"{count:,}", f"{100 * count / total:.2f} %" if total else "n/a (no ME)"]
        for label, count in zip(DURATION_BIN_LABELS, durations.bins, strict=True)
    ]
    marks = {
        "shortest": durations.min_ms,
        "first quartile": durations.quartile1_ms,
        "median": durations.median_ms,
        "mean": durations.mean_ms,
        "third quartile": durations.quartile3_ms,
        "longest": durations.max_ms,
    }
    rows += [
        [name, f"{_number(value)} ms", ""] for name, value in marks.items() if value is not None
    ]
    return "Durations of MEs", ["duration", "MEs", "share"], rows


def _group(title: str, what: str, groups: dict[str, dict[str, Any]]) -> TextTable:
    rows = [
        [
            name,
            _number(row["clips"]),
            _number(row["frames"]),
            _number(row["minutes"], 1),
            _number(row["me"]),
            _number(row["me_speaking"]),
            _number(row["me_listening"]),
            _number(row["me_per_minute"], 2),
        ]
        for name, row in groups.items()
    ]
    return title, [what, *_GROUP_HEAD], rows


def _annotators(statistics: DatasetStatistics) -> TextTable:
    rows = [
        [
            name,
            _number(row["me"]),
            "-" if row["me_median_ms"] is None else f"{_number(row['me_median_ms'])} ms",
            _number(row["state_frames"]),
        ]
        for name, row in statistics.annotators.items()
    ]
    return "By annotator", ["annotator", "MEs", "median ME", "frames with a state"], rows


def _labels(title: str, what: str, labels: dict[str, dict[str, int]]) -> TextTable:
    names = sorted({name for counts in labels.values() for name in counts})
    names.sort(key=lambda name: name == CONSENSUS)
    rows = [
        [label, *(_number(counts.get(name, 0)) for name in names)]
        for label, counts in labels.items()
    ]
    return title, [what, *names], rows
