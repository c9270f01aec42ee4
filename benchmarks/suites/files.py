"""A suite's table as files."""

import csv
import io
from pathlib import Path

from benchmarks.report import cells
from benchmarks.report.suite_page import difference_text, suite_html
from benchmarks.suites.curves import draw_curves, draw_rows
from benchmarks.suites.table import SuiteTable, to_json
from wdmd_tools.atomic import write_json, write_text

_HEAD = (
    "Experiment",
    "F1_DR, rerun here",
    "difference to the first (paired)",
    "seeds",
    "parameters",
    "F1_DR, reported on WDMD",
)


def rows_of_text(table: SuiteTable) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows; blank is missing, a dash is undefined."""
    rows: list[tuple[str, ...]] = []
    for line in table.lines:
        reported = "" if line.reported is None else f"{line.reported:g}"
        rows.append(
            (
                line.display,
                cells.estimate(line.measured) if line.measured else f"({line.status})",
                difference_text(line.difference),
                str(line.seeds),
                cells.parameters(line.parameters),
                reported,
            )
        )
    if all(line.reported is None for line in table.lines):
        return _HEAD[:-1], [row[:-1] for row in rows]
    return _HEAD, rows


def write_suite(table: SuiteTable, folder: Path) -> list[Path]:
    """Write Markdown, CSV, LaTeX, JSON, pictures and a page that shows them.

    Args:
        table: Of one dataset.
        folder: Made if absent.

    Returns:
        The files.
    """
    name = table.suite.name
    texts = {
        f"{name}.md": to_markdown(table),
        f"{name}.csv": to_csv(table),
        f"{name}.tex": to_latex(table),
    }
    for file, text in texts.items():
        write_text(folder / file, text)
    write_json(folder / f"{name}.json", to_json(table))
    written = [folder / file for file in (*texts, f"{name}.json")]
    draw_rows(folder / f"{name}.png", table)
    written.append(folder / f"{name}.png")
    if table.suite.curves and draw_curves(folder / f"{name}_curves.png", table):
        written.append(folder / f"{name}_curves.png")
    shown = {
        f"{name}.png": "F1_DR of every experiment with its 95 % interval",
        f"{name}_curves.png": "F1_DR on the validation split by epoch",
    }
    pictures = [(one.name, shown[one.name]) for one in written if one.name in shown]
    write_text(folder / f"{name}.html", suite_html(table, _notes(table), pictures))
    return [*written, folder / f"{name}.html"]


def _notes(table: SuiteTable) -> list[str]:
    seeds = max((line.seeds for line in table.lines), default=0)
    how = (
        f"Rerun: {table.dataset}, preset {table.preset}, {seeds} training seed(s), "
        f"{table.recordings} test recordings; percent, 95 % intervals from 10,000 resamples of whole "
        "recordings; differences on the same resamples."
    )
    notes = [how, table.suite.note]
    return [cells.SYNTHETIC, *notes] if table.synthetic else notes


def to_markdown(table: SuiteTable) -> str:
    """The table with its notes."""
    head, rows = rows_of_text(table)
    lines = [
        f"# {table.suite.title}",
        "",
        "| " + " | ".join(head) + " |",
        "| --- |" + " ---: |" * (len(head) - 1),
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
        "",
        *(f"- {note}" for note in _notes(table)),
    ]
    return "\n".join(lines) + "\n"


def to_csv(table: SuiteTable) -> str:
    """One line per experiment, numbers as shares."""
    rows = to_json(table)["rows"]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def to_latex(table: SuiteTable) -> str:
    """A booktabs table."""
    head, rows = rows_of_text(table)
    body = [" & ".join(_tex(cell) for cell in row) + r" \\" for row in rows]
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            rf"\caption{{{_tex(table.suite.title)}. {_tex(' '.join(_notes(table)))}}}",
            r"\begin{tabular}{l" + "r" * (len(head) - 1) + "}",
            r"\toprule",
            " & ".join(_tex(cell) for cell in head) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )
