"""Find the video that an ELAN file was annotated on.

MEDIA_URL is what it was on the annotator's machine: ``file:///U:/films/a.mp4``, an empty string, a
relative path out of the tree. It is never opened. Only its last part is looked up among the files under
``--videos``:

    1. the name as written     2. percent-decoded     3. in Unicode form NFC
    4. where nothing fits: a video with the stem of the ELAN file (``film.A1.eaf`` -> ``film.mp4``)

The hit must be the only one and lie inside the folder, symbolic links followed.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from wdmd_tools.annotations import AnnotationDocument, MediaDescriptor, Problem
from wdmd_tools.errors import ConfigError

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg"}
    | {".ts", ".mts", ".m2ts", ".wmv", ".flv", ".ogv", ".mxf"}
)
"""Files under ``--videos`` that count as videos."""


@dataclass(frozen=True, slots=True)
class MediaMatch:
    """A video, and how it belongs to the document.

    Args:
        path: The video.
        time_origin_ms: TIME_ORIGIN of the descriptor that named it; 0 when found by stem.
    """

    path: Path
    time_origin_ms: int


class MediaIndex:
    """The videos under a folder, by name.

    Args:
        root: A folder, or one video file.

    Raises:
        ConfigError: `root` does not exist, or holds no video.
    """

    def __init__(self, root: Path) -> None:
        if not root.exists():
            raise ConfigError(f"--videos: {root}: no such file or folder")
        self.root = root if root.is_dir() else root.parent
        found = sorted(root.rglob("*")) if root.is_dir() else [root]
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        self.escaped: list[Path] = []
        inside = self.root.resolve()
        for path in found:
            hidden = any(part.startswith(".") for part in path.relative_to(self.root).parts)
            if hidden or path.suffix.lower() not in VIDEO_SUFFIXES or not path.is_file():
                continue
            if not path.resolve().is_relative_to(inside):
                self.escaped.append(path)
                continue
            self._by_name[_key(path.name)].append(path)
        if not self._by_name and not self.escaped:
            known = " ".join(sorted(VIDEO_SUFFIXES))
            raise ConfigError(f"--videos: {root}: no video here (looked for {known})")

    def __len__(self) -> int:
        return sum(len(paths) for paths in self._by_name.values())

    @property
    def paths(self) -> list[Path]:
        """All videos, sorted."""
        return sorted(path for paths in self._by_name.values() for path in paths)

    def find(self, document: AnnotationDocument) -> MediaMatch | Problem:
        """The video of a document.

        Args:
            document: As read.

        Returns:
            The only match, or why there is none.
        """
        for descriptor in _video_first(document.media):
            for name in _names(descriptor):
                hits = self._by_name.get(_key(name), [])
                if len(hits) == 1:
                    return MediaMatch(hits[0], descriptor.time_origin_ms)
                if hits:
                    return self._ambiguous(document, name, hits)
        stems = _stems(document.path)
        for stem in stems:
            hits = [path for path in self.paths if _key(path.stem) == _key(stem)]
            if len(hits) == 1:
                return MediaMatch(hits[0], 0)
            if hits:
                return self._ambiguous(document, stem, hits)
        return self._missing(document)

    def _ambiguous(self, document: AnnotationDocument, name: str, hits: list[Path]) -> Problem:
        listed = ", ".join(path.relative_to(self.root).as_posix() for path in hits)
        return Problem(
            "E_AMBIGUOUS_MEDIA",
            f"{len(hits)} videos fit {name!r}: {listed}",
            "rename or move all but one",
            str(document.path),
        )

    def _missing(self, document: AnnotationDocument) -> Problem:
        wanted = [name for media in document.media for name in _names(media)[:1] if name]
        named = ", ".join(repr(name) for name in dict.fromkeys(wanted)) or "no medium"
        outside = [p for p in self.escaped if any(_key(p.name) == _key(name) for name in wanted)]
        if outside:
            return Problem(
                "E_MEDIA_OUTSIDE",
                f"{outside[0].name!r} is a link to a file outside of {self.root}",
                "copy the video into the folder, or give the folder where it is as --videos",
                str(document.path),
            )
        present = [path.name for path in self.paths]
        some = ", ".join(present[:5]) + (
            f" and {len(present) - 5} more" if len(present) > 5 else ""
        )
        return Problem(
            "E_NO_MEDIA",
            f"the file names {named}, which is not under {self.root} (there: {some or 'nothing'})",
            "put the video there under that name, or name it like the ELAN file",
            str(document.path),
        )


def _video_first(media: Sequence[MediaDescriptor]) -> list[MediaDescriptor]:
    return sorted(media, key=lambda descriptor: not descriptor.mime_type.startswith("video/"))


def _names(descriptor: MediaDescriptor) -> list[str]:
    """Last part of the addresses: raw, then percent-decoded; backslashes separate too."""
    names = []
    for url in (descriptor.media_url, descriptor.relative_media_url):
        raw = url.replace("\\", "/").rsplit("/", 1)[-1]
        for name in (raw, unquote(raw).replace("\\", "/").rsplit("/", 1)[-1]):
            if name and name not in names and "\x00" not in name:
                names.append(name)
    return names


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _stems(path: Path) -> list[str]:
    """``film.A1.eaf`` -> ``film.A1``, ``film``."""
    stem = path.stem
    return [stem, *([stem.rsplit(".", 1)[0]] if "." in stem else [])]
