"""Whether a film is the one it was: cheaply for the journal, by all its bytes for the record."""

import hashlib
from pathlib import Path
from typing import Any

from wdmd_tools.pipeline.hashing import sha256_of
from wdmd_tools.video.film import film_files

_EDGE = 1 << 20


def film_state(path: Path) -> list[Any]:
    """What tells a film from a changed one, without reading all of it.

    Of a folder names, sizes and times of change of all its frames: a frame cannot be exchanged without
    one of them changing, unless someone sets the time back. Of a file size, time of change, first and
    last bytes.

    Args:
        path: A video, or a folder of frames.

    Raises:
        VideoError: The folder holds no frame.
        OSError: It cannot be read.
    """
    if path.is_dir():
        states = [(file.name, file.stat()) for file in film_files(path)]
        text = "\n".join(f"{one.st_size} {one.st_mtime_ns} {name}" for name, one in states)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return [len(states), sum(one.st_size for _, one in states), digest]
    stat = path.stat()
    with path.open("rb") as stream:
        edges = stream.read(_EDGE)
        stream.seek(max(0, stat.st_size - _EDGE))
        edges += stream.read(_EDGE)
    return [stat.st_size, stat.st_mtime_ns, hashlib.sha256(edges).hexdigest()]


def sha256_of_film(path: Path) -> str:
    """The SHA-256 of a film: of its bytes, or of the names and digests of the frames of a folder.

    Args:
        path: A video, or a folder of frames.

    Raises:
        VideoError: The folder holds no frame.
    """
    if not path.is_dir():
        return sha256_of(path)
    lines = (f"{sha256_of(file)}  {file.name}\n" for file in film_files(path))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
