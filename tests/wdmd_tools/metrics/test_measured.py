"""A number, or the reason why there is none."""

import pytest

from wdmd_tools.metrics.measured import Measured, measured


def test_shown() -> None:
    assert str(Measured(0.0)) == "0"
    assert str(measured(float("nan"), "no reference")) == "n/a (no reference)"
    assert measured(0.5, "unused") == Measured(0.5)


@pytest.mark.parametrize(("value", "reason"), [(None, ""), (0.5, "why"), (float("inf"), "")])
def test_half_of_it_is_refused(value: float | None, reason: str) -> None:
    with pytest.raises(ValueError, match="Expected"):
        Measured(value, reason)
