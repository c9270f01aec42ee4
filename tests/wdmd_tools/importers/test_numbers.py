"""Frame numbers out of cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.importers.numbers import frame_number


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("7", 7), ("007", 7), (" 12 ", 12), ("566.4", 566), ("566.5", 567), ("566.", 566),
        ("1.5e3", 1500), (566.4, 566), (3, 3), ("0", 0), ("0.4", 0), ("0.5", 1), ("+4", 4),
        ("", None), (None, None), ("/", None), ("-1", None), ("-1.0", None), ("NaN", None),
        (float("nan"), None), ("?", None), ("none", None),
    ],
)  # fmt: skip
def test_cells(cell: str | float | None, number: int | None) -> None:
    assert frame_number(cell) == number


@pytest.mark.parametrize("cell", ["12a", "1,200", "Frame 7", "1e12", "١٢", "3/4", "inf"])
def test_other_texts_are_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="expected a frame number"):
        frame_number(cell)


@given(st.integers(0, 10**8), st.integers(0, 6))
def test_zeros_in_front_do_not_matter(number: int, zeros: int) -> None:
    assert frame_number("0" * zeros + str(number)) == number


@given(st.floats(0, 1e7))
def test_rounding_is_to_the_nearest_and_halves_go_up(value: float) -> None:
    number = frame_number(value)
    assert number is not None
    assert -0.5 <= value - number < 0.5
