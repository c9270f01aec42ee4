"""Every form of the leaderboard, from one board with a bit of everything."""

import csv
import io
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from benchmarks.leaderboard import Leaderboard, Missing, Row, Table
from benchmarks.ranks import AverageRank
from benchmarks.report import cells, write_report
from benchmarks.report.csv_table import to_csv
from benchmarks.report.html_page import to_html
from benchmarks.report.latex import tex, to_latex
from benchmarks.report.markdown import to_markdown
from benchmarks.reported import load_reported
from benchmarks.summary import METRICS, Estimate

NAME = "Mine <b>|*1*|</b>"


@pytest.fixture(name="board")
def make() -> Leaderboard:
    good = {name: Estimate(0.25, 0.125, 0.5) for name in METRICS}
    undefined = good | {"f1_dr": Estimate(None), "auroc_me": Estimate(0.5)}
    rows = (
        Row("never", "never", "Nothing.", "trivial", undefined, 0.01, 0, 50.0, 1),
        Row("mine", NAME, "A note.", "user", good, 1234.5, 2_500_000, 900.0, 1),
        Row("bad", "Bad", "", "user", {}, status="failed: RuntimeError: <script>x</script>"),
    )
    table = Table("d", "Demo", "holdout", True, rows, 1, 6, 40, 12, 15)
    return Leaderboard((table,), (Missing("samm", "SAMM", "get it & build it"),))


def test_cells_read_as_they_should() -> None:
    assert cells.estimate(Estimate(0.31741, 0.2, 0.4)) == "31.7 (20.0 to 40.0)"
    assert cells.estimate(Estimate(None)) == "–"
    assert cells.estimate(Estimate(1.0)) == "100.0"
    assert cells.estimate(None) == ""
    assert [cells.parameters(n) for n in (None, 0, 999, 8852, 2_500_000)] == [
        "", "0", "999", "8.9 k", "2.5 M",
    ]  # fmt: skip
    assert [cells.seconds(s) for s in (None, 0.04, 9.96, 1234.5)] == ["", "0.0", "10", "1,234"]


def test_markdown_labels_synthetic_data_and_blanks_failures(board: Leaderboard) -> None:
    text = to_markdown(board, load_reported())
    assert "SYNTHETIC DATA" in text
    assert "15 micro-expressions, 6 recordings" in text
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    never = next(line for line in lines if line.startswith("| never"))
    assert " – |" in never
    bad = next(line for line in lines if line.startswith("| Bad"))
    assert "25.0" not in bad
    assert "RuntimeError" in bad
    mine = next(line for line in lines if line.startswith("| Mine"))
    assert r"Mine \<b>\|\*1\*\|\</b>" in mine
    widths = {
        len(re.findall(r"(?<!\\)\|", line))
        for line in lines[: lines.index(bad) + 1]
    }  # fmt: skip
    assert len(widths) == 1
    assert "missing: get it & build it" in text
    assert "Reported, not rerun" in text


def test_csv_keeps_reruns_and_reported_numbers_apart(board: Leaderboard) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(board, load_reported()))))
    reruns = [row for row in rows if row["source"] == "rerun"]
    assert len(reruns) == 3 * len(METRICS)
    mine = next(row for row in reruns if row["model"] == "mine" and row["metric"] == "f1_dr")
    assert (mine["value"], mine["low"], mine["high"]) == ("0.25", "0.125", "0.5")
    assert mine["synthetic"] == "true"
    assert all(row["value"] == "" for row in reruns if row["model"] == "bad")
    never = next(row for row in reruns if row["model"] == "never" and row["metric"] == "f1_dr")
    assert never["value"] == ""
    reported = [row for row in rows if row["source"] == "reported"]
    assert len([row for row in reported if "table 2" in row["status"]]) == 12 * 6
    ours = [row for row in reported if row["model"].startswith("MELDAE (Full)")]
    assert [(row["dataset"], row["metric"], row["value"]) for row in ours][:3] == [
        ("WDMD", "Acc_ME", "0.8176"),
        ("WDMD", "Acc_State", "0.8027"),
        ("WDMD", "F1_DR", "0.3174"),
    ]


def test_csv_text_is_no_formula(board: Leaderboard) -> None:
    table = board.tables[0]
    evil = Row("m", "=cmd()", "", "user", {})
    changed = Leaderboard((Table(**{**_fields(table), "rows": (evil,)}),), ())
    rows = list(csv.DictReader(io.StringIO(to_csv(changed))))
    assert rows[0]["display"] == "'=cmd()"


