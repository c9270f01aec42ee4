"""The packages of the extra ``onnx``, or one line that says how to get them."""

import importlib
from typing import Any

from wdmd_tools.errors import MissingDependencyError


def need(name: str) -> Any:
    """Import a module of the extra.

    Args:
        name: For example ``"onnxruntime"``.

    Raises:
        MissingDependencyError: It is not installed, or does not load.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingDependencyError(
            f"{name.partition('.')[0]} does not load ({str(error).splitlines()[0]}); "
            "pip install 'wdmd-meldae[onnx]'"
        ) from None
