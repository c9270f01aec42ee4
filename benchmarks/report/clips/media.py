"""Pictures and films of crops that a browser shows; a file that exists is right and is not made again.

A name holds a hash of the crop's hash, the frames and the way of drawing.
"""

import hashlib
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import cv2

from benchmarks.report.clips.model import ClipCase, Media, Strip
from wdmd_tools import atomic
from wdmd_tools.errors import WdmdError
from wdmd_tools.report.sheets import CELL_PX, draw_row
from wdmd_tools.report.text import file_stem
from wdmd_tools.video.ffmpeg import ffmpeg_binary

_QUALITY = 75
_CRF = 26
_FILM = ("-c:v", "libx264", "-profile:v", "main", "-pix_fmt", "yuv420p", "-preset", "veryfast",
         "-crf", str(_CRF), "-g", "12", "-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2", "-an",
         "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-threads", "1",
         "-movflags", "+faststart", "-f", "mp4")  # fmt: skip
"""H.264 in MP4, as Chromium, Firefox and Safari play it; a key frame every twelve, to seek quickly."""

_OWN = re.compile(r"[a-z0-9_-]+\.[0-9a-f]{12}\.(?:mp4|(\d+)x(\d+)\.webp)")


class MediaFolder:
    """The folder of pictures and films of one table.

    Args:
        root: The dataset folder.
        folder: Where the files go.
        inside: Folders in which a crop may lie; `root` when empty.
        films: Whether films are made.
    """

    def __init__(
        self, root: Path, folder: Path, *, films: bool = True, inside: Sequence[Path] = ()
    ) -> None:
        self._inside = [one.resolve() for one in inside or (root,)]
        self._root, self._folder, self._films = root.resolve(), folder, films
        self._found = {
            _stem(path.name): path.name for path in folder.glob("*") if _OWN.fullmatch(path.name)
        }
        self._shown: set[str] = set()

    def of_clip(self, case: ClipCase) -> Media:
        """Make what is not there yet.

        Args:
            case: The clip; a damaged or absent crop is told in `Media.problem`.
        """
        crop = (self._root / case.crop_path).resolve()
        if not any(crop.is_relative_to(one) for one in self._inside):
            return Media(problem="its crop_path leaves the dataset folder")
        if not crop.is_file():
            return Media(problem="its crop video is not here")
        try:
            pictures = tuple(self._picture(case, crop, strip) for strip in case.strips)
            film = self._film(case, crop) if self._films else ""
        except (WdmdError, ValueError) as error:
            return Media(problem=str(error).replace(str(crop), crop.name))
        return Media(pictures, film)

    def remove_stale(self) -> int:
        """Delete files of earlier pages that no page shows; others are left alone.

        Returns:
            How many were deleted.
        """
        stale = set(self._found.values()) - self._shown
        for name in stale:
            (self._folder / name).unlink(missing_ok=True)
        return len(stale)

    def _picture(self, case: ClipCase, crop: Path, strip: Strip) -> tuple[str, int, int]:
        frames = [cell.frame for cell in strip.row.cells]
        stem = f"{file_stem(case.clip_id)}.{_key(case, f'{frames} {CELL_PX} {_QUALITY}')}"
        name = self._found.get(stem)
        if name is None:
            picture = draw_row(crop, strip.row)
            height, width = picture.shape[:2]
            name = f"{stem}.{width}x{height}.webp"
            settings = [cv2.IMWRITE_WEBP_QUALITY, _QUALITY]
            bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
            ok, data = cv2.imencode(".webp", bgr, settings)
            if not ok:
                raise ValueError("a picture could not be encoded as WebP")
            atomic.write_bytes(self._folder / name, data.tobytes())
            self._found[stem] = name
        self._shown.add(name)
        match = _OWN.fullmatch(name)
        width, height = (int(match[1]), int(match[2])) if match else (0, 0)
        return name, width, height

    def _film(self, case: ClipCase, crop: Path) -> str:
        name = f"{file_stem(case.clip_id)}.{_key(case, ' '.join(_FILM))}.mp4"
        if _stem(name) not in self._found:
            temporary = self._folder / f".{name}.part"
            self._folder.mkdir(parents=True, exist_ok=True)
            encode_film(crop, temporary)
            temporary.replace(self._folder / name)
            self._found[_stem(name)] = name
        self._shown.add(name)
        return name


def encode_film(crop: Path, path: Path) -> None:
    """Encode a crop video as MP4 for browsers.

    Args:
        crop: A file under ``crops/``.
        path: To write, replaced if there.

    Raises:
        ValueError: ffmpeg could not.
    """
    command = [ffmpeg_binary(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-format_whitelist", "matroska,webm", "-protocol_whitelist", "file"]
    command += ["-i", f"file:{crop.absolute()}", *_FILM, f"file:{path.absolute()}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        path.unlink(missing_ok=True)
        lines = done.stderr.strip().splitlines()
        reason = lines[-1] if lines else "no message"
        raise ValueError(f"the film could not be encoded: {reason}")


def _stem(name: str) -> str:
    """What a file is of: its name without the size of a picture."""
    return name if name.endswith(".mp4") else name.rsplit(".", 2)[0]


def _key(case: ClipCase, drawing: str) -> str:
    text = f"{case.clip_id} {case.crop_path} {case.crop_sha256} {drawing}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