def _fields(table: Table) -> dict[str, object]:
    return {name: getattr(table, name) for name in table.__dataclass_fields__}


def test_positives_seeds_and_ranks_are_in_markdown_and_csv(board: Leaderboard) -> None:
    found = _with_seeds_and_ranks(board)
    text = to_markdown(found)
    assert "40 clips (12 with a micro-expression), 15 micro-expressions" in text
    assert "| Mine \\<b>\\|\\*1\\*\\|\\</b> | seeds 20.0 to 30.0, SD 7.1 |" in text
    assert "## Average rank, holdout" in text
    assert "| Mine \\<b>\\|\\*1\\*\\|\\</b> | 1.50 | 1.00 to 2.00 | 1 | 2 |" in text
    assert "| Bad |  |  |  |  |" in text
    assert "theirs (submitted, not rerun)" in text
    assert "is their authors' word" in text
    assert "is their authors' word" not in to_markdown(board)
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    mine = next(row for row in rows if row["model"] == "mine" and row["metric"] == "acc_me")
    assert (mine["n_clips_with_me"], mine["n_references"]) == ("12", "15")
    assert (mine["seed_sd"], mine["seed_min"], mine["seed_max"]) == ("0.070711", "0.2", "0.3")
    assert {row["source"] for row in rows if row["model"] == "sent"} == {"submitted"}
    (rank,) = [row for row in rows if row["source"] == "rank"]
    assert (rank["metric"], rank["value"], rank["low"], rank["high"]) == (
        "average_rank_f1_dr", "1.5", "1", "2",
    )  # fmt: skip


def test_html_shows_seeds_ranks_and_who_submitted(board: Leaderboard) -> None:
    text = to_html(_with_seeds_and_ranks(board))
    assert text.count("submitted, not rerun") == 3  # over all, in the table, and on the card
    assert "seeds 20.0 to 30.0, SD 7.1" in text
    assert text.count('class="seed" d="M20.0 0V10"') == 1
    assert 'data-sort="1.50"' in text


def test_an_oracle_is_told_on_request_only_apart_and_flagged(board: Leaderboard) -> None:
    table = board.tables[0]
    rows = tuple(replace(row, oracle=0.8765 if row.model == "mine" else None) for row in table.rows)
    found = Leaderboard((replace(table, rows=rows),), ())
    assert "87.6" not in to_markdown(found) + to_html(found)
    assert "0.8765" not in to_csv(found)
    assert "87.6" not in to_latex(found)
    for text in (to_markdown(found, oracle=True), to_html(found, oracle=True)):
        assert text.count("87.6") == 1
        assert text.index("NOT A RESULT") < text.index("87.6")
    told = list(csv.DictReader(io.StringIO(to_csv(found, oracle=True))))
    (row,) = [one for one in told if one["value"] == "0.8765"]
    assert (row["source"], row["status"]) == (
        "oracle",
        "threshold chosen on the test data; not a result",
    )


def test_latex_has_the_layout_of_table_2_and_no_shared_column(board: Leaderboard) -> None:
    text = to_latex(_with_seeds_and_ranks(board), load_reported())
    ours, films, paper, *others = text.split(r"\begin{table*}")[1:]
    assert _widths(ours) == {15}  # model, the paper's seven, three of each of two data sets, rank
    assert _widths(films) == {7}  # model, three of CAS(ME)3 and of SAMM-LV
    assert _widths(paper) == {7}
    assert [_widths(one) for one in others] == [{8}, {11}]
    assert r"CAS(ME)\textsuperscript{3}} & \multicolumn{3}{c}{SAMM-LV}" in films
    assert "STRS" in films
    assert "WDMD} & " in ours
    assert "Demo, synthetic, holdout, 15 MEs" in ours
    assert r"\shortstack{25.0\\ \tiny 12.5--50.0\\ \tiny SD 7.1}" in ours
    assert r"Mine \textless{}b\textgreater{}\textbar{}*1*\textbar{}" in ours
    assert "31.74" in paper
    assert "31.74" not in ours
    assert r"50.5 \%" in paper
    assert "SYNTHETIC DATA" in ours
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")
    assert to_latex(Leaderboard((), ())).count("tabular") == 0


def test_latex_takes_names_as_text() -> None:
    assert tex(r"50 % of a_b & {c} #1 \x ~ ^ $") == (
        r"50 \% of a\_b \& \{c\} \#1 \textbackslash{}x \textasciitilde{} "
        r"\textasciicircum{} \$"
    )


