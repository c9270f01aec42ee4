"""Further rows of models that can use the target's clips without labels: ``bench run --adapt``."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchmarks.models.base import Spotter
from benchmarks.registry import ModelEntry
from wdmd_tools.errors import ConfigError

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
    """
    if any(not method for method in methods):
        raise ConfigError(f"--adapt: give one or more of {', '.join(METHODS)}, by commas")
    rows: list[ModelEntry] = []
    able = 0
    for entry in entries:
        rows.append(entry)
        if entry.load().adapt is Spotter.adapt:
            continue
        able += 1
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
    return rows
