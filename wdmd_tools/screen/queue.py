"""The review queue: one row per finding, with empty columns for a person's decision."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from wdmd_tools.atomic import write_bytes
from wdmd_tools.errors import DataError
from wdmd_tools.screen.rules import Rules
from wdmd_tools.screen.subtitles import Cue
from wdmd_tools.screen.technical import TechnicalFinding

KEY = ("film", "start_ms", "end_ms", "reason", "rule")
"""What makes two findings the same one; measured texts and scores may change a little."""

HUMAN = ("decision", "reviewer", "note")
COLUMNS = ("film", "start_ms", "end_ms", "reason", "rule", "action", "score", "text", *HUMAN)

Row = dict[str, str]


def keyword_rows(film: str, cues: Sequence[Cue], rules: Rules) -> list[Row]:
    """Findings of one film's cues, by time then rule.

    Args:
        film: Its name in the queue.
        cues: Dialogue.
        rules: What to find.
    """
    return [
        _row(film, cue.start_ms, cue.end_ms, f"keyword: {rule.category}", rule.term, cue.text)
        | {"action": rule.action}
        for cue in cues
        for rule in rules.find(cue.text)
    ]


def toxic_rows(
    film: str,
    cues: Sequence[Cue],
    scores: Sequence[Mapping[str, float]],
    model: str,
    threshold: float,
) -> list[Row]:
    """Cues whose highest score reaches the threshold.

    Args:
        film: Its name in the queue.
        cues: Dialogue.
        scores: Per cue each label's score.
        model: Name of the model.
        threshold: Least score, in [0, 1].
    """
    rows = []
    for cue, found in zip(cues, scores, strict=True):
        label = max(found, key=lambda name: (found[name], name), default="")
        if label and found[label] >= threshold:
            row = _row(film, cue.start_ms, cue.end_ms, f"toxic: {label}", model, cue.text)
            rows.append(row | {"score": f"{found[label]:.3f}"})
    return rows


def technical_rows(film: str, findings: Sequence[TechnicalFinding]) -> list[Row]:
    """Technical findings of a film.

    Args:
        film: Its name in the queue.
        findings: From `wdmd_tools.screen.technical.screen_film`.
    """
    return [_row(film, f.start_ms, f.end_ms, "technical", f.rule, f.text) for f in findings]


def _row(film: str, start_ms: int, end_ms: int, reason: str, rule: str, text: str) -> Row:
    return {
        "film": film,
        "start_ms": str(start_ms),
        "end_ms": str(end_ms),
        "reason": reason,
        "rule": rule,
        "action": "review",
        "score": "",
        "text": text,
        **dict.fromkeys(HUMAN, ""),
    }


def read_queue(path: Path) -> list[Row]:
    """A queue as a person saved it: commas or semicolons, with or without a byte order mark.

    Raises:
        DataError: Not a queue of ours.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8; save it as 'CSV UTF-8'") from error
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    missing = sorted(set(COLUMNS) - set(reader.fieldnames or ()))
    if missing:
        raise DataError(
            f"{path}: not a review queue, lacks {', '.join(missing)}; choose another --out"
        )
    return [{name: _plain(row[name] or "") for name in COLUMNS} for row in reader]


def keep_decisions(new: Sequence[Row], old: Sequence[Row]) -> list[Row]:
    """New findings with the decisions of an earlier queue; a decided row that is found no more stays."""
    decided = {_key(row): row for row in old if any(row[name].strip() for name in HUMAN)}
    found = {_key(row) for row in new}
    kept = [row | {name: decided.get(_key(row), row)[name] for name in HUMAN} for row in new]
    return kept + [row for key, row in decided.items() if key not in found]


def write_queue(path: Path, rows: Sequence[Row]) -> None:
    """Write a queue that Excel opens, atomically; cells that would be formulas are neutralised."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    write_bytes(path, text.getvalue().encode("utf-8-sig"))


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


def _safe(value: str) -> str:
    return "'" + value if value[:1] in "=+-@\t\r'" and value else value


def _plain(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:2] in tuple("=+-@\t\r'") else value
