from collections.abc import Sequence

import pytest

from benchmarks.datasets import KNOWN
from benchmarks.leaderboard import make_leaderboard
from benchmarks.report.cells import facts
from benchmarks.results import NOT_RUN, DatasetRecord, JobError, JobKey, JobResult
from benchmarks.scoring import ClipOutcome, Score
from wdmd_tools.metrics.dialogue import DialogueCounts
from wdmd_tools.metrics.events import EventCounts

RECORD = DatasetRecord(name="d", display="Data", synthetic=True, data_hash="h")


def score(hits: int, recordings: Sequence[str] = ("r1", "r2")) -> Score:
    one = DialogueCounts(EventCounts(hits, 1, 1), EventCounts(hits, 0, 2))
    clips = [
        ClipOutcome(f"{r}c{i}", r, i == 0, i == 1, 0.6, 0.4) for r in recordings for i in (0, 1)
    ]
    return Score(dict.fromkeys(recordings, one), tuple(clips))


def result(
    model: str, found: Score | None = None, *, data_hash: str = "h", fold: int = 0, seed: int = 0
) -> JobResult:
    failed = JobError(kind="RuntimeError", message="no luck")
    return JobResult(
        job=JobKey(dataset="d", protocol="holdout", model=model, fold=fold, seed=seed),
        job_hash="x",
        status="failed" if found is None else "ok",
        display=model.upper(),
        score=None if found is None else found.to_json(),
        error=failed if found is None else None,
        data_hash=data_hash,
        seconds={} if found is None else {"fit": 2.0 + seed},
        facts={} if found is None else {"parameters": 10},
    )


def test_rows_have_estimates_counts_and_costs() -> None:
    board = make_leaderboard([result("b", score(1)), result("a", score(3))], [RECORD], draws=50)
    (table,) = board.tables
    assert [row.model for row in table.rows] == ["a", "b"]
    assert (table.n_recordings, table.n_clips, table.n_clips_with_me) == (2, 4, 2)
    assert table.n_references == 2 * (3 + 1 + 3 + 2)  # of the first row
    assert table.synthetic
    row = table.rows[1]
    assert row.estimates["f1_speaking"].value == pytest.approx(2 / 4)
    assert row.estimates["acc_me"].value == pytest.approx(0.5)
    assert (row.train_seconds, row.parameters, row.status) == (2.0, 10, "ok")


def test_built_in_models_come_in_their_order_before_those_of_users() -> None:
    names = ["zeta", "meldae", "lbp-top", "never", "alpha"]
    board = make_leaderboard([result(name, score(1)) for name in names], [RECORD], draws=50)
    found = [row.model for row in board.tables[0].rows]
    assert found == ["never", "lbp-top", "meldae", "alpha", "zeta"]


def test_a_failed_job_blanks_its_row_and_no_other() -> None:
    jobs = [result("a", score(1), seed=0), result("a", seed=1)]
    jobs += [result("b", score(1), seed=seed) for seed in (0, 1)]
    rows = make_leaderboard(jobs, [RECORD], draws=50).tables[0].rows
    assert rows[0].estimates == {}
    assert rows[0].status == "failed: RuntimeError: no luck"
    assert rows[1].estimates["f1"].value is not None
    assert rows[1].train_seconds == 2.5


def test_a_job_that_nobody_ran_did_not_fail() -> None:
    error = JobError(kind=NOT_RUN, message="no finished result")
    one = result("a", seed=1).model_copy(update={"error": error})
    (row,) = make_leaderboard([one], [RECORD], draws=50).tables[0].rows
    assert row.status == "not run: no finished result"


def test_a_missing_seed_makes_a_row_incomplete_not_an_average() -> None:
    jobs = [result("a", score(1)), *(result("b", score(1), seed=seed) for seed in (0, 1))]
    rows = make_leaderboard(jobs, [RECORD], draws=50).tables[0].rows
    assert rows[0].status == "incomplete: 1 of 2 jobs"
    assert not rows[0].estimates


def test_seeds_are_averaged() -> None:
    jobs = [result("a", score(hits), seed=hits) for hits in (1, 3)]
    row = make_leaderboard(jobs, [RECORD], draws=50).tables[0].rows[0]
    expected = ((2 / 4) + (6 / 8)) / 2
    assert row.estimates["f1_speaking"].value == pytest.approx(expected)


def test_folds_are_pooled() -> None:
    jobs = [result("a", score(1, ["r1"]), fold=0), result("a", score(3, ["r2"]), fold=1)]
    table = make_leaderboard(jobs, [RECORD], draws=50).tables[0]
    assert table.rows[0].estimates["f1_speaking"].value == pytest.approx(2 * 4 / (8 + 2 + 2))
    assert table.n_recordings == 2


