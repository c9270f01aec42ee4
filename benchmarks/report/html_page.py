"""The leaderboard as one HTML file: no network, sortable, readable in light and dark."""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from benchmarks.leaderboard import COLUMNS, Leaderboard, Row, Table
from benchmarks.report import cells
from benchmarks.reported import ReportedTable
from benchmarks.summary import Estimate

_STYLE = """
:root { color-scheme: light dark; --back: #ffffff; --text: #1d2125; --soft: #5b6570; --line: #d9dee3;
  --head: #f2f5f7; --warn: #8a4b00; --warnback: #fff3e0; --accent: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --back: #14181c; --text: #e6e9ec; --soft: #9aa5b0;
  --line: #323a42; --head: #1e242a; --warn: #ffc477; --warnback: #3a2a12; --accent: #6db7e8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 100rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .5rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .4rem; }
p, ul, ol { max-width: 70rem; margin: .4rem 0; } .soft, small { color: var(--soft); }
.warn { background: var(--warnback); color: var(--warn); font-weight: 600; padding: .45rem .8rem;
  border-radius: .3rem; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .55rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; vertical-align: top; }
th { background: var(--head); position: sticky; top: 0; }
th:first-child, td:first-child, .left { text-align: left; }
.wrap { white-space: normal; max-width: 45rem; }
td small { display: block; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
tr.trivial td { color: var(--soft); }
.best { font-weight: 700; color: var(--accent); }
img { max-width: 100%; height: auto; border-radius: .3rem; }
"""

_SCRIPT = """
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  table.querySelectorAll("th button").forEach((button) => button.addEventListener("click", () => {
    const head = button.parentElement, column = head.cellIndex;
    const first = column === 0 ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    table.querySelectorAll("th").forEach((cell) => cell.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");  // nothing to compare: last
      const difference = column === 0 ? x.localeCompare(y) : Number(x) - Number(y);
      return sign * difference;
    });
    body.append(...rows);
  }));
}
"""


_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">"
)


def to_html(
    board: Leaderboard, reported: Sequence[ReportedTable] = (), picture: Path | None = None
) -> str:
    """The whole page.

    Args:
        board: The tables.
        reported: Tables of papers, put after the reruns.
        picture: A PNG to embed.
    """
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        _POLICY,
        f"<title>Leaderboard</title><style>{_STYLE}</style></head><body>",
        "<h1>Leaderboard</h1>",
        f'<p class="soft">{escape(cells.EXPLANATION)} Click a heading to sort.</p>',
    ]
    for table in board.tables:
        parts += _table(table)
    if picture is not None:
        data = base64.b64encode(picture.read_bytes()).decode("ascii")
        words = "F1_DR of every model with its 95 % interval"
        parts.append(f'<p><img alt="{words}" src="data:image/png;base64,{data}"></p>')
    if board.missing:
        parts += ["<h2>Datasets that are not here</h2>", _missing(board)]
    for paper in reported:
        parts += _reported(paper)
    parts += [f"<script>{_SCRIPT}</script>", "</body></html>"]
    return "\n".join(parts) + "\n"


def _table(table: Table) -> list[str]:
    parts = [f"<h2>{escape(cells.title(table))}</h2>"]
    if table.synthetic:
        parts.append(f'<p class="warn">{escape(cells.SYNTHETIC)}</p>')
    parts.append(f"<p>{escape(cells.facts(table))}</p>")
    titles = ("Model", *COLUMNS.values(), "clips", "MEs", "train s", "parameters")
    head = "".join(f'<th scope="col"><button>{escape(name)}</button></th>' for name in titles)
    show_status = any(row.status != "ok" for row in table.rows)
    if show_status:
        head += '<th scope="col" class="left">status</th>'
    best = {name: _best(table, name) for name in COLUMNS}
    body = "".join(_row(table, row, best, show_status) for row in table.rows)
    parts.append(
        f'<div class="scroll"><table class="sortable"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
    notes = "".join(
        f"<li><b>{escape(row.display)}</b>: {escape(row.note)}</li>"
        for row in table.rows
        if row.note
    )
    return [*parts, f'<ul class="soft">{notes}</ul>'] if notes else parts


def _best(table: Table, metric: str) -> float | None:
    """The best value of a column among models that look at pictures."""
    values = [
        row.estimates[metric].value
        for row in table.rows
        if metric in row.estimates and row.group != "trivial"
    ]
    best = max((value for value in values if value is not None), default=0.0)
    return best if best > 0 else None


def _row(table: Table, row: Row, best: dict[str, float | None], show_status: bool) -> str:
    tested = bool(row.estimates)
    parts = [f"<td>{escape(row.display)}</td>"]
    for name in COLUMNS:
        one = row.estimates.get(name)
        top = one is not None and one.value is not None and one.value == best[name]
        parts.append(_estimate(one, "best" if top and row.group != "trivial" else ""))
    parts += [
        _plain(str(table.n_clips) if tested else "", table.n_clips if tested else None),
        _plain(str(table.n_references) if tested else "", table.n_references if tested else None),
        _plain(cells.seconds(row.train_seconds), row.train_seconds),
        _plain(cells.parameters(row.parameters), row.parameters),
    ]
    if show_status:
        parts.append(f'<td class="left wrap">{escape(cells.status(row))}</td>')
    return f'<tr class="{escape(row.group)}">{"".join(parts)}</tr>'


def _estimate(one: Estimate | None, style: str) -> str:
    if one is None:
        return '<td data-sort=""></td>'
    key = "" if one.value is None else f"{one.value:.6f}"
    around = cells.interval(one)
    interval = f"<small>{around}</small>" if around else ""
    css = f' class="{style}"' if style else ""
    return f'<td data-sort="{key}"><span{css}>{cells.percent(one.value)}</span>{interval}</td>'


def _plain(text: str, value: float | None) -> str:
    return f'<td data-sort="{"" if value is None else value}">{escape(text)}</td>'


def _missing(board: Leaderboard) -> str:
    rows = "".join(
        f'<tr><td>{escape(one.display)}</td><td class="left wrap">missing: {escape(one.reason)}</td></tr>'
        for one in board.missing
    )
    head = '<tr><th scope="col">Dataset</th><th scope="col" class="left">What is missing</th></tr>'
    return f'<div class="scroll"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def _reported(paper: ReportedTable) -> list[str]:
    titles = ("Model (reported)", *paper.columns)
    head = "".join(f'<th scope="col"><button>{escape(name)}</button></th>' for name in titles)
    body = "".join(
        f"<tr><td>{escape(model)}</td>"
        + "".join(_plain("" if v is None else f"{v:.2f}", v) for v in values)
        + "</tr>"
        for model, values in paper.rows
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in paper.footnotes)
    grid = f'<table class="sortable"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return [
        f"<h2>Reported, not rerun: {escape(paper.title)}</h2>",
        f'<div class="scroll">{grid}</div>',
        f'<ol class="soft">{notes}</ol>',
    ]
