"""The leaderboard as LaTeX in the layout of the paper's table 2, with booktabs.

    model | WDMD: Acc_ME Acc_State F1_DR | CAS(ME)2: UF1 ... | SAMM: UF1 | MMEW: UF1 | datasets of yours ...
    model | CAS(ME)3: F1 of spotting, of analysis, STRS | SAMM-LV: the same | further public datasets ...

First reruns, each number with its interval, its training seeds' spread and the positives under the
dataset's name; then the reported numbers, with what to know before comparing. They share no column.
"""

import itertools
import re
from collections.abc import Sequence

from benchmarks.catalogue.read import known_datasets
from benchmarks.leaderboard import Leaderboard
from benchmarks.report import cells
from benchmarks.report.columns import PAPER, TITLES, explanation
from benchmarks.report.overview import Group, Overview, make_overview
from benchmarks.reported import CHOICE, ReportedTable
from benchmarks.summary import Estimate

_WIDE = 9
"""Columns that an A4 page takes in the larger of two sizes."""

_LABEL = re.compile(r"[^A-Za-z0-9:-]+")
_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "²": r"\textsuperscript{2}", "³": r"\textsuperscript{3}", "–": "--", "×": r"$\times$",
}  # fmt: skip


def tex(text: str) -> str:
    """Text of users and papers as text."""
    return " ".join("".join(_SPECIAL.get(character, character) for character in text).split())


def to_latex(board: Leaderboard, reported: Sequence[ReportedTable] = ()) -> str:
    """All tables; ``booktabs`` is needed, and nothing else.

    Args:
        board: The reruns.
        reported: Tables of papers.
    """
    parts = [r"% needs \usepackage{booktabs}"]
    if board.tables:
        view = make_overview(board)
        own = [group for group in view.groups if _place(group) == 0]
        other = [group for group in view.groups if _place(group) == 1]
        parts.append(_reruns(board, view, own, "tab:leaderboard", ranked=True))
        parts.append(_reruns(board, view, other, "tab:leaderboard-strs", ranked=False))
    parts += [_paper(paper, number) for number, paper in enumerate(reported, 1)]
    return "\n\n".join(parts) + "\n"


def _place(group: Group) -> int:
    """0 for the paper's datasets and those of users, 1 for the other known ones."""
    return 1 if group.dataset in known_datasets() and group.dataset not in PAPER else 0


def _reruns(
    board: Leaderboard, view: Overview, groups: Sequence[Group], label: str, *, ranked: bool
) -> str:
    ranks = board.ranks if ranked else {}
    spans, rules = _spans([group.title for group in groups for _ in group.metrics])
    metrics = [_title(name) for group in groups for name in group.metrics]
    rank_head = [tex(f"Rank, {protocol}") for protocol in ranks]
    lines = [
        " & ".join(["", *spans, *[""] * len(rank_head)]) + r" \\",
        " ".join(rules),
        " & ".join(["Model", *metrics, *rank_head]) + r" \\",
        r"\midrule",
    ]
    for model, display, _ in view.models:
        found = [tex(display)]
        found += [_cell(one) for group in groups for one in group.cells_of(model)]
        found += [f"{some[model].value:.2f}" if model in some else "" for some in ranks.values()]
        lines.append(" & ".join(found) + r" \\")
    notes = ["Rerun here.", explanation(board)]
    tables = [group.table for group in groups if group.table is not None]
    notes += [f"{cells.title(table)}: {cells.facts(table)}" for table in tables]
    if any(table.synthetic for table in tables):
        notes.append(cells.SYNTHETIC)
    if any(row.submitted for table in tables for row in table.rows):
        notes.append(cells.SUBMITTED_NOTE)
    if ranks:
        notes.append(cells.RANK_NOTE)
    return _tabular("l" + "c" * (len(metrics) + len(rank_head)), lines, notes, label)


def _spans(titles: Sequence[str]) -> tuple[list[str], list[str]]:
    """Heads over columns of the same title that stand together, and the rules under them."""
    spans, rules, at = [], [], 2
    for title, same in itertools.groupby(titles):
        width = len(list(same))
        spans.append(rf"\multicolumn{{{width}}}{{c}}{{{tex(title)}}}")
        rules.append(rf"\cmidrule(lr){{{at}-{at + width - 1}}}")
        at += width
    return spans, rules


def _title(metric: str) -> str:
    """``F1_DR`` as F1 with an index."""
    name, _, index = TITLES[metric].partition("_")
    return rf"{tex(name)}$_{{\mathrm{{{tex(index)}}}}}$" if index else tex(name)


def _cell(one: Estimate | None) -> str:
    """``31.7`` with its interval and, where there is one, the seeds' spread under it."""
    if one is None:
        return ""
    value = tex(cells.percent(one.value))
    lines = [value]
    if one.low is not None and one.high is not None:
        lines.append(rf"\tiny {cells.percent(one.low)}--{cells.percent(one.high)}")
    if one.seed_sd is not None:
        lines.append(rf"\tiny SD {100 * one.seed_sd:.1f}")
    if len(lines) == 1:
        return value
    return r"\shortstack{" + r"\\ ".join(lines) + "}"


def _paper(paper: ReportedTable, number: int) -> str:
    spans, rules = _spans([column.dataset for column in paper.columns])
    choice = [tex(CHOICE)] if paper.tells_choice else []
    metrics = [tex(column.metric) for column in paper.columns]
    lines = [
        " & ".join(["", *spans, *[""] * len(choice)]) + r" \\",
        " ".join(rules),
        " & ".join(["Model (reported)", *metrics, *choice]) + r" \\",
        r"\midrule",
        *(" & ".join(map(tex, line)) + r" \\" for line in paper.lines()),
    ]
    notes = [f"Reported, not rerun: {paper.title}."]
    notes += [f"({index}) {note}" for index, note in enumerate(paper.notes(), 1)]
    return _tabular("l" + "r" * (len(paper.head) - 1), lines, notes, f"tab:reported-{number}")


def _tabular(columns: str, lines: Sequence[str], notes: Sequence[str], label: str) -> str:
    size, space = ("footnotesize", 3) if len(columns) <= _WIDE else ("scriptsize", 2)
    return "\n".join(
        [
            r"\begin{table*}",
            rf"\centering\{size}\setlength{{\tabcolsep}}{{{space}pt}}",
            rf"\caption{{{tex(' '.join(notes))}}}\label{{{_LABEL.sub('-', label)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table*}",
        ]
    )
