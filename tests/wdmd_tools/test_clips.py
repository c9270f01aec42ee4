"""Cutting recordings into clips."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.clips import plan_clips, slug
from wdmd_tools.config import ClipConfig
from wdmd_tools.intervals import Interval

CONFIG = ClipConfig(whole_up_to_s=5, window_s=4, min_window_s=1)


def test_a_short_recording_is_one_clip() -> None:
    assert plan_clips(0, 5000, [], [], CONFIG) == [Interval(0, 5000)]


def test_a_clip_tier_decides_alone_and_is_held_inside_the_video() -> None:
    given_ = [Interval(3000, 6000), Interval(-100, 1000), Interval(9000, 9100)]
    assert plan_clips(0, 5500, given_, [], CONFIG) == [Interval(0, 1000), Interval(3000, 5500)]


def test_cuts_move_out_of_mes_to_the_nearer_side() -> None:
    # nominal   0        4000       ...
    # MEs          3900--4300   (nearer: 3900)      then windows count from the new cut: 7900
    # MEs                            7500--8000 (nearer: 8000)
    mes = [Interval(3900, 4300), Interval(7500, 8000)]
    assert plan_clips(0, 12500, [], mes, CONFIG) == [
        Interval(0, 3900),
        Interval(3900, 8000),
        Interval(8000, 12500),
    ]


def test_a_short_rest_joins_the_window_before() -> None:
    assert plan_clips(0, 8900, [], [], CONFIG) == [Interval(0, 4000), Interval(4000, 8900)]


@given(
    end=st.integers(5001, 60000),
    mes=st.lists(st.tuples(st.integers(0, 60000), st.integers(1, 6000)), max_size=8),
)
def test_windows_cover_everything_once_and_cut_no_me(end: int, mes: list[tuple[int, int]]) -> None:
    intervals = [Interval(start, start + length) for start, length in mes]
    clips = plan_clips(0, end, [], intervals, CONFIG)
    assert clips[0].start_ms == 0
    assert clips[-1].end_ms == end
    for one, other in itertools.pairwise(clips):
        assert one.end_ms == other.start_ms
        assert not any(me.start_ms < one.end_ms < me.end_ms for me in intervals)


@given(st.text(max_size=120))
def test_slugs_are_safe_names(text: str) -> None:
    assert re.fullmatch("[a-z0-9_-]{1,80}", slug(text))


def test_slugs_of_different_names_differ() -> None:
    names = ["Film 1", "film-1", "film 1", "FILM-1", "fílm-1", "电影", "電影", "a" * 90, "a" * 91]
    assert len({slug(name) for name in names}) == len(names)


NEAR = ClipConfig(window_s=4, annotated_margin_s=3, long_film_s=60)


def test_of_a_long_film_only_what_lies_near_annotations_is_cut() -> None:
    # s         0    5 6   9    14                              94 95 98 99
    # marks          |-|   |----|                                     |--|    (6-9 s apart: one span)
    # margin    2..............17                         (3 s)    92......100 (the end)
    marks = [Interval(95_000, 98_000), Interval(5000, 6000), Interval(9000, 14_000)]
    assert plan_clips(0, 100_000, [], [], NEAR, marks) == [
        Interval(2000, 6000),
        Interval(6000, 10_000),
        Interval(10_000, 14_000),
        Interval(14_000, 17_000),
        Interval(92_000, 96_000),
        Interval(96_000, 100_000),
    ]


def test_a_film_that_is_not_long_or_has_no_mark_is_cut_whole() -> None:
    marks = [Interval(5000, 6000)]
    whole = plan_clips(0, 60_000, [], [], NEAR)
    assert plan_clips(0, 60_000, [], [], NEAR, marks) == whole
    assert plan_clips(0, 100_000, [], [], NEAR)[-1].end_ms == 100_000
    never = NEAR.model_copy(update={"annotated_only": False})
    assert plan_clips(0, 100_000, [], [], never, marks) == plan_clips(0, 100_000, [], [], never)
    always = NEAR.model_copy(update={"annotated_only": True, "whole_up_to_s": 0.0})
    assert plan_clips(0, 30_000, [], [], always, marks)[-1].end_ms == 9000


@given(
    st.lists(
        st.tuples(st.integers(0, 200_000), st.integers(1, 9000)).map(
            lambda pair: Interval(pair[0], pair[0] + pair[1])
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_annotation_keeps_its_margin(marks: list[Interval]) -> None:
    clips = plan_clips(0, 200_000, [], marks, NEAR, marks)
    for mark in marks:
        wide = Interval(mark.start_ms - 3000, mark.end_ms + 3000) & Interval(0, 200_000)
        assert wide is not None
        inside = [clip & wide for clip in clips]
        assert sum(part.duration_ms for part in inside if part) == wide.duration_ms
    for a, b in itertools.pairwise(clips):
        assert a.end_ms <= b.start_ms
    # The end of the film cuts what it must.
    ends = [(m.start_ms, min(m.end_ms, 200_000)) for m in marks]
    assert not any(c.start_ms < start < c.end_ms < end for c in clips for start, end in ends)
