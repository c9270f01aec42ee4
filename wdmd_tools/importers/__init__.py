"""Public datasets as their owners released them, into the same manifest as ELAN projects.

    release on disk --reader--> Release --plan--> RecordingPlans --pipeline.build--> dataset

A reader knows one dataset: its sheets, columns, file names and numbering. All else is shared.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from wdmd_tools.errors import UnknownNameError
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.model import Release

Reader = Callable[[Path, Corrections], Release]
"""Reads the folder of a release; see `wdmd_tools.importers.model.Release`."""

READERS: dict[str, str] = {
    "casme2sq": "wdmd_tools.importers.casme2sq:read",
    "casme3": "wdmd_tools.importers.casme3:read",
    "samm": "wdmd_tools.importers.samm:read",
    "samm-lv": "wdmd_tools.importers.samm_lv:read",
    "mmew": "wdmd_tools.importers.mmew:read",
    "smic": "wdmd_tools.importers.smic:read",
    "casme2": "wdmd_tools.importers.casme2:read",
}
"""Every dataset that can be imported, as ``"module:function"``; loaded when used."""


def reader_of(dataset: str) -> Reader:
    """The reader of a dataset.

    Args:
        dataset: A key of `READERS`.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if dataset not in READERS:
        raise UnknownNameError("dataset", dataset, READERS)
    module, _, function = READERS[dataset].partition(":")
    return cast(Reader, getattr(importlib.import_module(module), function))
