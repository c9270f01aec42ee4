"""All frames of a dataset decoded in one file, which is memory-mapped: the system keeps what fits."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wdmd_tools.atomic import atomic_path
from wdmd_tools.errors import ConfigError, describe_os_error

_KEEP_FREE = 0.1
"""Share of the free space that is left to others."""


def write_frames(
    path: Path,
    frames: Iterable[npt.NDArray[np.generic]],
    shape: tuple[int, ...],
    kind: type[np.generic],
) -> None:
    """Write arrays one after the other as one ``.npy`` file, whole or not at all.

    Written as a stream: a mapped file on a full disk would end the process without a word.

    Args:
        path: The file.
        frames: Parts along the first axis, in order.
        shape: Of all together.
        kind: Of the elements.

    Raises:
        ConfigError: There is not enough space.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    need = int(np.prod(shape, dtype=np.int64)) * np.dtype(kind).itemsize
    free = shutil.disk_usage(path.parent).free
    if need > free * (1 - _KEEP_FREE):
        raise ConfigError(
            f"{path.parent}: the decoded frames take {need / 1e9:.1f} GB, {free / 1e9:.1f} GB are free; "
            "train with --set training.cache=false, which decodes each window when it is needed, or "
            "choose a folder on another disk with --out"
        )
    try:
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            header = {
                "descr": np.lib.format.dtype_to_descr(np.dtype(kind)),
                "fortran_order": False,
                "shape": shape,
            }
            np.lib.format.write_array_header_1_0(stream, header)
            for part in frames:
                stream.write(np.ascontiguousarray(part, dtype=kind).data)
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from error
