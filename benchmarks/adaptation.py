"""Further rows of models that can use the target's clips without labels: ``bench run --adapt``."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchmarks.models.base import Spotter
from benchmarks.registry import ModelEntry
from wdmd_tools.errors import ConfigError, UnknownNameError

METHODS = ("normalise", "match-rate", "self-train")
"""What the built-in models know; another model's own methods are its own option ``adapt``."""


def with_adaptation(entries: Iterable[ModelEntry], methods: Sequence[str]) -> list[ModelEntry]:
    """Each model, and after one that can adapt a row per method.

    Args:
        entries: Models.
        methods: Values of their option ``adapt``.

    Returns:
        The rows; those with a method are named ``<model>-<method>``.

    Raises:
        ConfigError: None of the models can adapt, or a method is empty.
        UnknownNameError: All that can adapt are built in, and do not know a method.
    """
    if any(not method for method in methods):
        raise ConfigError(f"--adapt: give one or more of {', '.join(METHODS)}, by commas")
    rows: list[ModelEntry] = []
    able: list[type[Spotter]] = []
    for entry in entries:
        rows.append(entry)
        kind = entry.load()
        if kind.adapt is Spotter.adapt:
            continue
        able.append(kind)
        rows += [
            replace(
                entry,
                name=f"{entry.name}-{method}",
                display=f"{entry.display}, {method}",
                note=f"Uses the target's clips without labels ({method}).",
                options={**entry.options, "adapt": method},
            )
            for method in dict.fromkeys(methods)
        ]
    if methods and not able:
        raise ConfigError("--adapt: none of these models can use clips without labels; meldae can")
    unknown = next((method for method in methods if method not in METHODS), None)
    if unknown is not None and all(one.__module__.startswith("benchmarks.") for one in able):
        raise UnknownNameError("method of --adapt", unknown, METHODS)
    return rows
