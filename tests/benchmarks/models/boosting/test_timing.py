import pytest

from benchmarks.models.boosting.timing import UNKNOWN_HALF_S, WINDOW_S, Rate


@pytest.mark.parametrize(
    ("fps", "skip", "window", "half"),
    [
        (30, 1, 50, 6),
        (29.97, 1, 50, 5),  # 5.994 frames, rounded down
        (200, 7, 48, 5),  # SAMM-LV: 28.6 used frames per second
        (60, 2, 50, 6),
        (25, 1, 42, 5),
        (100, 3, 56, 6),
        (5, 1, 8, 1),
    ],
)
def test_frames_follow_the_rate(fps: float, skip: int, window: int, half: int) -> None:
    rate = Rate(fps)
    assert (rate.skip, rate.window(WINDOW_S), rate.half(UNKNOWN_HALF_S)) == (skip, window, half)


def test_used_frames_are_counted_to_the_last() -> None:
    """Every seventh of 15 frames: 0, 7, 14."""
    assert [Rate(200).used(n) for n in (1, 7, 8, 14, 15)] == [1, 1, 2, 2, 3]
