"""What a user may configure: datasets and further models, in ``bench.yaml``.

    datasets:
      my-lab: { path: data/my-lab, protocol: holdout }
    models:
      mine: { target: "my_package.spotter:MySpotter", display: "Mine", options: { threshold: 0.4 } }

Paths are relative to the file.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from benchmarks.registry import ModelEntry, Registry
from wdmd_tools.errors import ConfigError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
"""Names of datasets and models: they become folders."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatasetSpec(_Frozen):
    """A dataset to run on.

    Args:
        path: Folder that `wdmd build` wrote.
        protocol: ``holdout``: the split stored in the manifest, by subject; or the name of a split that
            `wdmd split` made, all of whose folds are run.
        display: As shown in tables; the dataset's own name when empty.
        synthetic: Whether to label it as synthetic; found out from the dataset when `None`.
    """

    path: Path
    protocol: str = "holdout"
    display: str = ""
    synthetic: bool | None = None

    @field_validator("protocol")
    @classmethod
    def _protocol_is_a_folder(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise ValueError(f"{value!r}: holdout, or the name of a split (wdmd split --list)")
        return value


class ModelSpec(_Frozen):
    """A model of the user's own, or a built-in one with other options.

    Args:
        target: ``"module:object"``.
        display: As shown in tables; the name when empty.
        note: One sentence for the legend.
        options: Given to the model.
        sources: Modules whose code decides what the model does, beside the target's.
    """

    target: str
    display: str = ""
    note: str = ""
    options: dict[str, Any] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()


class BenchConfig(_Frozen):
    """``bench.yaml``.

    Args:
        datasets: By name.
        models: By name.
    """

    datasets: dict[str, DatasetSpec] = Field(default_factory=dict)
    models: dict[str, ModelSpec] = Field(default_factory=dict)

    @field_validator("datasets", "models")
    @classmethod
    def _names_are_folders(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if not NAME.fullmatch(name):
                raise ValueError(f"name {name!r}: use letters, digits, '.', '_' and '-' only")
        return value

    def add_models(self, registry: Registry) -> None:
        """Register the models of the file.

        Raises:
            ConfigError: A name is taken.
        """
        for name, spec in self.models.items():
            registry.add(
                ModelEntry(
                    name,
                    spec.target,
                    spec.display or name,
                    spec.note,
                    options=spec.options,
                    sources=spec.sources,
                )
            )


def load_bench_config(path: Path) -> BenchConfig:
    """Read ``bench.yaml``.

    Raises:
        ConfigError: It is absent, not YAML, or a key or value is wrong; the message names it.
    """
    path = Path(path)
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; see docs/howto/bench.md for its form") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not valid YAML: {reason}") from None
    if not isinstance(values or {}, dict):
        raise ConfigError(f"{path}: expected the keys datasets and models")
    try:
        config = BenchConfig.model_validate(values or {})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        text = str(first["msg"]).removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            text = "no such key"
        raise ConfigError(f"{path}: {key}: {text}") from None
    datasets = {
        name: spec.model_copy(update={"path": path.parent / spec.path})
        for name, spec in config.datasets.items()
    }
    return config.model_copy(update={"datasets": datasets})
