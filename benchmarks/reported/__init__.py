"""Numbers that papers report: shown apart from reruns, never in a column with them."""

import itertools
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wdmd_tools.errors import DataError
from wdmd_tools.settings_errors import settings_fault

CHOSEN: dict[str, str] = {"yes": "yes", "no": "no", "": "not said"}
"""Whether epochs, thresholds or intervals were chosen on test data, in words."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReportedColumn(_Frozen):
    """A column.

    Args:
        key: Unique in its table.
        dataset: As shown.
        metric: As shown.
    """

    key: str = Field(min_length=1)
    dataset: str = Field(min_length=1)
    metric: str = Field(min_length=1)

    @property
    def title(self) -> str:
        """Dataset and metric."""
        return f"{self.dataset} {self.metric}"


class ReportedRow(_Frozen):
    """A model's numbers.

    Args:
        model: As its paper calls it.
        values: By key of column, in percent; an absent one was not reported.
        digits: After the point, as printed.
        chosen_on_test: ``yes`` if something was chosen on test data, ``no`` if code or paper show that
            nothing was, empty when nobody can tell.
        source: Where it stands, if not where the table does.
    """

    model: str = Field(min_length=1)
    values: dict[str, float]
    digits: int = Field(default=2, ge=0, le=2)
    chosen_on_test: str = Field(default="", pattern="^(yes|no|)$")
    source: str = ""

    def text(self, key: str) -> str:
        """A value with as many digits as were printed; empty when it was not reported."""
        value = self.values.get(key)
        return "" if value is None else f"{value:.{self.digits}f}"


class ReportedTable(_Frozen):
    """A table.

    Args:
        title: Which table of which paper, or what it is about.
        columns: In order.
        rows: Models, in order.
        footnotes: What to know before comparing.
        tells_choice: Whether a column says of each model if something was chosen on test data.
    """

    title: str = Field(min_length=1)
    columns: tuple[ReportedColumn, ...] = Field(min_length=1)
    rows: tuple[ReportedRow, ...] = Field(min_length=1)
    footnotes: tuple[str, ...] = Field(min_length=1)
    tells_choice: bool = False

    @model_validator(mode="after")
    def _values_have_columns(self) -> "ReportedTable":
        keys = [column.key for column in self.columns]
        if len(keys) != len(set(keys)):
            raise ValueError("two columns have the same key")
        for row in self.rows:
            strange = sorted(set(row.values) - set(keys))
            if strange:
                raise ValueError(f"{row.model}: {strange[0]} is no column")
        return self

    @property
    def datasets(self) -> list[tuple[str, int]]:
        """Datasets in order of the columns, and how many columns each has."""
        names = [column.dataset for column in self.columns]
        return [(name, len(list(same))) for name, same in itertools.groupby(names)]

    @property
    def edges(self) -> frozenset[int]:
        """Numbers of the columns with which a dataset begins."""
        names = [column.dataset for column in self.columns]
        return frozenset(n for n, name in enumerate(names) if n == 0 or name != names[n - 1])

    @property
    def head(self) -> tuple[str, ...]:
        """Titles of all columns, the model's first."""
        more = (CHOICE,) if self.tells_choice else ()
        return ("Model (reported)", *(column.title for column in self.columns), *more)

    def lines(self) -> list[tuple[str, ...]]:
        """The rows as text, in order of `head`."""
        return [
            (
                row.model,
                *(row.text(column.key) for column in self.columns),
                *((CHOSEN[row.chosen_on_test],) if self.tells_choice else ()),
            )
            for row in self.rows
        ]

    def notes(self) -> list[str]:
        """Footnotes, then the sources of rows."""
        sources = [f"{row.model}: {row.source}" for row in self.rows if row.source]
        return [*self.footnotes, *([f"Sources. {'; '.join(sources)}."] if sources else [])]


CHOICE = "chosen on test data"


def read_reported(path: Path) -> ReportedTable:
    """Read one table.

    Raises:
        DataError: The file is no TOML, or a key or value is wrong; the message names it.
    """
    try:
        return ReportedTable.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not valid TOML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise DataError(f"{path}: {settings_fault(error, ReportedTable)}") from None


def load_reported(folder: Path | None = None) -> Sequence[ReportedTable]:
    """All tables of a folder, by file name.

    Args:
        folder: This one when `None`.
    """
    return [
        read_reported(path) for path in sorted((folder or Path(__file__).parent).glob("*.toml"))
    ]
