"""The leaderboard as LaTeX in the layout of the paper's table 2, with booktabs.

    model | WDMD: Acc_ME Acc_State F1_DR | CAS(ME)2: UF1 | SAMM: UF1 | MMEW: UF1 | datasets of yours ...

Two tables: reruns, each number with its interval, its training seeds' spread and the positives under the
dataset's name; then the reported numbers, with what to know before comparing. They share no column.
"""

import re
from collections.abc import Mapping, Sequence

from benchmarks.datasets import KNOWN
from benchmarks.leaderboard import Leaderboard, Row, Table
from benchmarks.report import cells
from benchmarks.reported import ReportedTable
from benchmarks.summary import Estimate

_CONVERSATION = {"acc_me": "Acc$_{ME}$", "acc_state": "Acc$_{State}$", "f1_dr": "F1$_{DR}$"}
_PUBLIC = {"uf1": "UF1", "f1": "F1"}
_LABEL = re.compile(r"[^A-Za-z0-9:-]+")
_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "²": r"\textsuperscript{2}", "–": "--", "×": r"$\times$",
}  # fmt: skip


def tex(text: str) -> str:
    """Text of users and papers as text."""
    return " ".join("".join(_SPECIAL.get(character, character) for character in text).split())


def to_latex(board: Leaderboard, reported: Sequence[ReportedTable] = ()) -> str:
    """Both tables; ``booktabs`` is needed, and nothing else.

    Args:
        board: The reruns, one table per protocol.
        reported: Tables of papers.
    """
    protocols = list(dict.fromkeys(table.protocol for table in board.tables))
    parts = [r"% needs \usepackage{booktabs}"]
    parts += [_reruns(board, protocol) for protocol in protocols]
    parts += [_paper(paper) for paper in reported]
    return "\n\n".join(parts) + "\n"


def _reruns(board: Leaderboard, protocol: str) -> str:
    tables = {table.dataset: table for table in board.tables if table.protocol == protocol}
    # The paper's datasets keep their places, blank where they are absent.
    names = [*KNOWN, *(name for name in tables if name not in KNOWN)]
    columns = {name: _columns(name, tables.get(name)) for name in names}
    models = list(
        dict.fromkeys((row.model, cells.name(row)) for one in tables.values() for row in one.rows)
    )
    ranks = board.ranks.get(protocol, {})
    spans, rules, at = [], [], 2
    for name in names:
        width = len(columns[name])
        spans.append(rf"\multicolumn{{{width}}}{{c}}{{{_head(name, tables.get(name))}}}")
        rules.append(rf"\cmidrule(lr){{{at}-{at + width - 1}}}")
        at += width
    metrics = [title for name in names for title in columns[name].values()]
    rank_head = ["Rank"] if ranks else []
    lines = [
        " & ".join(["", *spans, *[""] * len(rank_head)]) + r" \\",
        " ".join(rules),
        " & ".join(["Model", *metrics, *rank_head]) + r" \\",
        r"\midrule",
    ]
    for model, display in models:
        found = [tex(display)]
        for name in names:
            row = _row(tables.get(name), model)
            found += [_cell(row.estimates.get(key) if row else None) for key in columns[name]]
        if ranks:
            found.append(f"{ranks[model].value:.2f}" if model in ranks else "")
        lines.append(" & ".join(found) + r" \\")
    notes = [f"Rerun here, protocol {protocol}.", cells.EXPLANATION]
    notes += [_fact(table) for table in tables.values()]
    if any(table.synthetic for table in tables.values()):
        notes.append(cells.SYNTHETIC)
    if any(row.submitted for table in tables.values() for row in table.rows):
        notes.append(cells.SUBMITTED_NOTE)
    if ranks:
        notes.append(cells.RANK_NOTE)
    label = f"tab:leaderboard-{protocol}"
    return _tabular("l" + "c" * (len(metrics) + len(rank_head)), lines, notes, label)


def _columns(name: str, table: Table | None) -> Mapping[str, str]:
    """Metrics of a dataset: those of the paper's table 2; F1 only where it was measured."""
    if name not in KNOWN or name == "wdmd":
        return _CONVERSATION
    known = {key for row in table.rows for key in row.estimates} if table else {"uf1"}
    return {key: title for key, title in _PUBLIC.items() if key in known} or {"uf1": "UF1"}


def _head(name: str, table: Table | None) -> str:
    if table is None:
        return tex(KNOWN[name][0])
    label = " (synthetic)" if table.synthetic else ""
    return tex(f"{table.display}{label}, {table.n_references} MEs")


def _fact(table: Table) -> str:
    return f"{table.display}: {cells.facts(table)}"


def _row(table: Table | None, model: str) -> Row | None:
    rows = table.rows if table else ()
    return next((row for row in rows if row.model == model), None)


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


def _paper(paper: ReportedTable) -> str:
    lines = [
        " & ".join(["Model (reported)", *map(tex, paper.columns)]) + r" \\",
        r"\midrule",
        *(
            " & ".join([tex(model), *("" if v is None else f"{v:.2f}" for v in values)]) + r" \\"
            for model, values in paper.rows
        ),
    ]
    notes = [f"Reported, not rerun: {paper.title}."]
    notes += [f"({number}) {note}" for number, note in enumerate(paper.footnotes, 1)]
    return _tabular("l" + "r" * len(paper.columns), lines, notes, "tab:reported")


def _tabular(columns: str, lines: Sequence[str], notes: Sequence[str], label: str) -> str:
    return "\n".join(
        [
            r"\begin{table*}",
            r"\centering\footnotesize",
            rf"\caption{{{tex(' '.join(notes))}}}\label{{{_LABEL.sub('-', label)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table*}",
        ]
    )
