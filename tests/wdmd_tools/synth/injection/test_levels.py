"""One value, several, or a range; draws cover what was asked for evenly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.errors import ConfigError
from wdmd_tools.synth.injection.levels import Levels, parse_levels


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", Levels((2.0,))),
        ("4,1,2", Levels((1.0, 2.0, 4.0))),
        ("0.5-6", Levels((0.5, 6.0), True)),
        ("3-3", Levels((3.0,), False)),
    ],
)
def test_what_a_user_may_write(text: str, expected: Levels) -> None:
    assert parse_levels(text, "--me-amplitude", 0.05, 20) == expected


@pytest.mark.parametrize("text", ["", "much", "1-2-3", "-2", "0", "1,x", "0.01-5", "21", "nan"])
def test_anything_else_is_refused_with_the_option(text: str) -> None:
    with pytest.raises(ConfigError, match="--me-amplitude"):
        parse_levels(text, "--me-amplitude", 0.05, 20)


@given(count=st.integers(1, 40), seed=st.integers(0, 99))
def test_a_range_gives_one_value_in_each_part_of_equal_ratio(count: int, seed: int) -> None:
    drawn = np.sort(Levels((0.5, 8.0), True).draw(np.random.default_rng(seed), count))
    edges = 0.5 * 16 ** (np.arange(count + 1) / count)
    assert (drawn >= edges[:-1] - 1e-9).all()
    assert (drawn <= edges[1:] + 1e-9).all()


@given(count=st.integers(1, 30), seed=st.integers(0, 99))
def test_single_values_come_equally_often(count: int, seed: int) -> None:
    drawn = Levels((1.0, 2.0, 4.0)).draw(np.random.default_rng(seed), count)
    times = [drawn.count(value) for value in (1.0, 2.0, 4.0)]
    assert sum(times) == count
    assert max(times) - min(times) <= 1
