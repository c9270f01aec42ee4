"""One look for all pictures: sizes in pixels, colours safe for the colour-blind, files written atomically.

Colours are those of Okabe and Ito (2008), in an order in which neighbours also differ in lightness.
A picture is the same, byte for byte, whenever it is made of the same data by the same matplotlib.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, YELLOW, BLACK = "#E69F00", "#56B4E9", "#F0E442", "#000000"

SERIES = (BLUE, VERMILION, PURPLE, SKY, ORANGE, BLACK)
"""Models, in order; gone through again when there are more."""

DASHES = ("-", "--", "-.", ":")
"""Line styles, so that series differ in print without colour too."""

REFERENCE = GREEN
"""What annotators say."""

SPEAKING = "#F3E3C3"
LISTENING = "#DDE8F2"
"""Pale backgrounds of the two states."""

TEXT, MUTED, GRID = "#222222", "#666666", "#DDDDDD"

DPI = 100

_RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": TEXT,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": TEXT,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "figure.constrained_layout.w_pad": 0.12,
    "figure.constrained_layout.h_pad": 0.12,
    "svg.hashsalt": "wdmd",
    # User text goes into titles and labels: a "$" in a file name is not mathematics.
    "text.parse_math": False,
}


_METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def check_picture(path: Path) -> None:
    """Refuse a picture of another kind before the work starts.

    Raises:
        ConfigError: The suffix is none of ``.png``, ``.svg`` and ``.pdf``.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _METADATA:
        raise ConfigError(f"{path}: pictures are written as .png, .svg or .pdf, not {suffix!r}")


@contextlib.contextmanager
def picture(path: Path, width_px: int, height_px: int) -> Iterator["Figure"]:
    """An empty figure that is written to `path` when the block ends without an error.

    Args:
        path: ``.png``, ``.svg`` or ``.pdf``.
        width_px: Width at 100 dots per inch.
        height_px: Height.

    Raises:
        ConfigError: The suffix is none of the three.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    path = Path(path)
    check_picture(path)
    suffix = path.suffix.lower()
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(width_px / DPI, height_px / DPI), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=DPI, metadata=_METADATA[suffix])


@dataclass(frozen=True, slots=True)
class SeriesStyle:
    """How one series is drawn.

    Args:
        color: Hexadecimal colour.
        dash: Line style.
    """

    color: str
    dash: str


def series_style(index: int) -> SeriesStyle:
    """Colour and line style of series number `index`."""
    return SeriesStyle(SERIES[index % len(SERIES)], DASHES[index % len(DASHES)])


def bar_labels(axes: "Axes", x: list[float], heights: list[float], labels: list[str]) -> None:
    """Write a label above each bar."""
    for position, height, label in zip(x, heights, labels, strict=True):
        axes.annotate(
            label,
            (position, height),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=10,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
