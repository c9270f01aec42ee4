"""What a user may configure: datasets and further models, in ``bench.yaml``.

    datasets:
      my-lab: { path: data/my-lab, protocol: holdout }
      a-to-b: { train: data/a, path: data/b, protocol: cross-dataset }
      both: { pool: { a: data/a, b: data/b }, protocol: composite }
    models:
      mine: { target: "my_package.spotter:MySpotter", display: "Mine", options: { threshold: 0.4 } }

Paths are relative to the file.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from benchmarks.protocols.definitions import COMPOSITE, CROSS
from benchmarks.protocols.opened import Folders
from benchmarks.registry import ModelEntry, Registry
from wdmd_tools.emotions import SCHEMES
from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
"""Names of datasets and models: they become folders."""

EMOTION_CHOICES = ("auto", "none", *(one.name for one in SCHEMES))
"""What a dataset may ask to be recognised."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatasetSpec(_Frozen):
    """A dataset to run on.

    Args:
        path: Folder that `wdmd build` wrote.
        protocol: ``holdout``: the split stored in the manifest, by subject; ``cross-dataset``;
            ``composite``; or the name of a split that `wdmd split` made, all of whose folds are run.
        train: With ``cross-dataset``, the dataset that is learnt from; `path` is tested on.
        pool: With ``composite``, the datasets by name, instead of `path`.
        people: ``people.csv``, who is the same person in several datasets.
        display: As shown in tables; the dataset's own name when empty.
        synthetic: Whether to label it as synthetic; found out from the dataset when `None`.
        emotions: What is recognised: ``auto`` (three classes where the dataset was imported and they can be
            learnt in every fold), ``none``, or a scheme of `wdmd_tools.emotions`.
        macro: Whether spotters are asked for macro-expressions too; where there are any when `None`.
    """

    path: Path
    protocol: str = "holdout"
    display: str = ""
    synthetic: bool | None = None
    train: Path | None = None
    pool: dict[str, Path] = Field(default_factory=dict)
    people: Path | None = None
    emotions: str = "auto"
    macro: bool | None = None

    @property
    def folders(self) -> Folders:
        """Where its data are."""
        return Folders(path=self.path, train=self.train, pool=self.pool, people=self.people)

    @model_validator(mode="before")
    @classmethod
    def _path_of_a_pool(cls, values: Any) -> Any:
        """The first of a pool stands for its path."""
        if (
            isinstance(values, dict)
            and "path" not in values
            and isinstance(values.get("pool"), dict)
        ):
            return {**values, "path": next(iter(values["pool"].values()), None)}
        return values

    @model_validator(mode="after")
    def _data_fit_the_protocol(self) -> "DatasetSpec":
        if (self.train is not None) != (self.protocol == CROSS):
            raise ValueError(f"protocol {CROSS} and `train` (a dataset's folder) go together")
        if bool(self.pool) != (self.protocol == COMPOSITE):
            raise ValueError(f"protocol {COMPOSITE} and `pool` (datasets by name) go together")
        return self

    @field_validator("pool")
    @classmethod
    def _parts_are_named(cls, value: dict[str, Path]) -> dict[str, Path]:
        for name in value:
            if not NAME.fullmatch(name):
                raise ValueError(f"name {name!r}: use letters, digits, '.', '_' and '-' only")
        if len(value) == 1:
            raise ValueError("a pool needs at least two datasets")
        return value

    @field_validator("emotions", mode="before")
    @classmethod
    def _scheme_is_known(cls, value: Any) -> Any:
        """YAML reads a bare 3 as a number."""
        name = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(name, str) and name not in EMOTION_CHOICES:
            known = ", ".join(EMOTION_CHOICES)
            raise ValueError(f"unknown scheme of emotions {name!r}; known: {known}")
        return name

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
        smoke: Options over `options` with which ``--smoke`` tries the model in seconds.
    """

    target: str
    display: str = ""
    note: str = ""
    options: dict[str, Any] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()
    smoke: dict[str, Any] = Field(default_factory=dict)


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
                    smoke=spec.smoke,
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
        raise ConfigError(f"{path}: {settings_fault(error, BenchConfig)}") from None
    datasets = {name: _beside(path.parent, spec) for name, spec in config.datasets.items()}
    return config.model_copy(update={"datasets": datasets})


def _beside(folder: Path, spec: DatasetSpec) -> DatasetSpec:
    """The same with paths from where the file lies."""
    return spec.model_copy(
        update={
            "path": folder / spec.path,
            "train": None if spec.train is None else folder / spec.train,
            "pool": {name: folder / one for name, one in spec.pool.items()},
            "people": None if spec.people is None else folder / spec.people,
        }
    )