def _widths(table: str) -> set[int]:
    lines = [line for line in table.splitlines() if line.endswith(r"\\") and "multi" not in line]
    return {len(re.split(r"(?<!\\)&", line)) for line in lines}


def _with_seeds_and_ranks(board: Leaderboard) -> Leaderboard:
    table = board.tables[0]
    never, mine, bad = table.rows
    seeded = replace(mine.estimates["acc_me"], seeds=(0.2, 0.3))
    mine = replace(mine, estimates={**mine.estimates, "acc_me": seeded})
    sent = replace(mine, model="sent", display="theirs", submitted=True, estimates=never.estimates)
    other = replace(table, dataset="e", display="Other", rows=())
    rows = (never, mine, bad, sent)
    rank = AverageRank(1.5, 1.0, 2.0, {"d": 1.0, "e": 2.0})
    tables = (replace(table, rows=rows, seeds=2), replace(other, protocol="holdout"))
    return Leaderboard(tables, (), {"holdout": {"mine": rank}})


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_is_one_well_formed_file_that_asks_the_network_for_nothing(
    board: Leaderboard,
) -> None:
    text = to_html(board, load_reported(), {"d-holdout": "clips/d-holdout/index.html"})
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert "http" not in re.sub(r'http-equiv="', "", text)
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "object"}
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    said = " ".join(page.text)
    assert NAME in said
    assert "<script>x</script>" in said
    assert "SYNTHETIC DATA" in said
    keys = [attributes["data-sort"] for tag, attributes in page.tags if "data-sort" in attributes]
    assert "0.250000" in keys
    assert all(key == "" or float(str(key)) >= 0 for key in keys)
    assert ("a", {"href": "clips/d-holdout/index.html"}) in page.tags
    whiskers = [
        attributes["d"] for tag, attributes in page.tags if attributes.get("class") == "span"
    ]
    assert "M12.5 5H50.0" in whiskers  # the interval 12.5 to 50.0
    assert "M50.0 5H50.0" in whiskers  # AUROC of "never" has no interval


def test_all_files_are_written_and_the_same_again(board: Leaderboard, tmp_path: Path) -> None:
    from skimage.io import imread

    files = write_report(board, tmp_path / "one")
    names = [path.name for path in files]
    assert names == [
        "leaderboard.md",
        "leaderboard.csv",
        "leaderboard.html",
        "leaderboard.tex",
        "leaderboard.png",
    ]
    assert imread(files[-1]).shape[1] == 1000
    other = write_report(board, tmp_path / "two")
    for one, again in zip(files, other, strict=True):
        assert one.read_bytes() == again.read_bytes()


def test_the_board_links_to_the_pages_of_suites(board: Leaderboard, tmp_path: Path) -> None:
    (tmp_path / "suites" / "my data").mkdir(parents=True)
    (tmp_path / "suites" / "my data" / "losses.html").write_text("x")
    write_report(board, tmp_path)
    page = (tmp_path / "leaderboard.html").read_text(encoding="utf-8")
    assert '<a href="suites/my%20data/losses.html">losses, my data</a>' in page


def test_without_rows_there_is_no_picture(tmp_path: Path) -> None:
    files = write_report(Leaderboard((), (Missing("samm", "SAMM", "x"),)), tmp_path)
    assert [path.suffix for path in files] == [".md", ".csv", ".html", ".tex"]


def test_the_paper_table_is_as_printed() -> None:
    table = load_reported()[0]
    assert len(table.rows) == 12
    assert len(table.columns) == 6
    rows = {line[0]: line[1:] for line in table.lines()}
    assert rows["LBP-TOP"] == ("23.91", "19.80", "3.62", "5.92", "39.54", "45.12")
    assert rows["MELDAE* (w/o Enhancer)"][2] == "18.87"
    assert rows["SODA4MER"] == ("79.01", "77.25", "21.15", "25.04", "78.93", "70.46")
    assert len(table.footnotes) >= 4


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles_and_fits_an_a4_page(board: Leaderboard, tmp_path: Path) -> None:
    (tmp_path / "board.tex").write_text(to_latex(board, load_reported()), encoding="utf-8")
    (tmp_path / "doc.tex").write_text(
        r"\documentclass[twocolumn,a4paper]{article}\usepackage[T1]{fontenc}"
        r"\usepackage[margin=1.8cm]{geometry}\usepackage{booktabs}"
        r"\begin{document}\input{board.tex}\end{document}",
        encoding="utf-8",
    )
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "doc.tex"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "doc.pdf").stat().st_size > 10_000
    assert "Overfull" not in done.stdout
