from pathlib import Path

import numpy as np
import pytest

from benchmarks.models.boosting.decode import Decoder, peaks
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Clip


def clip(name: str, n_frames: int, fps: float = 30.0, film: str = "film") -> Clip:
    return Clip(name, film, "s", "test", n_frames, fps, False, None, Path("none"))


def bump(n_frames: int, middle: int, height: float = 1.0) -> np.ndarray:
    line = np.zeros(n_frames)
    line[middle - 2 : middle + 3] = np.array([0.3, 0.8, 1.0, 0.8, 0.3]) * height
    return line


def test_a_bump_becomes_an_interval() -> None:
    """k = 3 at 30 fps; smoothed over frames i-3 ... i+2, the bump at 18 ... 22 peaks at frame 20 or 21.
    fixed: 6 frames around it. extensible: where the score is up, 18 ... 22, and one more on each side.
    """
    line = bump(40, 20)
    one = [clip("a", 40)]
    wide = Decoder(0.1, strategy="fixed").spot(one, {"a": line}, {})["a"]
    assert len(wide) == 1
    assert wide[0].interval.duration_ms == 7
    (segment,) = Decoder(0.1).spot(one, {"a": line}, {})["a"]
    assert segment.interval == Interval(17, 24)
    assert segment.score == 1.0
    assert segment.emotion is None


def test_a_film_shares_its_threshold() -> None:
    """A bump of 0.4 is the largest of its own film, and far below half of 1.0 beside a clip with that."""
    low, high = bump(40, 20, 0.4), bump(40, 20)
    clips = [clip("a", 40), clip("b", 40)]
    found = Decoder(0.1).spot(clips, {"a": low, "b": high}, {})
    assert [len(found[name]) for name in "ab"] == [0, 1]
    apart = [clip("a", 40), clip("b", 40, film="other")]
    found = Decoder(0.1).spot(apart, {"a": low, "b": high}, {})
    assert [len(found[name]) for name in "ab"] == [1, 1]


def test_a_constant_score_has_no_peak() -> None:
    assert Decoder(0.1).spot([clip("a", 9)], {"a": np.full(9, 0.5)}, {})["a"] == ()
    assert Decoder(0.1).spot([clip("a", 0)], {"a": np.zeros(0)}, {})["a"] == ()


def test_frames_follow_the_rate() -> None:
    """At 60 fps every second frame is used: the same bump lies at twice the frame numbers."""
    found = Decoder(0.1).spot([clip("a", 79, 60)], {"a": bump(40, 20)}, {})["a"]
    assert [one.interval for one in found] == [Interval(34, 48)]


def test_recognition_takes_false_alarms_back() -> None:
    line = bump(60, 15) + bump(60, 45)
    logits = np.full((60, 3), -1.0, dtype=np.float32)
    logits[10:20, 1] = 1.0
    found = Decoder(0.1, emotions=("x", "y")).spot([clip("a", 60)], {"a": line}, {"a": logits})["a"]
    assert [(one.interval, one.emotion) for one in found] == [(Interval(12, 19), "y")]


def test_peaks_at_the_ends_count() -> None:
    line = np.array([0.9, 0.1, 0.2, 0.1, 0.8])
    assert peaks(line, 0.5, 2) == [0, 4]
    assert peaks(line, float("inf"), 2) == []
    assert peaks(np.array([0.1, 0.9, 0.5, 0.8, 0.1]), 0.2, 3) == [1]


@pytest.mark.parametrize("strategy", ["fixed", "extensible"])
def test_segments_stay_in_the_clip(strategy: str) -> None:
    generator = np.random.default_rng(0)
    for n_frames in (1, 2, 7, 33):
        line = generator.random(n_frames)
        for fps in (30.0, 200.0):
            n = (n_frames - 1) * skip_of(fps) + 1
            for one in Decoder(0.2, strategy=strategy).spot([clip("a", n, fps)], {"a": line}, {})[
                "a"
            ]:
                assert 0 <= one.interval.start_ms < one.interval.end_ms <= n


def skip_of(fps: float) -> int:
    return 7 if fps == 200 else 1
