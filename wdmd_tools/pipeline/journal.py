"""What is finished: a build that was killed goes on, and ends with the same bytes.

    data/.build/lock                     held while a build runs
    data/.build/parts/<recording>/       tables of one finished recording, `done.json` written last

A part is used again when its key fits: the ELAN files, the video (size, time of change, first and last
bytes), the config, the face model and the versions of the tools that make pixels.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from wdmd_tools import atomic
from wdmd_tools.config import BuildConfig
from wdmd_tools.errors import ConfigError
from wdmd_tools.faces.model_file import SHA256
from wdmd_tools.manifest.schema import SCHEMA_VERSION
from wdmd_tools.pipeline.film_state import film_state
from wdmd_tools.pipeline.part import DONE, Part, PartWriter, read_part
from wdmd_tools.pipeline.plan import RecordingPlan
from wdmd_tools.protocol import Protocol

FOLDER = ".build"
_TOOLS = ("av", "ffmpeg-python", "imageio-ffmpeg", "mediapipe", "numpy", "opencv-contrib-python",
          "pyarrow", "pympi-ling")  # fmt: skip


def tool_versions() -> dict[str, str]:
    """Versions of this program and of what decodes, finds faces and encodes."""
    import platform

    from wdmd_tools import __version__

    found = {"wdmd_tools": __version__, "python": platform.python_version()}
    for name in _TOOLS:
        with contextlib.suppress(ModuleNotFoundError):
            found[name] = version(name)
    return found


def recording_key(plan: RecordingPlan, config: BuildConfig, protocol: Protocol) -> str:
    """Hash of everything that the result of a recording depends on.

    Args:
        plan: The recording.
        config: Settings; those of the split and the limits do not matter here.
        protocol: Which tier means what.
    """
    versions = {k: v for k, v in tool_versions().items() if k != "python"}
    parts = {
        "schema": SCHEMA_VERSION,
        "tools": versions,
        "model": SHA256,
        "config": config.model_dump(mode="json", exclude={"split_seed", "limits"}),
        "protocol": protocol.model_dump(mode="json"),
        "recording": [plan.recording_id, plan.subject_id, plan.source_video, plan.time_origin_ms],
        "place": dataclasses.asdict(plan.place) if plan.place else None,
        "annotators": plan.annotators,
        "eaf": plan.eaf_hashes,
        "video": film_state(plan.video),
        **({"rate": str(plan.rate)} if plan.rate is not None else {}),
        **({"facts": plan.facts} if plan.facts else {}),
    }
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Journal:
    """The finished recordings of a dataset folder.

    Args:
        out: The dataset folder.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._parts = out / FOLDER / "parts"

    def is_done(self, recording_id: str, key: str) -> bool:
        """Whether a recording is finished under this key, and its crops are there whole.

        One that was given up for want of memory or time is not: another run may have more.
        """
        try:
            stored = json.loads((self._parts / recording_id / DONE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if stored.get("key") != key or stored.get("try_again"):
            return False
        crops: dict[str, int] = stored.get("crops", {})
        return all(_size(self._out / path) == size for path, size in crops.items())

    @contextlib.contextmanager
    def part(self, recording_id: str, key: str) -> Iterator[PartWriter]:
        """Write the part of a recording; it counts from the end of the block on, whole or not at all.

        Args:
            recording_id: The recording.
            key: See `recording_key`.

        Yields:
            Where its rows go.
        """
        folder = self._parts / recording_id
        (folder / DONE).unlink(missing_ok=True)
        with PartWriter(folder) as writer:
            yield writer
            writer.finish()
        crops = {path: _size(self._out / path) for path in writer.crop_paths}
        done: dict[str, Any] = {
            "key": key,
            "video_sha256": writer.video_sha256,
            "crops": crops,
            "problems": [asdict(problem) for problem in writer.problems],
            "try_again": writer.try_again,
        }
        atomic.write_json(folder / DONE, done)

    def load(self, recording_id: str) -> Part:
        """The part of a finished recording.

        Raises:
            ManifestError: It is damaged; delete the ``.build`` folder.
        """
        return read_part(self._parts / recording_id)

    def forget_others(self, recording_ids: set[str]) -> None:
        """Remove the parts of recordings that are no longer in the project, and half-written files."""
        for folder in sorted(self._parts.glob("*")) if self._parts.is_dir() else []:
            if folder.name not in recording_ids:
                shutil.rmtree(folder, ignore_errors=True)
        for pattern in (".tmp-*", "crops/.tmp-*", f"{FOLDER}/parts/*/.tmp-*"):
            for leftover in self._out.glob(pattern):
                leftover.unlink(missing_ok=True)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


@contextlib.contextmanager
def lock_folder(out: Path) -> Iterator[None]:
    """Hold a dataset folder for one build; released by the system when the process dies.

    Args:
        out: The dataset folder, made if need be.

    Raises:
        ConfigError: Another build is running there.
    """
    path = out / FOLDER / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as stream:
        if not _try_lock(stream):
            stream.seek(0)
            raise ConfigError(
                f"--out: another build (process {stream.read().strip() or '?'}) is writing {out}; "
                "wait for it, or choose another folder"
            )
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield


def _try_lock(stream: IO[str]) -> bool:
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
