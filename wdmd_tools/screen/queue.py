"""The review queue: one row per finding, with empty columns for a person's decision."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wdmd_tools.atomic import write_bytes
from wdmd_tools.errors import DataError
from wdmd_tools.screen.rules import Rules
from wdmd_tools.screen.subtitles import Cue
from wdmd_tools.screen.technical import TechnicalFinding
from wdmd_tools.spreadsheet_in import read_sheet

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


def reading_rows(film: str, encoding: str, first: str, unread: int) -> list[Row]:
    """What a person should know about how a file of dialogue was read.

    Args:
        film: Its name in the queue.
        encoding: The encoding that was guessed; empty if it is sure.
        first: A line of it, by which a wrong guess shows.
        unread: Texts without a usable time.
    """
    rows = []
    if encoding:
        text = f"read as {encoding}, a guess: does this look right? {first}"
        rows.append(_row(film, 0, 1, "reading", "encoding", text))
    if unread:
        text = f"{unread} cues without a usable time were not read"
        rows.append(_row(film, 0, 1, "reading", "no time", text))
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


def read_queue(path: Path, warn: Callable[[str], None] = lambda _: None) -> list[Row]:
    """A queue as a person saved it, see `wdmd_tools.spreadsheet_in`.

    Args:
        path: The file.
        warn: Told when its encoding was guessed.

    Raises:
        DataError: Not a queue of ours.
    """
    sheet = read_sheet(path)
    missing = sorted(set(COLUMNS) - set(sheet.head))
    if missing:
        raise DataError(
            f"{path}: not a review queue, lacks {', '.join(missing)}; choose another --out"
        )
    if sheet.guessed:
        warn(f"{path}: neither UTF-8 nor marked, read as {sheet.encoding}; check the notes in it")
    return [{name: _plain(row.get(name, "")) for name in COLUMNS} for _, row in sheet.rows]


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
