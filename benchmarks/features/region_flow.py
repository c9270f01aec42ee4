"""Windows of a clip as BoostingVRME sees them: flow from a window's first frame to each later one.

    clip    |----------------------------------|
    windows |-------------|                       landmarks of the first frame ──► canvas, 18 regions
                   |-------------|                flow first ──► t, regions less the nose: 36 numbers
                          |-------------|         t = 0 is 0
                           |-----------|-|        the last one ends with the clip

When the nose moved by more than a px, the later frame is cut out anew where the head went, and the flow
computed again, up to three times.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.features.flow_methods import FlowFunction, FlowMethod, flow_function
from benchmarks.features.regions import (
    CHANNELS,
    NOSE_SHARE,
    Points,
    canvas_map,
    mapped,
    mean_of_largest,
    nose_box,
    region_boxes,
    region_motion,
)

UInt8 = npt.NDArray[np.uint8]
Half = npt.NDArray[np.float16]
FindPoints = Callable[[UInt8], Sequence[Points | None]]
"""From RGB pictures (N, H, W, 3) to the 68 landmarks of each, or `None` where there is no face."""

REGION_FLOW_VERSION = 1
"""Goes into the names of cache files; a change of the numbers' meaning bumps it."""

PUBLISHED_SIDE = 320
"""px of the published canvas; motion is given in px of it, whatever the canvas."""

MOST_SHIFTS = 3


@dataclass(frozen=True)
class RegionFlow:
    """What is computed of a clip; a `ClipFeature` with a row per window.

    Args:
        window: Frames of a window, even, of those that are left after `skip`.
        skip: Every so many frames one is used.
        side: Of the canvas, px.
        method: Of the flow.
        share: Of a region's vectors, the longest, that are averaged.
    """

    window: int
    skip: int = 1
    side: int = PUBLISHED_SIDE
    method: FlowMethod = "farneback"
    share: float = 0.2

    def __post_init__(self) -> None:
        if self.window < 2 or self.window % 2 or self.skip < 1 or not 0 < self.share <= 1:
            raise ValueError(f"Expected an even window and a share in (0, 1]: {self}.")

    @property
    def folder(self) -> str:
        """Folder of the cache files."""
        return "region-flow"

    def key(self, crop_sha256: str) -> str:
        """Name of the cache file of a crop."""
        facts = {"version": REGION_FLOW_VERSION, "crop": crop_sha256, "settings": asdict(self)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def compute(self, crop: Path) -> Half:
        """Features of the windows of a crop film.

        Returns:
            Shape (windows, window, 36), px of a canvas of 320.

        Raises:
            ManifestError: The crop is absent or damaged.
            MissingDependencyError: The landmark model is neither here nor to be had.
        """
        from benchmarks.features.face_points import first_frame_points
        from wdmd_tools.video.crops import read_crop

        return window_features(read_crop(crop)[:: self.skip], self, first_frame_points)


def window_starts(n_frames: int, window: int) -> list[int]:
    """First frames of windows that overlap by half.

    Args:
        n_frames: Of the clip, 1 or more.
        window: Frames of a window.

    Returns:
        0, half a window, ...; the last window ends with the clip. A clip shorter than a window has one.
    """
    if n_frames <= window:
        return [0]
    starts = list(range(0, n_frames - window + 1, window // 2))
    return starts if starts[-1] == n_frames - window else [*starts, n_frames - window]


def window_features(frames: UInt8, settings: RegionFlow, find: FindPoints) -> Half:
    """Features of the windows of a clip.

    Args:
        frames: Shape (T, H, W, 3), RGB, already thinned out.
        settings: Window, canvas, flow.
        find: Finds landmarks.

    Returns:
        Shape (windows, window, 36); a window without a face in its first frame is 0, and so is what lies
        after the end of a short clip.
    """
    import cv2

    starts = window_starts(len(frames), settings.window)
    grey = [np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), dtype=np.uint8) for one in frames]
    flow_of = flow_function(settings.method)
    found = np.zeros((len(starts), settings.window, CHANNELS), dtype=np.float16)
    for index, (start, points) in enumerate(zip(starts, find(frames[starts]), strict=True)):
        if points is not None:
            part = grey[start : start + settings.window]
            found[index, : len(part)] = one_window(part, points, settings, flow_of)
    return found


def one_window(
    grey: Sequence[UInt8], points: Points, settings: RegionFlow, flow_of: FlowFunction
) -> npt.NDArray[np.float32]:
    """Features of one window.

    Args:
        grey: N pictures (H, W).
        points: Landmarks in the first of them.
        settings: Canvas and share.
        flow_of: Flow between two pictures.

    Returns:
        Shape (N, 36), px of a canvas of 320; the first row is 0.
    """
    side = settings.side
    affine = canvas_map(points, side)
    placed = mapped(points, affine)
    boxes, nose = region_boxes(placed, side), nose_box(placed, side)
    first = cut_out(grey[0], affine, side)
    found = np.zeros((len(grey), CHANNELS), dtype=np.float32)
    # Where the head was a frame ago is where it is looked for first.
    shift = np.zeros(2)
    for t in range(1, len(grey)):
        for attempt in range(MOST_SHIFTS + 1):
            moved = affine.copy()
            moved[:, 2] -= shift
            flow = flow_of(first, cut_out(grey[t], moved, side))
            head = mean_of_largest(flow, nose, NOSE_SHARE)
            if float(head @ head) <= 1 or attempt == MOST_SHIFTS:
                break
            shift = shift + np.rint(head)
        found[t] = region_motion(flow, boxes, head, settings.share)
    return found * np.float32(PUBLISHED_SIDE / side)


def cut_out(picture: UInt8, affine: npt.NDArray[np.float64], side: int) -> UInt8:
    """A picture on the canvas; what lies outside repeats its edge.

    Args:
        picture: Shape (H, W).
        affine: See `canvas_map`.
        side: Of the canvas, px.
    """
    import cv2

    shown = cv2.warpAffine(
        picture,
        affine,
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(shown, dtype=np.uint8)
