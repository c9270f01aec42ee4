"""What was measured, as JSON, CSV and Markdown; undefined is null, empty or blank, never 0."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.sensitivity.factors import FactorResult, Level, ModelResult
from benchmarks.sensitivity.footage import Footage
from benchmarks.sensitivity.values import Value

NOTE = (
    "The micro-expressions are synthetic, injected into the footage named here. Found means IoU > 0.5, "
    "one to one. Models were trained on another dataset and saw nothing of these films before."
)
HEAD = (
    "model", "factor", "low", "high", "middle", "injected", "found", "recall", "recall_low",
    "recall_high", "precision", "precision_low", "precision_high", "seen",
    "seen_low", "seen_high", "alarms_per_minute",
    "alarms_per_minute_low", "alarms_per_minute_high", "minutes",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One model of the report.

    Args:
        name: As typed.
        display: As shown.
        result: `None` when it failed.
        error: Why it failed.
    """

    name: str
    display: str
    result: ModelResult | None
    error: str = ""


def to_json(footage: Footage, learnt: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The whole report as JSON values.

    Args:
        footage: The films.
        learnt: Name of the dataset that models learnt from.
        rows: One per model.
    """
    injected = [film for film in footage.films if not film.control]
    return {
        "kind": "bench-sensitivity",
        "schema_version": "1.0.0",
        "note": NOTE,
        "rule": "IoU > 0.5, one to one",
        "learnt_from": learnt,
        "footage": {
            "folder": footage.folder.name,
            "sources": sorted({film.source for film in footage.films}),
            "films": len(injected),
            "controls": len(footage.films) - len(injected),
            "minutes": round(sum(float(f.covered.sum()) / f.fps / 60 for f in injected), 3),
            "micro_expressions": sum(len(film.injected) for film in injected),
            "lost": footage.lost,
            "settings": footage.settings,
        },
        "models": [_model(row) for row in rows],
    }


def _model(row: Row) -> dict[str, Any]:
    if row.result is None:
        return {"model": row.name, "display": row.display, "status": "failed", "error": row.error}
    result = row.result
    return {
        "model": row.name,
        "display": row.display,
        "status": "ok",
        "overall": {name: _value(one) for name, one in result.overall.items()},
        "guess": result.guess,
        "by_state": {
            state: {name: _value(one) for name, one in some.items()}
            for state, some in result.speaking.items()
        },
        "factors": {one.factor.name: _factor(one) for one in result.factors},
    }


def _factor(result: FactorResult) -> dict[str, Any]:
    fitted = result.curve
    curve = None
    if fitted is not None:
        curve = {
            "guess": fitted.curve.guess,
            "lapse": fitted.curve.lapse,
            "place": fitted.curve.place,
            "steepness": fitted.curve.steepness,
            "half": {"value": fitted.half, "low": fitted.half_low, "high": fitted.half_high},
            "draws": fitted.draws,
            "x": fitted.grid.tolist(),
            "recall": fitted.curve(fitted.grid).tolist(),
            "low": _numbers(fitted.band[0]),
            "high": _numbers(fitted.band[1]),
        }
    return {
        "label": result.factor.label,
        "levels": [_level(level) for level in result.levels],
        "curve": curve,
    }


def _numbers(values: np.ndarray[Any, Any]) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _level(level: Level) -> dict[str, Any]:
    return {
        "low": level.low,
        "high": level.high,
        "middle": level.middle,
        "injected": level.injected,
        "found": level.found,
        "recall": _value(level.recall),
        "precision": _value(level.precision),
        "seen": _value(level.seen),
        "alarms_per_minute": _value(level.alarms_per_minute),
        "minutes": level.minutes,
    }


def _value(one: Value | None) -> dict[str, float | None] | None:
    return None if one is None else {"value": one.value, "low": one.low, "high": one.high}


def to_csv(rows: Sequence[Row]) -> str:
    """One line per model, factor and level; shares from 0 to 1, empty where undefined.

    Args:
        rows: One per model.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for row in rows:
        for one in row.result.factors if row.result is not None else ():
            for level in one.levels:
                alarms = level.alarms_per_minute or Value(None)
                cells: list[Any] = [row.name, one.factor.name, level.low, level.high, level.middle]
                cells += [level.injected, level.found]
                for value in (level.recall, level.precision, level.seen, alarms):
                    cells += [value.value, value.low, value.high]
                writer.writerow(
                    ["" if cell is None else _digits(cell) for cell in (*cells, level.minutes)]
                )
    return out.getvalue()


def _digits(cell: Any) -> Any:
    return f"{cell:.6g}" if isinstance(cell, float) else cell


def to_markdown(footage: Footage, learnt: str, rows: Sequence[Row]) -> str:
    """A page with one table for all models and one per factor.

    Args:
        footage: The films.
        learnt: Name of the dataset that models learnt from.
        rows: One per model.
    """
    facts = to_json(footage, learnt, rows)["footage"]
    lost = f", {facts['lost']} more lie in rejected parts" if facts["lost"] else ""
    parts = [
        "# Sensitivity",
        f"> {NOTE}",
        (
            f"{facts['micro_expressions']} micro-expressions in {facts['films']} films "
            f"({facts['minutes']:.1f} minutes{lost}) made of {len(facts['sources'])} source films "
            f"({', '.join(_plain(name) for name in facts['sources'])}); "
            f"{facts['controls']} control films without any. Models learnt from: {_plain(learnt)}. "
            "In brackets 95 % intervals. Seen: the highest frame score during the micro-expression is "
            "higher than in the same frames of the control film; 50 is chance."
        ),
        "![recall by amplitude, duration and speech](sensitivity.png)",
        "## Overall",
        _overall(rows),
    ]
    for number, title in enumerate(("Amplitude", "Duration", "Speech")):
        parts += [f"## {title}", _by_level(rows, number)]
    failed = [f"- **{_plain(row.display)}**: {_plain(row.error)}" for row in rows if row.error]
    if failed:
        parts += ["## Failed", "\n".join(failed)]
    return "\n\n".join(parts) + "\n"


def _overall(rows: Sequence[Row]) -> str:
    head = ("Model", "recall", "precision", "F1", "false alarms/min", "in controls/min", "by chance",
            "seen", "speaking: recall", "not speaking: recall", "50 % amplitude")  # fmt: skip
    lines = []
    for row in rows:
        if row.result is None:
            continue
        all_ = row.result.overall
        curve = next((f.curve for f in row.result.factors if f.factor.name == "amplitude"), None)
        half = Value(None) if curve is None else Value(curve.half, curve.half_low, curve.half_high)
        lines.append(
            (
                _plain(row.display),
                percent(all_["recall"]),
                percent(all_["precision"]),
                percent(all_["f1"]),
                number(all_["alarms_per_minute"]),
                number(all_["control_alarms_per_minute"]),
                "" if row.result.guess is None else f"{100 * row.result.guess:.1f}",
                percent(all_["seen"]),
                percent(row.result.speaking["speaking"]["recall"]),
                percent(row.result.speaking["not_speaking"]["recall"]),
                number(half, open_end=True) or "not reached",
            )
        )
    return _grid(head, lines)


def _by_level(rows: Sequence[Row], which: int) -> str:
    done = [row for row in rows if row.result is not None]
    if not done:
        return ""
    first = done[0].result
    levels = first.factors[which].levels if first is not None else ()
    by_place = bool(levels) and levels[0].alarms_per_minute is not None
    label = first.factors[which].factor.label if first is not None else ""
    head = ["Model", "", *(span(level) + f" (n={level.injected})" for level in levels)]
    lines = []
    for row in done:
        if row.result is None:
            continue
        mine = row.result.factors[which].levels
        name = _plain(row.display)
        lines.append((name, "recall", *(percent(level.recall) for level in mine)))
        lines.append(("", "precision", *(percent(level.precision) for level in mine)))
        if any(level.seen.value is not None for level in mine):
            lines.append(("", "seen", *(percent(level.seen) for level in mine)))
        if by_place:
            cells = (number(level.alarms_per_minute or Value(None)) for level in mine)
            lines.append(("", "false alarms/min", *cells))
    return f"{label[0].upper()}{label[1:]}:\n\n" + _grid(head, lines)


def span(level: Level) -> str:
    """A level's values, for people.

    Args:
        level: The level.
    """
    low, high = f"{level.low:.3g}", f"{level.high:.3g}"
    return low if low == high else f"{low} to {high}"


def percent(one: Value) -> str:
    """A share in per cent with its interval; empty where undefined."""
    if one.value is None:
        return ""
    text = f"{100 * one.value:.1f}"
    if one.low is None or one.high is None:
        return text
    return f"{text} [{100 * one.low:.1f}, {100 * one.high:.1f}]"


def number(one: Value, *, open_end: bool = False) -> str:
    """A number with its interval; empty where undefined.

    Args:
        one: The number.
        open_end: Whether an upper end that is not known is shown as such.
    """
    if one.value is None:
        return ""
    text = f"{one.value:.2f}"
    if one.low is None:
        return text
    if one.high is None:
        return f"{text} [{one.low:.2f}, ...]" if open_end else text
    return f"{text} [{one.low:.2f}, {one.high:.2f}]"


def _grid(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
