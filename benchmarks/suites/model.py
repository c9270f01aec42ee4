"""What a suite is, and the jobs that it asks for."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.registry import ModelEntry
from wdmd_tools.errors import ConfigError, UnknownNameError

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class SuiteRow:
    """One experiment.

    Args:
        name: Of its job.
        display: As shown.
        settings: Differences from the preset, as ``meldae train --set`` takes them.
        settings_nano: The same for presets that train from scratch on a CPU; `settings` when `None`.
        reported: F1_DR in percent as the paper gives it; `None` when it does not.
        options: In a suite of another model than MELDAE: over the model's own options.
    """

    name: str
    display: str
    settings: tuple[str, ...] = ()
    settings_nano: tuple[str, ...] | None = None
    reported: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """A table of experiments.

    Args:
        name: As typed.
        title: Of the table.
        reference: Row that the others are compared with.
        rows: In order.
        note: About the reported numbers.
        curves: Whether to draw scores by epoch.
        model: A registered model whose options the rows change; MELDAE and its presets when empty.
        preset_option: Option of that model that ``--preset`` sets.
    """

    name: str
    title: str
    reference: str
    rows: tuple[SuiteRow, ...]
    note: str = ""
    curves: bool = False
    model: str = ""
    preset_option: str = ""

    def entries(self, preset: str, settings: Sequence[str] = ()) -> list[ModelEntry]:
        """A model to run for each row.

        Args:
            preset: Of MELDAE, the full model; of another model, its size.
            settings: Further settings of every row; of MELDAE only.

        Raises:
            ConfigError: There are settings, and the suite is of another model.
        """
        if self.model:
            return self._of_another_model(preset, settings)
        from_scratch = preset.startswith("nano")
        return [
            ModelEntry(
                name=row.name,
                target="benchmarks.models.meldae_adapter:MeldaeSpotter",
                display=row.display,
                note=f"preset {preset}",
                group="paper",
                options={
                    "preset": preset,
                    "set": [
                        *settings,
                        *(
                            row.settings_nano
                            if from_scratch and row.settings_nano is not None
                            else row.settings
                        ),
                    ],
                },
                sources=("meldae",),
            )
            for row in self.rows
        ]

    def _of_another_model(self, preset: str, settings: Sequence[str]) -> list[ModelEntry]:
        from benchmarks.built_in import default_registry

        if settings:
            raise ConfigError(f"--set: settings of MELDAE; suite {self.name} is of {self.model}")
        full = default_registry().get(self.model)
        size = {self.preset_option: preset} if self.preset_option else {}
        return [
            replace(
                full,
                name=row.name,
                display=row.display,
                note=f"size {preset}",
                options={**full.options, **size, **row.options},
            )
            for row in self.rows
        ]


def suite_names() -> list[str]:
    """All suites, by name."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load_suite(name: str) -> Suite:
    """The suite of that name.

    Raises:
        UnknownNameError: There is none.
    """
    if name not in suite_names():
        raise UnknownNameError("suite", name, suite_names())
    value = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    rows = tuple(
        SuiteRow(
            name=row["name"],
            display=row["display"],
            settings=tuple(row.get("set", ())),
            settings_nano=tuple(row["set_nano"]) if "set_nano" in row else None,
            reported=row.get("reported"),
            options=row.get("options", {}),
        )
        for row in value["rows"]
    )
    return Suite(
        name,
        value["title"],
        value["reference"],
        rows,
        value["note"],
        value.get("curves", False),
        value.get("model", ""),
        value.get("preset_option", ""),
    )