def test_results_of_other_data_are_left_out() -> None:
    board = make_leaderboard([result("a", score(1), data_hash="old")], [RECORD], draws=50)
    assert board.tables == ()


def test_absent_datasets_say_what_is_missing() -> None:
    gone = DatasetRecord(name="lab", display="Lab", missing="lab/: no dataset here")
    board = make_leaderboard([], [gone], draws=50)
    assert [one.dataset for one in board.missing] == ["lab", *KNOWN]
    assert board.missing[0].reason == "lab/: no dataset here"


def test_seeds_keep_their_own_values_and_spread() -> None:
    jobs = [result("a", score(hits), seed=hits) for hits in (1, 3)]
    one = make_leaderboard(jobs, [RECORD], draws=50).tables[0].rows[0].estimates["f1_speaking"]
    assert one.seeds == pytest.approx((2 / 4, 6 / 8))
    assert one.seed_sd == pytest.approx(0.25 / 2**0.5)
    single = make_leaderboard(jobs[:1], [RECORD], draws=50).tables[0].rows[0]
    assert single.estimates["f1_speaking"].seeds == ()
    assert single.estimates["f1_speaking"].seed_sd is None


def test_average_rank_needs_every_dataset() -> None:
    other = RECORD.model_copy(update={"name": "e"})
    mine = [result(name, score(hits)) for name, hits in (("a", 1), ("b", 3), ("c", 2))]
    moved = [
        one.model_copy(update={"job": one.job.model_copy(update={"dataset": "e"})})
        for one in mine[:2]
    ]
    board = make_leaderboard(mine + moved, [RECORD, other], draws=50)
    assert {name: one.value for name, one in board.ranks["holdout"].items()} == {"a": 2, "b": 1}
    assert make_leaderboard(mine, [RECORD], draws=50).ranks == {}


def test_a_submitted_row_needs_no_seeds_and_is_marked() -> None:
    jobs = [result("a", score(1), seed=seed) for seed in (0, 1)]
    sent = result("theirs", score(3)).model_copy(update={"facts": {"submitted": True}})
    rows = make_leaderboard([*jobs, sent], [RECORD], draws=50).tables[0].rows
    assert [(row.model, row.submitted, row.status) for row in rows] == [
        ("a", False, "ok"),
        ("theirs", True, "ok"),
    ]


def test_an_oracle_is_the_mean_over_seeds_and_never_over_folds() -> None:
    def with_oracle(value: float | None, **place: int) -> JobResult:
        extras = {} if value is None else {"oracle_f1_dr": value}
        return result("a", score(1, [f"r{place}"]), **place).model_copy(update={"extras": extras})

    def row(*jobs: JobResult) -> float | None:
        return make_leaderboard(jobs, [RECORD], draws=20).tables[0].rows[0].oracle

    assert row(with_oracle(0.5)) == 0.5
    assert row(with_oracle(0.5, fold=0), with_oracle(0.7, fold=1)) is None
    assert row(with_oracle(None)) is None


def test_smoke_runs_are_in_no_table() -> None:
    tried = result("a", score(1)).model_copy(update={"smoke": True})
    assert make_leaderboard([tried], [RECORD], draws=20).tables == ()


def test_the_version_of_the_protocol_is_told() -> None:
    one = result("a", score(1)).model_copy(update={"protocol": {"name": "loso", "version": 2}})
    table = make_leaderboard([one, result("b", score(1))], [RECORD], draws=20).tables[0]
    assert table.version == "loso@2"
    assert facts(table).endswith("; one training seed; protocol loso@2.")
    assert make_leaderboard([result("b", score(1))], [RECORD], draws=20).tables[0].version == ""


def test_a_dataset_without_states_takes_no_rank_away() -> None:
    films = RECORD.model_copy(update={"name": "films"})
    other = RECORD.model_copy(update={"name": "e"})
    mine = [result(name, score(hits)) for name, hits in (("a", 1), ("b", 3))]

    def moved(one: JobResult, name: str) -> JobResult:
        return one.model_copy(update={"job": one.job.model_copy(update={"dataset": name})})

    stateless = DialogueCounts(unknown=EventCounts(1, 1, 1))
    clips = tuple(ClipOutcome(f"{r}c", r, True, None, 0.6, None) for r in ("r1", "r2"))
    spotted = Score(dict.fromkeys(("r1", "r2"), stateless), clips)
    jobs = [*mine, *(moved(one, "e") for one in mine)]
    without = make_leaderboard(jobs, [RECORD, other], draws=50)
    jobs += [moved(result(name, spotted), "films") for name in "ab"]
    board = make_leaderboard(jobs, [RECORD, other, films], draws=50)
    assert len(board.tables) == 3
    assert board.tables[-1].rows[0].estimates["f1_dr"].value is None
    assert board.ranks == without.ranks
    assert set(board.ranks["holdout"]) == {"a", "b"}
