import json

import pytest
from builders import clip_row, segment_row, tiny_dataset, write_dataset
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.stats import action_units, dataset_statistics, durations_of
from wdmd_tools.stats_tables import markdown, statistics_tables


def me(clip, onset_ms, offset_ms, state, annotator="consensus"):
    return segment_row(
        clip, annotator, 0, 1, label="ME", state=state, onset_ms=onset_ms, offset_ms=offset_ms,
        segment_id=f"{clip}-{annotator}-{onset_ms}",
    )  # fmt: skip


def test_states_and_counts_by_hand(tmp_path):
    clips = [
        clip_row(
            "c0", 1800, fps=30, subject_id="s0", recording_id="r0", split="train", has_me=True
        ),
        clip_row("c1", 900, fps=30, subject_id="s1", recording_id="r1", split="test", has_me=True),
        clip_row("c2", 900, fps=30, subject_id="s1", recording_id="r1", split="test"),
    ]
    rows = [
        me("c0", 0, 300, "speaking"),
        me("c0", 1000, 1500, "speaking"),
        me("c1", 0, 501, "listening"),
        me("c1", 2000, 2200, "silent"),
        me("c1", 3000, 3200, "unknown"),
        me("c1", 3000, 3400, "speaking", annotator="ann1"),
        segment_row("c0", "ann1", 0, 99, "state", "speaking"),
    ]
    found = dataset_statistics(write_dataset(tmp_path, clips, rows))
    assert found.counts == {
        "recordings": 2,
        "subjects": 2,
        "annotators": 1,
        "clips": 3,
        "clips_with_me": 2,
        "frames": 3600,
        "minutes": 2.0,
        "me": 5,
    }
    assert {k: (v.count, v.share) for k, v in found.me_states.items()} == {
        "speaking": (2, 0.4),
        "listening": (2, 0.4),
        "unknown": (1, 0.2),
    }
    assert found.durations.bins == (4, 1, 0, 0, 0, 0, 0)
    assert found.durations.median_ms == 300
    assert found.subjects["s1"] == {
        "clips": 2,
        "frames": 1800,
        "minutes": 1.0,
        "me": 3,
        "me_speaking": 0,
        "me_listening": 2,
        "me_per_minute": 3.0,
    }
    assert list(found.splits) == ["test", "train"]
    assert found.annotators["ann1"] == {"me": 1, "me_median_ms": 400.0, "state_frames": 100}


@pytest.mark.parametrize(
    ("duration", "index"),
    [(1, 0), (500, 0), (501, 1), (1000, 1), (2500, 4), (3000, 5), (3001, 6), (90_000, 6)],
)
def test_bins_include_their_upper_limit(duration, index):
    assert durations_of([duration]).bins.index(1) == index


@pytest.mark.parametrize(("duration", "index"), [(1, 0), (25, 0), (26, 1), (500, 19)])
def test_short_bins(duration, index):
    assert durations_of([duration]).short_bins.index(1) == index


@given(st.lists(st.integers(1, 5000)))
def test_no_duration_is_lost(durations):
    found = durations_of(durations)
    assert sum(found.bins) == len(durations)
    assert sum(found.short_bins) == found.bins[0]
    assert (found.min_ms is None) == (not durations)


@pytest.mark.parametrize(
    ("label", "units"),
    [
        ("AU4", ["AU4"]),
        ("4+7", ["AU4", "AU7"]),
        ("AU1+AU2", ["AU1", "AU2"]),
        ("au12, AU 6", ["AU6", "AU12"]),
        ("L12B", ["AU12"]),
        ("4+4", ["AU4"]),
        ("brow", ["brow"]),
        (" ", ["(empty)"]),
        ("20260101", ["20260101"]),
    ],
)
def test_action_units_as_people_write_them(label, units):
    assert action_units(label) == units


def test_labels_are_counted_per_annotator(tmp_path):
    found = dataset_statistics(
        tiny_dataset(tmp_path, mes_per_clip=1, miss=0.0, annotators=("x", "y"))
    )
    consensus = found.counts["me"]
    assert sum(row["consensus"] for row in found.emotions.values()) == consensus
    assert sum(row["x"] for row in found.emotions.values()) == consensus
    assert found.action_units["AU1"] == found.action_units["AU2"]
    totals = [sum(row.values()) for row in found.action_units.values()]
    assert totals == sorted(totals, reverse=True)


def test_an_empty_dataset_has_dashes_and_no_nan(tmp_path):
    found = dataset_statistics(write_dataset(tmp_path, [clip_row("c0", 10)], []))
    assert found.me_states["speaking"].share is None
    json.dumps(found.to_json(), allow_nan=False)
    assert "n/a (no ME)" in markdown(found)


def test_every_row_is_as_wide_as_its_head(tmp_path):
    for title, head, rows in statistics_tables(dataset_statistics(tiny_dataset(tmp_path))):
        assert rows, title
        assert {len(row) for row in rows} == {len(head)}
