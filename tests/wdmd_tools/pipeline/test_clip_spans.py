"""Windows of long videos: which expressions no cut may cross."""

from fractions import Fraction
from pathlib import Path

from wdmd_tools.config import load_config
from wdmd_tools.intervals import Interval
from wdmd_tools.pipeline.clip_spans import clip_spans
from wdmd_tools.pipeline.labels import label_frames
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.protocol import Event
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.probe import VideoInfo

TABLE = FrameTable(tuple(range(300)), Fraction(1, 10), rate=Fraction(10))
"""30 s at 10 frames per second."""


def clips(*events: tuple[str, int, int]) -> list[tuple[int, int]]:
    """Spans in seconds of the clips of a recording with these events, in ms."""
    given = tuple(
        Event(kind, "release", Interval(start, end), "", "s", "f", "", "", 0)
        for kind, start, end in events
    )
    plan = RecordingPlan(
        "r", "s", Path("v"), "v", "f", (), ("release",), given, 0, rate=Fraction(10)
    )
    config = load_config(None, ["clips.annotated_only=false"])
    labels = label_frames(given, ("release",), 0, TABLE, config.consensus)
    spans = clip_spans(plan, VideoInfo(Path("v"), 8, 8, "png", TABLE), labels, config)
    return [(span.interval.start_ms, span.interval.end_ms) for span in spans]


def test_no_cut_crosses_an_me_or_a_short_macro_expression() -> None:
    assert clips()[:2] == [(0, 4000), (4000, 8000)]
    assert clips(("me", 3900, 4500))[0] == (0, 3900)
    assert clips(("macro", 3900, 4500))[0] == (0, 3900)
    assert clips(("macro", 3000, 6500))[0] == (0, 3000)


def test_a_macro_expression_longer_than_a_window_is_cut() -> None:
    assert clips(("macro", 1000, 20000))[:3] == [(0, 4000), (4000, 8000), (8000, 12000)]
    assert clips(("blink", 3900, 4100))[0] == (0, 4000)
