"""A face whose landmarks are known without a face model: the portrait behind `wdmd demo`."""

import json
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
from projects import Frames, write_film

from wdmd_tools.synth.injection.mesh import MESH
from wdmd_tools.synth.injection.track import FaceCourse, course_of

CORNER = (100, 0)
"""x and y of the first pixel of `projects.portrait` in the photograph."""


def portrait_points(scale: float = 1.0) -> npt.NDArray[np.float64]:
    """The points of `MESH` in px of `projects.portrait`, (N, 2).

    Args:
        scale: Of a picture enlarged by this factor.
    """
    text = resources.files("wdmd_tools.synth").joinpath("portrait_landmarks.json").read_text()
    named = json.loads(text)["points"]
    # The landmarks 13 and 14 are the middles of the inner lips.
    named["inner_lips"] = [named["mouth_inner_upper"][5], named["mouth_inner_lower"][5]]
    points = np.array([point for name in MESH for point in named[name]])
    return (points - CORNER + 0.5) * scale - 0.5


def still_course(points: npt.NDArray[np.float64], count: int, fps: float = 30) -> FaceCourse:
    """A face that does not move for `count` frames."""
    course = np.repeat(points[None], count, axis=0)
    return course_of(course, np.zeros((count, 2)), np.zeros(count, np.int32), fps)


def still_film(path: Path, picture: Frames, count: int, fps: int = 30) -> Path:
    """A film of one picture."""
    return write_film(path, np.repeat(picture[None], count, axis=0), fps)
