import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.report.code_texts import code_texts, parse_codes
from wdmd_tools.report.histogram import MOST_BINS, histogram, named_histogram, nice_edges
from wdmd_tools.report.text import clock, file_stem, natural, number, percent


def test_clock():
    assert clock(0) == "0:00.000"
    assert clock(61_234) == "1:01.234"
    assert clock(3_600_000 + 5) == "1:00:00.005"
    assert clock(-1500, 1) == "-0:01.5"
    assert clock(1999, 0) == "0:01"  # cut off, not rounded


def test_numbers_and_shares():
    assert number(None, 2, "no face") == "n/a (no face)"
    assert number(1.005, 1) == "1.0"
    assert [percent(x) for x in (0, 1e-5, 0.5, 0.123, 0.99999, 1)] == [
        "0 %",
        "0.1 %",
        "50 %",
        "12.3 %",
        "99.9 %",
        "100 %",
    ]


def test_file_stems_are_safe_and_tell_names_apart():
    assert file_stem("film-01_a") == "film-01_a"
    names = ["Film", "film", "FILM", "../../etc/passwd", "a b", "a/b", "con:", "", "é" * 200, "."]
    stems = [file_stem(name) for name in names]
    assert len({stem.lower() for stem in stems}) == len(names)
    assert all(0 < len(stem) <= 70 and "/" not in stem and stem[0] not in ".-" for stem in stems)


def test_natural_order():
    assert natural(["A10", "b", "A2", "12", "6+12", "6", "A02"]) == [
        "6", "6+12", "12", "A02", "A2", "A10", "b",
    ]  # fmt: skip


@given(st.lists(st.text(), unique=True))
def test_natural_order_does_not_depend_on_the_order_given(names):
    assert natural(names) == natural(reversed(names))
    assert sorted(natural(names)) == sorted(names)


@given(st.text(), st.text())
def test_different_names_have_different_files(a, b):
    assert (file_stem(a) == file_stem(b)) == (a == b)


def test_histogram_by_hand():
    # 0 0 1 ... 9: more than six distinct values, so bins of 1 from 0 to 9; the last holds 8 and 9.
    chart = histogram("Yaw", [0, 0, *range(1, 10), None], "clips", "°", 1)
    assert [b.count for b in chart.bins] == [2, 1, 1, 1, 1, 1, 1, 1, 2]
    assert (chart.low, chart.high, chart.named) == ("0°", "9°", False)
    assert chart.summary == "median 4°, 0° to 9°; 11 clips, 1 without a value"
    few = histogram("Rate", [25, 30, 30], "clips", " fps", 2)
    assert [(b.label, b.count, b.share) for b in few.bins] == [("25 fps", 1, 0.5), ("30 fps", 2, 1)]
    assert histogram("Rate", [30, 30], "clips", " fps").summary == "all 30 fps; 2 clips"
    assert histogram("x", [None], "clips", "").summary == "n/a (no clips with a value)"
    assert named_histogram("x", [], "clips").summary == "n/a (no clips)"
    assert named_histogram("x", [str(k) for k in range(20)], "clips").bins[-1].label == "9 others"


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_edges_enclose_and_are_few(low, spread):
    high = low + spread
    edges = nice_edges(low, high)
    slack = 1e-6 * max(1, abs(low), abs(high))
    assert edges[0] <= low + slack
    assert high <= edges[-1] + slack
    assert 1 <= len(edges) - 1 <= MOST_BINS
    assert all(b > a for a, b in itertools.pairwise(edges))


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=60))
def test_a_histogram_loses_nothing(values):
    assert sum(b.count for b in histogram("x", values, "clips", "").bins) == len(values)


def test_codes_come_from_the_documentation():
    texts = code_texts()
    assert texts["E_ZERO_LENGTH"].meaning == "begins and ends at the same time"
    page = Path(__file__).parents[3] / "docs/reference/codes.md"
    assert len(texts) == page.read_text(encoding="utf-8").count("\n| `")
    assert not any("`" in text.meaning + text.cure for text in texts.values())


def test_rows_of_codes():
    found = parse_codes("| code | a | b |\n| --- | --- | --- |\n| `E_X` | is `bad` | mend |\ntext")
    assert list(found) == ["E_X"]
    assert (found["E_X"].meaning, found["E_X"].cure) == ("is bad", "mend")


@pytest.mark.parametrize("name", ["style.css", "clips.js", "table.js", "templates/index.html.j2"])
def test_parts_travel_with_the_package(name):
    from importlib.resources import files

    assert files("wdmd_tools.report").joinpath(name).is_file()
