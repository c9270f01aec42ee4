"""Which models there are, by name; none is imported before it runs.

A model is named as ``"module:object"``, so listing models costs nothing and a model whose packages are
absent fails alone. Users add models in ``bench.yaml`` (`benchmarks.specs`).
"""

import hashlib
import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.cards.model import ModelCard
from benchmarks.models.base import Spotter
from wdmd_tools.errors import ConfigError, UnknownNameError

GROUPS = ("trivial", "classical", "deep", "paper", "beyond", "user")
"""The order of rows in a leaderboard."""


@dataclass(frozen=True)
class ModelEntry:
    """A model that can be run.

    Args:
        name: As typed in ``--models``.
        target: ``"module:object"``; the object is a subclass of `Spotter`.
        display: As shown in tables; says plainly what differs from the name's owner.
        note: One sentence for the table's legend.
        group: One of `GROUPS`.
        options: Given to the model.
        sources: Modules and packages whose code decides what the model does; when it changes, finished
            jobs are run again.
        card: Source, fidelity, deviations, licence, size and speed; the built-in models' are
            ``benchmarks/cards/<name>.toml``.
        smoke: Options over `options` with which ``--smoke`` tries the model in seconds.
        problem: Why it cannot be loaded, where that is known before; told when it is run.
    """

    name: str
    target: str
    display: str
    note: str = ""
    group: str = "user"
    options: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    card: ModelCard | None = None
    smoke: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

    def load(self) -> type[Spotter]:
        """Import the model's class.

        Raises:
            ConfigError: It cannot be imported, or is no subclass of `Spotter`.
        """
        if self.problem:
            raise ConfigError(self.problem)
        module_name, colon, attribute = self.target.partition(":")
        where = f"model {self.name!r}: {self.target!r}"
        if not (module_name and colon and attribute):
            raise ConfigError(f"{where}: expected 'module:object', for example 'my_spotter:Mine'")
        try:
            found = getattr(importlib.import_module(module_name), attribute)
        except ImportError as error:
            raise ConfigError(
                f"{where} cannot be imported ({error}); install it into this environment"
            ) from error
        except AttributeError:
            raise ConfigError(f"{where}: {module_name} has no {attribute!r}") from None
        except Exception as error:
            # Code of others: whatever it does at import must not look like a fault of this program.
            raise ConfigError(f"{where} cannot be imported: {error!r}") from error
        if not (isinstance(found, type) and issubclass(found, Spotter)):
            raise ConfigError(f"{where} is not a subclass of benchmarks.models.base.Spotter")
        return found

    def code_digest(self) -> str:
        """Hex digest over the code that decides what the model does (`sources` and the target)."""
        names = {self.target.partition(":")[0], *self.sources}
        digest = hashlib.sha256()
        for path in sorted({path for name in names for path in _files_of(name)}):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()


def _files_of(module: str) -> list[Path]:
    """Source files of a module or package; none when it is not installed."""
    try:
        spec = importlib.util.find_spec(module)
    except Exception:  # noqa: BLE001  # finding a submodule imports its package, which may be anyone's
        return []
    if spec is None:
        return []
    if spec.submodule_search_locations:
        return [
            path for root in spec.submodule_search_locations for path in Path(root).rglob("*.py")
        ]
    return [Path(spec.origin)] if spec.origin and spec.origin.endswith(".py") else []


class Registry:
    """Models by name.

    Args:
        entries: The models, in the order of rows.
    """

    def __init__(self, entries: Iterable[ModelEntry] = ()) -> None:
        self._entries: dict[str, ModelEntry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: ModelEntry) -> None:
        """Register a model.

        Raises:
            ConfigError: The name is taken.
        """
        if entry.name in self._entries:
            raise ConfigError(
                f"model {entry.name!r} is registered twice ({self._entries[entry.name].target} and "
                f"{entry.target}); choose another name"
            )
        self._entries[entry.name] = entry

    def get(self, name: str) -> ModelEntry:
        """The model of that name.

        Raises:
            UnknownNameError: There is none; the message names the closest.
        """
        if name not in self._entries:
            raise UnknownNameError("model", name, self._entries)
        return self._entries[name]

    def __iter__(self) -> Iterator[ModelEntry]:
        return iter(sorted(self._entries.values(), key=lambda entry: GROUPS.index(entry.group)))

    def __contains__(self, name: object) -> bool:
        return name in self._entries
