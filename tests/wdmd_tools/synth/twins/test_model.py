"""Events, videos and the numbers that a sheet says."""

import pytest

from wdmd_tools.synth.twins.model import TwinEvent, TwinVideo, expression, moved_units


@pytest.mark.parametrize(
    ("cell", "moved"),
    [
        ("4+10+14", [("4", "both"), ("10", "both"), ("14", "both")]),
        ("L1+R2+4", [("1", "left"), ("2", "right"), ("4", "both")]),
        ("T28+14", [("28", "both"), ("14", "both")]),
        ("L14 or R14", [("14", "left")]),
        ("4/7+ref(17)", [("4", "both")]),
        ("(R6 or R12)+R15", [("6", "right"), ("15", "right")]),
        ("6A+12B", [("6", "both"), ("12", "both")]),
        ("", []),
    ],
)
def test_units_that_move(cell: str, moved: list[tuple[str, str]]) -> None:
    assert list(moved_units(cell)) == moved


def test_written_and_read_numbers_may_differ_from_what_happens() -> None:
    event = expression("me", 10, 14, 20, "fear", "1+4").odd(
        "no apex", cells={"apex": "/"}, read={"apex": None}
    )
    assert (event.onset, event.apex, event.offset) == (10, 14, 20)
    assert [event.cell(name) for name in ("onset", "apex", "offset")] == [10, "/", 20]
    assert [event.reading(name) for name in ("onset", "apex", "offset")] == [10, None, 20]
    assert event.labels == ("1", "4")
    assert event.oddities == ("no apex",)


@pytest.mark.parametrize("numbers", [(10, 10, 20), (10, 20, 20), (20, 14, 10)])
def test_movement_needs_a_rise_and_a_fall(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="onset < apex < offset"):
        TwinEvent("me", *numbers)


def test_cells_are_of_known_fields() -> None:
    with pytest.raises(ValueError, match="onest"):
        TwinEvent("me", 1, 2, 3, cells={"onest": 0})


def test_gaps_of_a_video_and_events_within_it() -> None:
    def video(numbers: tuple[int, ...]) -> TwinVideo:
        event = expression("me", 5, 7, 9, "fear", "1")
        return TwinVideo("a", "s1", "a", numbers, "{}.jpg".format, (event,))

    #   4 5 . 7 8 9 10
    assert video((4, 5, 7, 8, 9, 10)).gaps == (6,)
    with pytest.raises(ValueError, match="not within 6 to 9"):
        video((6, 7, 8, 9))
    with pytest.raises(ValueError, match="ascend"):
        video((4, 6, 5, 9))
    with pytest.raises(ValueError, match="to break"):
        TwinVideo("a", "s1", "a", (1, 2), "{}.jpg".format, (), broken=(3,))
