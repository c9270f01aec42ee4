"""Results of a suite beside what the paper reports; the two never share a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.compare import Difference, compare_scores
from benchmarks.results import JobResult
from benchmarks.suites.model import Suite
from benchmarks.summary import Estimate, summarise


@dataclass(frozen=True)
class SuiteLine:
    """One experiment.

    Args:
        name: Of the row.
        display: As shown.
        reported: F1_DR in percent as printed, or `None`.
        measured: F1_DR of the rerun with its interval; `None` while a job is missing or failed.
        difference: To the reference row, paired; `None` for the reference itself or without both.
        seeds: Finished jobs.
        parameters: Trained numbers, or `None`.
        train_seconds: Mean over jobs, or `None`.
        curves: Validation F1_DR by epoch, one list per seed; `None` where undefined.
        status: ``ok``, or why cells are blank.
        errors: MEs missed plus segments that are none, over the test split, mean over seeds; `None` where
            `measured` is.
    """

    name: str
    display: str
    reported: float | None
    measured: Estimate | None
    difference: Difference | None
    seeds: int
    parameters: int | None
    train_seconds: float | None
    curves: tuple[tuple[float | None, ...], ...]
    status: str
    errors: float | None = None


@dataclass(frozen=True)
class SuiteTable:
    """A suite on one dataset.

    Args:
        suite: Which.
        dataset: As shown.
        synthetic: Whether tables must say so.
        preset: The full model.
        lines: In the suite's order.
        recordings: Test recordings.
    """

    suite: Suite
    dataset: str
    synthetic: bool
    preset: str
    lines: tuple[SuiteLine, ...]
    recordings: int


def make_table(
    suite: Suite,
    dataset: str,
    synthetic: bool,
    preset: str,
    results: Sequence[JobResult],
    runs: Path,
    seeds: int,
) -> SuiteTable:
    """Gather the results of a suite on one dataset.

    Args:
        suite: Which.
        dataset: As shown.
        synthetic: Whether it is.
        preset: The full model.
        results: Of this dataset.
        runs: Folder of trained runs, for the curves.
        seeds: How many were asked for; a row with fewer is blank.
    """
    by_row = {row.name: [one for one in results if one.job.model == row.name] for row in suite.rows}
    scores = {
        name: [score for one in found if (score := one.counts()) is not None]
        for name, found in by_row.items()
    }
    reference = scores[suite.reference]
    lines = []
    for row in suite.rows:
        found, mine = by_row[row.name], scores[row.name]
        failed = next((one.error.message for one in found if one.error is not None), "")
        whole = len(mine) == seeds
        compared = whole and row.name != suite.reference and len(reference) == seeds
        lines.append(
            SuiteLine(
                name=row.name,
                display=row.display,
                reported=row.reported,
                measured=summarise(mine)["f1_dr"] if whole else None,
                difference=compare_scores(reference, mine) if compared else None,
                seeds=len(mine),
                parameters=_fact(found, "parameters"),
                train_seconds=_mean([one.seconds.get("fit") for one in found]),
                curves=tuple(read_curve(runs / str(one.facts.get("run", ""))) for one in found),
                status="ok" if whole else failed or f"{len(mine)} of {seeds} seeds",
                errors=_mean([one.total.total.fp + one.total.total.fn for one in mine])
                if whole
                else None,
            )
        )
    recordings = len(reference[0].events) if reference else 0
    return SuiteTable(suite, dataset, synthetic, preset, tuple(lines), recordings)


def read_curve(run: Path) -> tuple[float | None, ...]:
    """Validation F1_DR by epoch of a run; empty when the run is not there any more."""
    import json

    try:
        lines = (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        return tuple(json.loads(line).get("val_f1_dr") for line in lines)
    except (OSError, ValueError, AttributeError):
        return ()


def to_json(table: SuiteTable) -> dict[str, Any]:
    """Plain values; what is undefined is null."""
    return {
        "suite": table.suite.name,
        "title": table.suite.title,
        "dataset": table.dataset,
        "synthetic": table.synthetic,
        "preset": table.preset,
        "recordings": table.recordings,
        "rows": [
            {
                "name": line.name,
                "display": line.display,
                "reported_f1_dr": None if line.reported is None else line.reported / 100,
                "f1_dr": None if line.measured is None else line.measured.value,
                "low": None if line.measured is None else line.measured.low,
                "high": None if line.measured is None else line.measured.high,
                "difference": None if line.difference is None else line.difference.value,
                "difference_low": None if line.difference is None else line.difference.low,
                "difference_high": None if line.difference is None else line.difference.high,
                "p_value": None if line.difference is None else line.difference.p_value,
                "errors": line.errors,
                "seeds": line.seeds,
                "parameters": line.parameters,
                "train_seconds": line.train_seconds,
                "status": line.status,
            }
            for line in table.lines
        ],
    }


def _fact(found: Sequence[JobResult], name: str) -> int | None:
    value = next((one.facts[name] for one in found if one.facts.get(name) is not None), None)
    return None if value is None else int(value)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
