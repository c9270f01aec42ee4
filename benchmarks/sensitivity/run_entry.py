"""A finished MELDAE run as a row of the registry; loads neither torch nor meldae."""

import hashlib
from pathlib import Path

from benchmarks.registry import ModelEntry
from wdmd_tools.errors import ConfigError


def run_entry(path: Path) -> ModelEntry:
    """A run as a row.

    Args:
        path: ``runs/<id>``, or an exported ``model.onnx``.

    Raises:
        ConfigError: There is no such file or folder.
    """
    if not path.exists():
        raise ConfigError(f"--run {path}: no such file or folder; make one with `meldae train`")
    files = [path] if path.is_file() else sorted(path.glob("*.safetensors"))
    results = [] if path.is_file() else sorted(path.glob("result.json"))
    digest = hashlib.sha256()
    for file in (*files, *results):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    name = path.resolve().stem if path.is_file() else path.resolve().name
    return ModelEntry(
        f"run-{name}",
        "benchmarks.sensitivity.finished_run:FinishedRun",
        f"run {name}",
        options={"run": path.resolve(), "digest": digest.hexdigest()},
        sources=("meldae",),
    )
