"""Contact sheets: small pictures of the frames that matter, one WebP file per row.

A file's name holds a hash of the crop's hash, the frames and the way of drawing, so a file that exists is
right: nothing is drawn twice, and a report that was killed goes on where it stopped.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from wdmd_tools import atomic
from wdmd_tools.errors import WdmdError
from wdmd_tools.report.clip_view import CHANGE_GAIN
from wdmd_tools.report.model import ClipView, Picture, Sheet, SheetRow
from wdmd_tools.report.text import file_stem
from wdmd_tools.video.crops import read_crop_window

CELL_PX = 144
"""Side of a picture; smaller crops are shown as they are."""

_QUALITY = 80
_DRAWING = f"1 {CELL_PX} {_QUALITY} {CHANGE_GAIN}"
"""Changes whenever a picture of the same frames would."""

_OWN_FILE = re.compile(r"([a-z0-9_-]+\.[0-9a-f]{12})\.(\d+)x(\d+)\.webp")

Image = npt.NDArray[np.uint8]


class SheetFolder:
    """The folder of pictures; listed once, since it holds thousands.

    Args:
        root: The dataset folder.
        folder: Where the pictures go.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self._folder = root, folder
        self._shown: set[str] = set()
        self._found: dict[str, Picture] = {}
        for path in folder.glob("*.webp"):
            match = _OWN_FILE.fullmatch(path.name)
            if match:
                self._found[match[1]] = Picture(path.name, int(match[2]), int(match[3]))

    def sheet(self, clip: ClipView) -> Sheet:
        """Draw a clip's contact sheet, or find it drawn.

        Args:
            clip: The clip.
        """
        stems = [f"{file_stem(clip.clip_id)}.{_key(clip, row)}" for row in clip.rows]
        made = not all(stem in self._found for stem in stems)
        crop = (self._root / clip.crop_path).resolve()
        if made and not crop.is_relative_to(self._root.resolve()):
            return Sheet((), "its crop_path leaves the dataset folder", made=False)
        try:
            for stem, row in zip(stems, clip.rows, strict=True):
                if stem not in self._found:
                    self._found[stem] = _write(self._folder, stem, draw_row(crop, row))
        except (WdmdError, ValueError) as error:
            return Sheet((), _reason(str(error), crop), made=False)
        pictures = tuple(self._found[stem] for stem in stems)
        self._shown.update(picture.file for picture in pictures)
        return Sheet(pictures, "", made)

    def remove_stale(self) -> int:
        """Delete pictures of earlier reports that no page shows; other files are left alone.

        Returns:
            How many were deleted.
        """
        stale = [p.file for p in self._found.values() if p.file not in self._shown]
        for name in stale:
            (self._folder / name).unlink(missing_ok=True)
        return len(stale)


def draw_row(crop: Path, row: SheetRow) -> Image:
    """The cells of a row side by side, (H, W, 3) RGB.

    Args:
        crop: The crop video.
        row: Which frames; a cell without a frame is the change from the first cell to the second.

    Raises:
        ManifestError: The crop is absent, damaged or too short.
    """
    frames = {index: read_crop_window(crop, index, index + 1)[0] for index in set(row.frames)}
    cells = []
    for cell in row.cells:
        if cell.frame is None:
            picture = change(frames[row.frames[0]], frames[row.frames[1]])
        else:
            picture = frames[cell.frame]
        side = min(CELL_PX, picture.shape[0])
        cells.append(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))
    return np.concatenate(cells, axis=1).astype(np.uint8)


def change(first: Image, second: Image) -> Image:
    """Difference in luminance, magnified around mid-grey: brighter is white, darker black.

    Args:
        first: (H, W, 3) RGB.
        second: Of the same shape.
    """
    a, b = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.int32) for p in (first, second))
    grey = np.clip(128 + CHANGE_GAIN * (b - a), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _key(clip: ClipView, row: SheetRow) -> str:
    cells: Sequence[int | None] = [cell.frame for cell in row.cells]
    text = f"{_DRAWING} {clip.clip_id} {clip.crop_path} {clip.crop_sha256} {cells}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _write(folder: Path, stem: str, picture: Image) -> Picture:
    height, width = picture.shape[:2]
    name = f"{stem}.{width}x{height}.webp"
    settings = [cv2.IMWRITE_WEBP_QUALITY, _QUALITY]
    ok, data = cv2.imencode(".webp", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)
    if not ok:
        raise ValueError("the picture could not be encoded as WebP")
    atomic.write_bytes(folder / name, data.tobytes())
    return Picture(name, width, height)


def _reason(message: str, crop: Path) -> str:
    """An error without the absolute path: the same dataset gives the same page on every machine."""
    if not crop.is_file():
        return "its crop video is not here, as in an annotation-only release"
    return message.replace(str(crop), crop.name)
