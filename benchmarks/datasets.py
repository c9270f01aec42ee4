"""Which datasets a run is about: those configured, or the demo data, and known ones that are absent."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from benchmarks.catalogue.model import KnownDataset
from benchmarks.catalogue.read import find_known, known_datasets
from benchmarks.dataset_files import DatasetEntry
from benchmarks.protocols.across import CrossDataset
from benchmarks.protocols.definitions import COMPOSITE, CROSS, HOLDOUT
from benchmarks.protocols.opened import open_data
from benchmarks.specs import NAME, BenchConfig, DatasetSpec
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset

HOW_TO_ADD = (
    "build a dataset (wdmd build --elan ann/ --videos raw/ --out data/my-lab), then give it as "
    "--data data/my-lab or name it in datasets.toml"
)


def _how_to_get(entry: KnownDataset) -> str:
    """What is to be done for a known dataset that nothing names."""
    if not entry.reader:
        return (
            f"not named in datasets.toml or bench.yaml; `bench datasets {entry.name}` says how to come by "
            f"it; then name its folder under {entry.name}"
        )
    return (
        "not named in datasets.toml or bench.yaml; its licence forbids us to ship it: get it from its "
        f"owners (`bench datasets {entry.name}`), run `{entry.import_command()}`, and name the folder"
    )


KNOWN: Mapping[str, tuple[str, str]] = {
    entry.name: (entry.display, _how_to_get(entry)) for entry in known_datasets().values()
}
"""Datasets of the catalogue: name to display name and how to add it."""


@dataclass(frozen=True)
class BenchDataset:
    """A dataset of the grid, there or not.

    Args:
        name: Its name in ``bench.yaml``, and of its folder of results.
        display: As shown in tables.
        spec: Where it is and how it is used; `None` for a known one that is not configured.
        dataset: Opened; `None` when something is missing.
        missing: What is missing and how to add it; empty when it is there.
    """

    name: str
    display: str
    spec: DatasetSpec | None = None
    dataset: Dataset | None = None
    missing: str = ""

    @property
    def synthetic(self) -> bool:
        """Whether tables must say that the data are synthetic."""
        if self.spec is not None and self.spec.synthetic is not None:
            return self.spec.synthetic
        if self.dataset is None:
            return False
        said = self.dataset.info.get("synthetic")
        return bool(said) if said is not None else "synthetic" in self.dataset.name.lower()


def open_datasets(
    config: BenchConfig,
    folders: Sequence[Path] = (),
    default: Path = Path("data"),
    protocol: str = "holdout",
    train: Path | None = None,
) -> tuple[list[BenchDataset], str]:
    """Open what was configured, or the demo data when nothing was.

    Args:
        config: From ``bench.yaml``; may be empty.
        folders: From ``--data``.
        default: Used when neither names a dataset.
        protocol: Of the datasets of ``--data`` and of the default; with ``composite`` they are pooled.
        train: From ``--train-data``: learnt from instead of those, which are tested on.

    Returns:
        The datasets (ready ones, those with missing files, and the known ones that are not configured),
        and a line for the user when the default was used.

    Raises:
        ConfigError: Two datasets have the same name, or a folder of ``--data`` does not exist.
    """
    specs = dict(config.datasets)
    hint = ""
    for name, spec in _given(folders, protocol, train, set(specs)):
        if name in specs:
            where = f"--data {spec.path}"
            raise ConfigError(f"{where}: there is a dataset named {name!r} already")
        specs[name] = spec
    if not specs:
        name = _folder_name(default) if (default / "dataset.json").is_file() else "demo-synthetic"
        specs[name] = DatasetSpec(path=default, protocol=protocol)
        hint = f"no dataset configured: using {default}. To add one, {HOW_TO_ADD}"
    opened = [_open(name, spec) for name, spec in specs.items()]
    taken = {known_name(name) for name in specs}
    opened += [
        BenchDataset(name, display, missing=how)
        for name, (display, how) in KNOWN.items()
        if name not in taken
    ]
    return opened, hint


def known_name(name: str) -> str:
    """The catalogue's name of a dataset that files may call otherwise; any other name as it is."""
    known = find_known(name)
    return known.name if known is not None else name


