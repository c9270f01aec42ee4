"""How large is the face, and does it look at the camera? Measured on a few frames of a film."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from wdmd_tools.faces.follow import FaceFollower
from wdmd_tools.screen.technical import TechnicalConfig, TechnicalFinding
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.probe import probe


@dataclass(frozen=True, slots=True)
class FaceSample:
    """The most visible face of one frame.

    Args:
        time_ms: Of the frame, in the film.
        width_px: Of the face, px of the film; `None` without a face.
        yaw_deg: Head yaw; `None` without a face.
    """

    time_ms: int
    width_px: float | None = None
    yaw_deg: float | None = None


def sample_faces(path: Path, model_file: Path, count: int) -> list[FaceSample]:
    """Look for a face in frames spread evenly over a film.

    Args:
        path: The video.
        model_file: ``face_landmarker.task``.
        count: How many frames, fewer in a shorter film.

    Raises:
        VideoError: It cannot be read.
    """
    table = probe(path).table
    wanted = min(count, len(table))
    samples = []
    for number in range(wanted):
        index = (2 * number + 1) * len(table) // (2 * wanted)
        for frame in iter_frames(path, table, index, index + 1):
            at = int(table.floor_ms[index])
            # The frames lie far apart: each is searched anew.
            with FaceFollower(model_file) as follower:
                face = follower.find(frame, 0)
            if face is None:
                samples.append(FaceSample(at))
                continue
            width = float(face.points[:, 0].max() - face.points[:, 0].min())
            samples.append(FaceSample(at, round(width, 1), round(face.yaw, 1)))
    return samples


def face_findings(
    samples: Sequence[FaceSample], end_ms: int, config: TechnicalConfig
) -> list[TechnicalFinding]:
    """What is wrong with the faces of a film.

    Args:
        samples: From `sample_faces`.
        end_ms: Length of the film.
        config: Thresholds.
    """
    widths = [one.width_px for one in samples if one.width_px is not None]
    yaws = [abs(one.yaw_deg) for one in samples if one.yaw_deg is not None]
    found = []
    if samples and len(widths) < config.face_share * len(samples):
        text = f"a face in {len(widths)} of {len(samples)} frames that were looked at"
        found.append(TechnicalFinding("no-face", 0, end_ms, text))
    if widths and median(widths) < config.min_face_px:
        text = f"the face is {median(widths):.0f} px wide, {config.min_face_px} are advised"
        found.append(TechnicalFinding("small-face", 0, end_ms, text))
    turned = sum(yaw > config.max_yaw_deg for yaw in yaws)
    if yaws and 2 * turned > len(yaws):
        text = (
            f"turned by more than {config.max_yaw_deg:g} degrees in {turned} of {len(yaws)} frames"
        )
        found.append(TechnicalFinding("pose", 0, end_ms, text))
    return found
