"""Which columns a table has, and all datasets beside each other."""

from dataclasses import replace

from benchmarks.leaderboard import COLUMNS, Leaderboard, Row, Table
from benchmarks.report.columns import (
    MAIN,
    columns_of,
    explanation,
    main_columns,
    note,
    picture_metric,
)
from benchmarks.report.html_page import to_html
from benchmarks.report.markdown import to_markdown
from benchmarks.report.overview import is_worth_showing, make_overview
from benchmarks.summary import Estimate

SPOT = {name: Estimate(0.25, 0.1, 0.4) for name in ("f1_megc", "f1", "acc_me")}
TALK = SPOT | {name: Estimate(0.5) for name in ("acc_state", "f1_dr", "f1_speaking")}
NONE = {name: Estimate(None) for name in ("acc_state", "f1_dr", "uf1", "strs", "f1_overall")}


def table(name: str, estimates: dict[str, Estimate], protocol: str = "holdout") -> Table:
    rows = (Row("mine", "Mine", "", "user", estimates),)
    return Table(name, name.upper(), protocol, False, rows, n_references=7)


def test_a_conversation_keeps_the_columns_of_before() -> None:
    assert list(columns_of(table("lab", TALK | NONE | TALK))) == list(COLUMNS)
    assert picture_metric(table("lab", TALK)) == "f1_dr"


def test_films_without_states_have_none_of_their_columns() -> None:
    found = columns_of(table("lab", SPOT | NONE))
    assert list(found) == ["f1_megc", "f1", "acc_me", "balanced_acc_me", "auroc_me"]
    assert picture_metric(table("lab", SPOT | NONE)) == "f1_megc"


def test_emotions_and_macro_expressions_have_columns_where_somebody_has_a_number() -> None:
    emotions = SPOT | NONE | {"uf1": Estimate(0.5)}
    assert list(columns_of(table("lab", emotions)))[-3:] == ["uf1", "uar", "acc_emotion"]
    macro = SPOT | NONE | {"f1_overall": Estimate(0.0)}
    assert list(columns_of(table("lab", macro)).values())[-2:] == ["F1_macro", "F1_overall"]


def test_a_known_dataset_has_its_papers_columns_even_when_they_are_blank() -> None:
    assert list(columns_of(table("casme3", SPOT | NONE)))[-2:] == ["f1_analysis", "strs"]
    assert next(iter(columns_of(table("samm", SPOT | NONE)))) == "uf1"
    assert "cut around one" in note(table("samm", SPOT))
    assert note(table("samm-lv", SPOT)) == ""


def test_pooled_datasets_are_compared_by_the_metrics_of_recognition_too() -> None:
    pooled = "casme2-and-samm-and-smic"
    assert main_columns(pooled, table(pooled, SPOT | NONE)) == ("f1_megc",)
    emotions = {name: Estimate(0.5) for name in ("uf1", "uar")}
    assert main_columns(pooled, table(pooled, SPOT | NONE | emotions)) == ("uf1", "uar", "f1_megc")
    joint = emotions | {name: Estimate(0.1) for name in ("f1_analysis", "strs")}
    found = main_columns(pooled, table(pooled, SPOT | NONE | joint))
    assert found == ("uf1", "uar", "f1_megc", "f1_analysis", "strs")


def test_the_picture_draws_what_is_known() -> None:
    assert picture_metric(table("casme2sq", SPOT | NONE)) == "f1_megc"
    assert picture_metric(table("casme2sq", SPOT | {"uf1": Estimate(0.3)})) == "uf1"
    assert picture_metric(table("casme3", SPOT | NONE)) == "f1_megc"
    assert picture_metric(table("casme3", SPOT | {"strs": Estimate(0.0)})) == "strs"


def test_datasets_of_the_papers_keep_their_places() -> None:
    board = Leaderboard((table("lab", TALK), table("samm-lv", SPOT | NONE, "loso")), ())
    view = make_overview(board)
    assert [group.dataset for group in view.groups] == [*MAIN, "lab"]
    assert [bool(group.key) for group in view.groups] == [False] * 5 + [True, True]
    assert view.groups[-2].title == "SAMM-LV, loso, 7 MEs"
    cells = view.cells_of("mine")
    assert [None if one is None else one.value for one in cells][-6:] == [
        *(0.25, None, None),  # F1_MEGC; no F1_analysis was estimated, and STRS is undefined
        *(0.25, 0.5, 0.5),
    ]
    assert cells[-5] is None
    assert cells[-4] is not None


def test_two_protocols_of_one_dataset_have_a_place_each() -> None:
    board = Leaderboard((table("samm", SPOT), table("samm", SPOT, "loso")), ())
    titles = [group.title for group in make_overview(board).groups if group.dataset == "samm"]
    assert titles == ["SAMM, holdout, 7 MEs", "SAMM, loso, 7 MEs"]


def test_a_row_that_is_incomplete_is_blank_everywhere() -> None:
    one = table("casme3", {})
    rows = (replace(one.rows[0], status="incomplete: 1 of 2 jobs"),)
    view = make_overview(Leaderboard((replace(one, rows=rows),), ()))
    assert set(view.cells_of("mine")) == {None}


def test_one_table_of_ones_own_is_not_repeated() -> None:
    assert not is_worth_showing(Leaderboard((table("lab", TALK),), ()))
    assert is_worth_showing(Leaderboard((table("samm", SPOT),), ()))
    assert is_worth_showing(Leaderboard((table("lab", TALK), table("lab", TALK, "loso")), ()))
    for text in (to_markdown, to_html):
        assert "All datasets" not in text(Leaderboard((table("lab", TALK),), ()))
        assert "All datasets" in text(Leaderboard((table("samm", SPOT),), ()))


def test_names_of_an_alias_stand_in_the_datasets_place() -> None:
    view = make_overview(Leaderboard((table("cas-me-2", SPOT),), ()))
    (group,) = [one for one in view.groups if one.dataset == "casme2sq"]
    assert group.metrics == main_columns("casme2sq")
    assert group.key == "cas-me-2-holdout"


def test_what_is_shown_is_explained_and_nothing_else() -> None:
    plain = explanation(Leaderboard((table("lab", TALK),), ()))
    assert "UF1" not in plain
    assert "STRS" not in plain
    known = explanation(Leaderboard((table("samm-lv", SPOT),), ()))
    assert "STRS: F1_MEGC times F1_analysis" in known
    assert "macro-expressions" not in known