def _given(
    folders: Sequence[Path], protocol: str, train: Path | None, taken: AbstractSet[str]
) -> Iterator[tuple[str, DatasetSpec]]:
    """Names and specifications of what the command line gives; `taken` are those of files."""
    for option, folder in [("--data", one) for one in folders] + [("--train-data", train)]:
        if folder is not None and not folder.is_dir():
            raise ConfigError(f"{option} {folder}: no such folder; {HOW_TO_ADD}")
    if train is not None:
        if not folders:
            raise ConfigError("--train-data: say with --data what is tested on")
        if protocol not in (HOLDOUT, CROSS):
            raise ConfigError(f"--train-data: goes with --protocol {CROSS}, not {protocol!r}")
        for folder in folders:
            if folder.resolve() == train.resolve():
                raise ConfigError(
                    f"--train-data {train}: is --data too; leave it out to stay within one dataset"
                )
            one, other = _two_names(train, folder)
            yield f"{one}-to-{other}", DatasetSpec(path=folder, train=train, protocol=CROSS)
    elif protocol == COMPOSITE:
        if len(folders) < 2:
            raise ConfigError(f"--protocol {COMPOSITE}: give --data at least twice")
        parts = {_folder_name(folder): folder for folder in folders}
        if len(parts) < len(folders):
            parts = {folder.resolve().name: folder for folder in folders}
        if len(parts) < len(folders):
            raise ConfigError(f"--protocol {COMPOSITE}: two of the datasets have the same name")
        yield "-and-".join(parts)[:60], DatasetSpec(path=folders[0], pool=parts, protocol=protocol)
    else:
        names = [_folder_name(folder) for folder in folders]
        for name, folder in zip(names, folders, strict=True):
            if names.count(name) > 1 or name in taken:
                name = folder.resolve().name
            if not NAME.fullmatch(name):
                raise ConfigError(
                    f"--data {folder}: another dataset has its name, and its folder's cannot be one; "
                    "rename the folder, or name it in datasets.toml"
                )
            yield name, DatasetSpec(path=folder, protocol=protocol)


def _two_names(train: Path, folder: Path) -> tuple[str, str]:
    """Of two datasets: their own, or those of their folders where they are the same."""
    one, other = _folder_name(train), _folder_name(folder)
    return (one, other) if one != other else (train.resolve().name, folder.resolve().name)


def _folder_name(folder: Path) -> str:
    """The name of what was imported, or the dataset's own where it can be a folder's, else the folder's."""
    names: list[str] = []
    try:
        dataset = Dataset.open(folder)
        imported = dataset.info.get("import")
        names += [str(imported.get("dataset"))] if isinstance(imported, dict) else []
        names.append(dataset.name)
    except ManifestError:
        pass
    for candidate in (*names, folder.resolve().name):
        if NAME.fullmatch(candidate):
            return candidate
    return "dataset"


def _open(name: str, spec: DatasetSpec) -> BenchDataset:
    known = find_known(name)
    display = spec.display or (known.display if known is not None else name)
    try:
        dataset = open_data(spec.folders)
    except ManifestError as error:
        release = spec.release if isinstance(spec, DatasetEntry) else None
        if known is None or release is None or (spec.path / "dataset.json").exists():
            return BenchDataset(name, display, spec, missing=str(error))
        command = known.import_command(str(release), str(spec.path))
        how = f"not imported yet; run `{command}`" if command else str(error)
        return BenchDataset(name, display, spec, missing=how)
    clips = [*dataset.iter_clips()]
    if isinstance(dataset, CrossDataset):
        clips += dataset.train.iter_clips()
    absent = [clip.crop_path.name for clip in clips if not clip.crop_path.is_file()]
    if absent:
        what = f"{len(absent)} of {len(clips)} crop videos, such as {absent[0]}"
        return BenchDataset(
            name, display, spec, missing=f"{spec.path}: {what} are absent; build the dataset again"
        )
    return BenchDataset(name, display, spec, dataset)
