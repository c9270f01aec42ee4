"""The frames of one twin video as picture files; a folder is either whole or absent."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from wdmd_tools.errors import WdmdError, describe_os_error
from wdmd_tools.synth.head import Head, build_head
from wdmd_tools.synth.identity import draw_identity
from wdmd_tools.synth.raster import ByteArray
from wdmd_tools.synth.render import Renderer
from wdmd_tools.synth.twins.model import TwinVideo
from wdmd_tools.synth.twins.motion import move

_NOISE = 2.0
_JPEG_QUALITY = 92
_CUT_OFF = 100
"""Bytes left of a file that is to be unreadable: less than the header of a picture."""


class Studio:
    """Renders videos; keeps the last subject's head, since building one takes a second.

    Args:
        seed: Of the twin.
        size: Width and height of the pictures.
    """

    def __init__(self, seed: int, size: int) -> None:
        self._seed = seed
        self._size = size
        self._person: tuple[int, Head, float] | None = None

    def shoot(
        self,
        video: TwinVideo,
        person: int,
        take: int,
        fps: float,
        out: Path,
        on_frame: Callable[[], None],
    ) -> bool:
        """Write the frames of a video below `out`.

        Args:
            video: What to show.
            person: 0-based number of the subject, chooses the face.
            take: 0-based number of the video, varies the background movement.
            fps: Frames per second.
            out: Folder of the twin.
            on_frame: Called after each frame.

        Returns:
            Whether anything was rendered; a folder that is there is kept.

        Raises:
            WdmdError: A file could not be written.
        """
        folder = out / video.folder
        if folder.exists():
            for _ in video.numbers:
                on_frame()
            return False
        temporary = folder.with_name(f".tmp-{folder.name}")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            self._render(video, person, take, fps, temporary, on_frame)
            if video.depth:
                _write_depth(video, out / video.depth, self._size)
            temporary.rename(folder)
        except OSError as error:
            raise WdmdError(describe_os_error(error, folder)) from error
        return True

    def _render(
        self,
        video: TwinVideo,
        person: int,
        take: int,
        fps: float,
        folder: Path,
        on_frame: Callable[[], None],
    ) -> None:
        head, asymmetry = self._head_of(person)
        renderer = Renderer(head, _NOISE, self._seed * 1000 + take)
        course = move(video, fps, self._size, self._seed * 1000 + take, asymmetry)
        for number in video.numbers:
            at = number - video.numbers[0]
            clean = renderer.rgb(
                course.coefficients[at],
                float(course.aperture[at]),
                float(course.closure[at]),
                course.poses[at],
            )
            seen = renderer.camera(clean, course.gains[at])
            code = cv2.COLOR_YUV2GRAY_I420 if video.gray else cv2.COLOR_YUV2BGR_I420
            picture = np.asarray(cv2.cvtColor(seen, code), np.uint8)
            _write(folder / video.name(number), picture, whole=number not in video.broken)
            on_frame()

    def _head_of(self, person: int) -> tuple[Head, float]:
        if self._person is None or self._person[0] != person:
            identity = draw_identity(self._seed, person)
            self._person = (person, build_head(identity, self._size), identity.asymmetry)
        return self._person[1], self._person[2]


def _write(path: Path, picture: ByteArray, *, whole: bool) -> None:
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if path.suffix == ".jpg" else []
    done, data = cv2.imencode(path.suffix, picture, options)
    if not done:
        raise WdmdError(f"{path}: OpenCV could not encode the picture")
    path.write_bytes(data.tobytes() if whole else data.tobytes()[:_CUT_OFF])


def _write_depth(video: TwinVideo, folder: Path, size: int) -> None:
    """One flat 16-bit picture under every number: nobody reads it, but it is there in the release."""
    folder.mkdir(parents=True, exist_ok=True)
    flat = np.full((size // 4, size // 4), 800, np.uint16)
    data = cv2.imencode(".png", flat)[1].tobytes()
    for number in video.numbers:
        (folder / f"{number}.png").write_bytes(data)
