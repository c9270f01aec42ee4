"""Rows of segments: apexes, one annotator's own segments, macro-expressions, action units one by one."""

from fractions import Fraction
from typing import Any

from wdmd_tools.config import ConsensusConfig
from wdmd_tools.intervals import Interval
from wdmd_tools.pipeline.labels import label_frames
from wdmd_tools.pipeline.segments import segment_rows
from wdmd_tools.protocol import Event
from wdmd_tools.timebase import FrameTable

TABLE = FrameTable(tuple(range(100)), Fraction(1, 100), rate=Fraction(100))
"""100 frames of 10 ms."""

OWN = ConsensusConfig(rule="annotator", annotator="release")


def event(kind: str, start: int, stop: int, label: str = "", apex: int | None = None) -> Event:
    """An event on frames ``[start, stop)``."""
    apex_ms = None if apex is None else apex * 10
    interval = Interval(start * 10, stop * 10)
    return Event(kind, "release", interval, label, "s", "f", "t", f"{start}", 0, apex_ms)


def rows(
    *events: Event,
    clip: tuple[int, int] = (0, 100),
    who: str = "consensus",
    config: ConsensusConfig = OWN,
) -> list[tuple[Any, ...]]:
    labels = label_frames(events, ("release",), 0, TABLE, config)
    return [
        (row["kind"], row["label"], row["onset_frame"], row["apex_frame"], row["offset_frame"])
        for row in segment_rows(labels, "c", clip)
        if row["annotator"] == who
    ]


def test_apexes_go_with_their_events() -> None:
    me, macro = event("me", 10, 20, "ME", 14), event("macro", 30, 60, "macro", 59)
    assert rows(me, macro, who="release") == [
        ("me", "ME", 10, 14, 19),
        ("macro", "macro", 30, 59, 59),
    ]
    assert rows(me, macro) == [("me", "ME", 10, 14, 19), ("macro", "macro", 30, 59, 59)]


def test_an_apex_that_the_clip_cuts_off_is_unknown() -> None:
    #  frames   20        30        40
    #  me       |-----A-------------|          clip from 30 on
    assert rows(event("me", 20, 40, "ME", 25), clip=(30, 100)) == [("me", "ME", 0, None, 9)]
    assert rows(event("me", 20, 40, "ME", 33), clip=(30, 100)) == [("me", "ME", 0, 3, 9)]


def test_touching_and_overlapping_segments_of_one_annotator_stay_apart() -> None:
    touching = (event("me", 10, 20, "ME"), event("me", 20, 30, "ME"))
    assert [row[2:] for row in rows(*touching)] == [(10, None, 19), (20, None, 29)]
    overlapping = (event("me", 10, 20, "ME"), event("me", 15, 30, "ME"))
    assert [row[2:] for row in rows(*overlapping)] == [(10, None, 19), (15, None, 29)]
    # Of a majority they are one run of frames.
    assert [row[2:] for row in rows(*overlapping, config=ConsensusConfig())] == [(10, None, 29)]


def test_each_of_two_overlapping_mes_keeps_its_emotion() -> None:
    #  me 10..50 disgust,  me 20..30 fear inside of it
    events = [event("me", 10, 50, "ME"), event("emotion", 10, 50, "disgust")]
    events += [event("me", 20, 30, "ME"), event("emotion", 20, 30, "fear")]
    found = [row[:3] for row in rows(*events) if row[0] == "emotion"]
    assert found == [("emotion", "disgust", 10), ("emotion", "fear", 20)]


def test_action_units_with_a_row_each_are_all_there() -> None:
    span = (event("me", 10, 20, "ME"), event("emotion3", 10, 20, "negative"))
    units = [event("au", 10, 20, unit) for unit in ("4", "L10")]
    assert [row[:2] for row in rows(*span, *units)] == [
        ("me", "ME"),
        ("au", "4"),
        ("au", "L10"),
        ("emotion3", "negative"),
    ]


def test_the_emotion_of_a_macro_expression_is_the_release_s_row_only() -> None:
    events = (event("macro", 10, 40, "macro"), event("emotion", 10, 40, "happy"))
    assert rows(*events) == [("macro", "macro", 10, None, 39)]
    assert ("emotion", "happy", 10, None, 39) in rows(*events, who="release")
