"""What a model learnt, kept, so that a second film is quick.

    results/.cache/fits/<key>.pickle     key: model, code, options, data, seed, emotions

A pickle can hold any code, so one is read only where nobody but its owner could have written it; whatever
is wrong with a file, the model is fitted again.
"""

import contextlib
import hashlib
import io
import json
import os
import pickle
import stat
from pathlib import Path
from typing import Any

from benchmarks.models.base import FitContext, Spotter
from benchmarks.registry import ModelEntry
from wdmd_tools.atomic import write_bytes
from wdmd_tools.manifest import Dataset

_CONTEXT = "context"


def fit_key(entry: ModelEntry, learnt: Dataset, seed: int, emotions: str) -> str:
    """Hash of everything that a fit depends on.

    Args:
        entry: The model.
        learnt: The dataset, or the view of it, that it learns from.
        seed: Of everything random.
        emotions: Scheme that is learnt, or ``"none"``.
    """
    parts = [
        entry.name,
        entry.target,
        entry.code_digest(),
        json.dumps(dict(entry.options), sort_keys=True, default=str),
        learnt.data_hash,
        str(seed),
        emotions,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def keep(path: Path, model: Spotter) -> bool:
    """Write a fitted model.

    Args:
        path: The file.
        model: Its `FitContext` is left out.

    Returns:
        Whether it could be written: a model may hold what cannot be.
    """
    buffer = io.BytesIO()
    try:
        _Pickler(buffer).dump(model)
        write_bytes(path, buffer.getvalue())
    except Exception:  # noqa: BLE001  # a model of a user's may hold anything; it is only fitted again
        return False
    with contextlib.suppress(OSError):
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return True


def find(path: Path, kind: type[Spotter], context: FitContext) -> Spotter | None:
    """A kept model.

    Args:
        path: The file.
        kind: Its class.
        context: Takes the place of the one it was fitted with.

    Returns:
        `None` when there is none, or none that can be used.
    """
    if not _is_private(path):
        return None
    try:
        with path.open("rb") as stream:
            found = _Unpickler(stream, context).load()
    except Exception:  # noqa: BLE001  # of another version, damaged, of a machine with a GPU, ...
        return None
    return found if type(found) is kind else None


def _is_private(path: Path) -> bool:
    try:
        facts = path.stat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True
    others = stat.S_IWGRP | stat.S_IWOTH
    return facts.st_uid == os.getuid() and not facts.st_mode & others


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> str | None:
        return _CONTEXT if isinstance(obj, FitContext) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BufferedReader, context: FitContext) -> None:
        super().__init__(stream)
        self._context = context

    def persistent_load(self, pid: Any) -> FitContext:
        if pid != _CONTEXT:
            raise pickle.UnpicklingError(f"unknown id {pid!r}")
        return self._context
