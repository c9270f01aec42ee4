"""One person in one shot of a clip: landmarks, and the regions that the crops are cut from."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from wdmd_tools.faces.align import RIGID
from wdmd_tools.faces.choose import Candidate
from wdmd_tools.faces.landmarks import Face
from wdmd_tools.faces.picture import Image, Picture, Region, around
from wdmd_tools.faces.spool import RegionSpool

FloatArray = npt.NDArray[np.float64]

_LIPS = (13, 14)
_EYES = (33, 263)
_INNER_MOUTH = frozenset((13, 14, 78, 308, 80, 81, 82, 87, 88, 95, 178, 191, 310, 311, 312, 317, 318,
                          324, 402, 415))  # fmt: skip
SKIN = tuple(index for index in range(0, 468, 3) if index not in _INNER_MOUTH)
"""Every third landmark but those that the open mouth uncovers: where brightness is sampled."""


class Strand:
    """A track within its shot; a context manager would outlive it, so call `close`.

    Args:
        shot: Number of the shot.
        folder: For temporary files.
        limit: Bytes of regions kept in memory.
        reach: How far regions reach beyond the landmarks, in sizes of their box.
    """

    def __init__(self, shot: int, folder: Path, limit: int, reach: float) -> None:
        self.shot = shot
        self.numbers: list[int] = []
        self.spool = RegionSpool(folder, limit)
        self.last_seen = -1
        self._reach = reach
        self._region: Region | None = None
        self._rows: dict[int, FloatArray] = {}
        self._skin: dict[int, npt.NDArray[np.uint8]] = {}

    def close(self) -> None:
        """Forget the regions."""
        self.spool.close()

    def put(self, number: int, frame: Picture, face: Face | None) -> None:
        """Take the next frame of the clip; without a face the region stays where it was.

        Args:
            number: Of the frame in the clip.
            frame: The frame.
            face: This person's, if found.
        """
        if face is not None:
            self._region = around(face, frame.size, self._reach)
            self.last_seen = number
        if self._region is None:
            return
        picture = frame.rgb(self._region)
        self.spool.put(picture, self._region[:2])
        self.numbers.append(number)
        if face is not None:
            self._rows[number] = _summary(face, frame.size)
            self._skin[number] = _sample(picture, face, self._region)

    def rows(self, first: int, stop: int) -> FloatArray:
        """What was found in frames ``[first, stop)`` of the clip, (S, 2 K + 9); NaN where nothing.

        The columns: rigid points, box, pose, share outside, opening of the lips.

        Args:
            first: Of the shot.
            stop: After the shot.
        """
        table = np.full((stop - first, 2 * len(RIGID) + 9), np.nan)
        for number, row in self._rows.items():
            table[number - first] = row
        return table

    def skin(self, first: int, stop: int) -> FloatArray:
        """Brightness at `SKIN`, (S, P) with NaN where no face was found.

        Args:
            first: Of the shot.
            stop: After the shot.
        """
        table = np.full((stop - first, len(SKIN)), np.nan)
        for number, row in self._skin.items():
            table[number - first] = row
        return table

    def candidate(self, first: int, stop: int) -> Candidate:
        """This person, to be chosen from.

        Args:
            first: Of the shot.
            stop: After the shot.
        """
        rows = self.rows(first, stop)
        boxes = 2 * len(RIGID)
        return Candidate(rows[:, boxes : boxes + 4], rows[:, -1])


def _summary(face: Face, size: tuple[int, int]) -> FloatArray:
    points = face.points
    outside = (points < 0).any(axis=1) | (points >= size).any(axis=1)
    eyes = float(np.linalg.norm(points[_EYES[0]] - points[_EYES[1]])) or 1.0
    opening = float(np.linalg.norm(points[_LIPS[0]] - points[_LIPS[1]])) / eyes
    return np.concatenate(
        [
            points[list(RIGID)].ravel(),
            points.min(axis=0),
            points.max(axis=0),
            [face.yaw, face.pitch, face.roll, outside.mean(), opening],
        ]
    )


def _sample(picture: Image, face: Face, region: Region) -> npt.NDArray[np.uint8]:
    """Brightness at the skin landmarks; green stands for it, being most of it."""
    places = np.round(face.points[list(SKIN)] - region[:2]).astype(int)
    x = places[:, 0].clip(0, picture.shape[1] - 1)
    y = places[:, 1].clip(0, picture.shape[0] - 1)
    samples: npt.NDArray[np.uint8] = picture[y, x, 1]
    return samples
