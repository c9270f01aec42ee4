"""An export: into a temporary folder, checked, then renamed; whole or absent.

    export.json      which format, of which data, and the SHA-256 of every file

The marker ``export.json`` lets a later export of the same format replace an earlier one. Any other
folder that holds something is refused, also an export that was edited since, and so is one inside of the
dataset or around it.
"""

import hashlib
import importlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from wdmd_tools.atomic import write_json
from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.export.options import ExportOptions, Job, Progress
from wdmd_tools.manifest import Dataset

MARKER = "export.json"
EXPORT_VERSION = "1.0.0"

FORMATS: dict[str, tuple[str, str]] = {
    "hf": ("hugging_face", "Hugging Face: Parquet by split, crops, dataset card"),
    "croissant": ("croissant", "Croissant 1.0 with responsible-AI fields, and its tables"),
    "activitynet": ("activitynet", "ActivityNet JSON, in seconds; predictions too"),
    "megc": ("megc", "MEGC CSV: vid, onset, offset, type; predictions too"),
    "csv": ("spreadsheet", "CSV for SPSS, R and Excel, with a codebook"),
    "annotations": (
        "annotations",
        "annotation-only release: no pixels, ELAN files to rebuild from",
    ),
    "datasheet": ("datasheet", "Datasheet for Datasets, measured parts filled in"),
}
"""Name to module of this package (with a function ``write(job)``) and meaning."""


@dataclass(frozen=True)
class ExportReport:
    """What was written.

    Args:
        out: The folder.
        format: A key of `FORMATS`.
        files: Relative path to SHA-256, without the marker.
        size: Bytes of all files.
    """

    out: Path
    format: str
    files: dict[str, str]
    size: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "out": str(self.out),
            "format": self.format,
            "n_files": len(self.files),
            "bytes": self.size,
            "files": self.files,
        }


def export_dataset(
    dataset: Dataset,
    kind: str,
    out: Path,
    options: ExportOptions | None = None,
    progress: Progress | None = None,
) -> ExportReport:
    """Write a dataset in another form.

    The same data and settings give the same bytes.

    Args:
        dataset: An opened dataset; it is only read.
        kind: A key of `FORMATS`.
        out: The folder to make.
        options: See `ExportOptions`.
        progress: Told about crop files.

    Raises:
        UnknownNameError: There is no such format.
        ConfigError: `out` holds something else, or lies in the dataset.
        ManifestError: The dataset is damaged or lacks crops that the format needs.
    """
    if kind not in FORMATS:
        raise UnknownNameError("export format", kind, FORMATS)
    _refuse_bad_folder(dataset, kind, out)
    module = importlib.import_module(f"wdmd_tools.export.{FORMATS[kind][0]}")
    write = cast(Callable[[Job], None], module.write)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = out.with_name(f".tmp-{os.getpid()}-{out.name}")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir()
        write(Job(dataset, staging, options or ExportOptions(), progress))
        files = _checksums(staging)
        size = sum((staging / name).stat().st_size for name in files)
        write_json(
            staging / MARKER,
            {
                "export_version": EXPORT_VERSION,
                "format": kind,
                "dataset": dataset.name,
                "data_hash": dataset.data_hash,
                "files": files,
            },
        )
        _put_in_place(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return ExportReport(out, kind, files, size)


def _refuse_bad_folder(dataset: Dataset, kind: str, out: Path) -> None:
    root, target = dataset.root.resolve(), out.resolve()
    if target == root or root in target.parents or target in root.parents:
        raise ConfigError(f"--out {out}: lies in the dataset {dataset.root} or around it")
    if not out.exists():
        return
    if not out.is_dir():
        raise ConfigError(f"--out {out}: is a file, expected a folder")
    if not any(out.iterdir()):
        return
    marker = out / MARKER
    if not marker.is_file():
        raise ConfigError(f"--out {out}: is not empty and no earlier export; choose another folder")
    try:
        earlier = json.loads(marker.read_text(encoding="utf-8"))
        held, sums = str(earlier["format"]), dict(earlier["files"])
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{marker}: damaged; choose another --out") from None
    if held != kind:
        raise ConfigError(
            f"--out {out}: holds an export of the kind {held}, not {kind}; choose another folder"
        )
    for name in _files(out):
        if name == MARKER or (name in sums and name.startswith("crops/")):
            continue
        # Cards and datasheets are there to be filled in by people, whose answers must not be lost.
        if name not in sums or _sha256(out / name) != sums[name]:
            what = "was edited" if name in sums else "is not of the earlier export"
            raise ConfigError(
                f"--out {out}: {name} {what}; move the folder away or choose another one"
            )


def _put_in_place(staging: Path, out: Path) -> None:
    old = out.with_name(f".old-{os.getpid()}-{out.name}")
    if out.exists():
        out.replace(old)
    try:
        staging.replace(out)
    except OSError:
        if old.exists():
            old.replace(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _checksums(folder: Path) -> dict[str, str]:
    return {name: _sha256(folder / name) for name in _files(folder)}
