"""`--fail-under`: agreement that must be reached, for scripts and continuous integration."""

import math
from collections.abc import Mapping

from wdmd_tools.agreement.report import DEFINITIONS, AgreementReport
from wdmd_tools.errors import ConfigError, UnknownNameError, WdmdError

SHORT = {"alpha": "alpha_speaking", "iou": "iou_matched", "f1": "f1_at_0.5"}
"""Short names: the paper's two figures, and spotting F1."""


def parse_limits(text: str) -> dict[str, float]:
    """Read ``alpha=0.8,iou=0.75``: keys of the report (or `SHORT`) to the least value.

    Raises:
        ConfigError: A part is not KEY=NUMBER, the number is not finite, or a figure occurs twice: a gate
            that lets everything pass is worse than none.
        UnknownNameError: There is no such figure.
    """
    limits: dict[str, float] = {}
    for part in text.split(","):
        key, _, number = (piece.strip() for piece in part.partition("="))
        try:
            least = float(number)
        except ValueError:
            least = math.nan
        if not math.isfinite(least):
            raise ConfigError(
                f"--fail-under {part.strip()!r}: expected KEY=NUMBER, such as alpha=0.8,iou=0.75"
            )
        known = [*SHORT, *(name for name in DEFINITIONS if "_mae_" not in name)]
        if key not in known:
            raise UnknownNameError("figure of --fail-under", key, known)
        name = SHORT.get(key, key)
        if name in limits:
            raise ConfigError(f"--fail-under {text}: {name} occurs twice; give one limit for it")
        limits[name] = least
    return limits


def check_limits(report: AgreementReport, limits: Mapping[str, float]) -> None:
    """Compare the overall figures with their limits; a figure that is undefined fails.

    Raises:
        WdmdError: A figure is below its limit (exit code 1), with all that are.
    """
    low = []
    for key, least in limits.items():
        one = report.overall[key]
        if one.value is None:
            low.append(f"{key} is n/a ({one.reason}), needs {least:g}")
        elif one.value < least:
            low.append(f"{key} {one.value:.3f} < {least:g}")
    if low:
        raise WdmdError(f"agreement is too low: {'; '.join(low)}; see the worst disagreements")
