"""Is a film good enough to see a micro-expression in, and where are its cuts?

    frame      0  1  2  3  4  5  6  7        60 frames per second in the file,
    picture    A  A  B  B  C  C  D  D        30 in the camera: every second frame repeats the one before
    repeats       x     x     x     x

A repeated frame is not exactly equal after compression, so a frame counts as a repeat when its mean
difference to the one before is far below that of its neighbours.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from wdmd_tools.video.differences import FrameDifferences, frame_differences
from wdmd_tools.video.probe import probe


class TechnicalConfig(BaseModel):
    """Thresholds of the technical screening.

    Args:
        min_height: Lines; the paper's own material has 1080.
        min_fps: Frames per second; the paper's has 60.
        repeat_share: From this share of repeated frames on a film is reported.
        repeat_level: A repeat differs by less than this share of the typical difference.
        cut_score: Scene score, 0 to 100, that makes a shot cut.
        face_samples: Frames in which a face is looked for; 0 for none.
        face_share: Below this share of them with a face the film is reported.
        min_face_px: Width of the face; in a narrower one an ME moves less than a pixel.
        max_yaw_deg: Beyond it half of the face is hidden.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_height: int = Field(default=1080, ge=0)
    min_fps: float = Field(default=60.0, ge=0)
    repeat_share: float = Field(default=0.1, gt=0, le=1)
    repeat_level: float = Field(default=0.1, gt=0, lt=1)
    cut_score: float = Field(default=10.0, gt=0, le=100)
    face_samples: int = Field(default=8, ge=0, le=1000)
    face_share: float = Field(default=0.5, ge=0, le=1)
    min_face_px: int = Field(default=150, ge=0)
    max_yaw_deg: float = Field(default=45.0, gt=0)


@dataclass(frozen=True, slots=True)
class TechnicalFinding:
    """One thing a person should know about a film.

    Args:
        rule: ``resolution``, ``frame-rate``, ``variable-rate``, ``repeated-frames``,
            ``cut``, ``no-face``, ``small-face`` or ``pose``.
        start_ms: Where it begins in the film.
        end_ms: Where it ends, exclusive.
        text: What was measured, one line.
    """

    rule: str
    start_ms: int
    end_ms: int
    text: str


def screen_film(path: Path, config: TechnicalConfig | None = None) -> list[TechnicalFinding]:
    """Measure a film and say what is wrong with it.

    Args:
        path: The video.
        config: Thresholds.

    Returns:
        Findings: first those of the whole film, then its cuts by time.

    Raises:
        VideoError: It cannot be read.
    """
    config = config or TechnicalConfig()
    info = probe(path)
    table, fps = info.table, float(info.table.fps)
    end = int(table.end_ms)
    found = []
    if info.height < config.min_height:
        text = f"{info.width}x{info.height}, {config.min_height} lines are advised"
        found.append(TechnicalFinding("resolution", 0, end, text))
    if fps < config.min_fps - 0.1:
        text = f"{fps:.4g} frames per second, {config.min_fps:g} are advised"
        found.append(TechnicalFinding("frame-rate", 0, end, text))
    steps = np.diff(np.asarray(table.floor_ms))
    if len(steps) and steps.max() > 1.5 * np.median(steps) + 1:
        text = f"frames lie {int(steps.min())} to {int(steps.max())} ms apart"
        found.append(TechnicalFinding("variable-rate", 0, end, text))
    measured = frame_differences(path)
    repeats = repeated_frames(measured, config.repeat_level)
    share = float(repeats[1:].mean()) if len(repeats) > 1 else 0.0
    if share >= config.repeat_share:
        found.append(TechnicalFinding("repeated-frames", 0, end, _repeat_text(repeats, share, fps)))
    count = len(table)
    for frame in shot_cuts(measured, config.cut_score):
        if frame < count:
            at = int(table.floor_ms[frame])
            after = int(table.floor_ms[frame + 1]) if frame + 1 < count else end
            score = measured.scene[frame]
            found.append(TechnicalFinding("cut", at, after, f"scene score {score:.1f} of 100"))
    return found


def repeated_frames(measured: FrameDifferences, level: float) -> npt.NDArray[np.bool_]:
    """Frames that show the picture of the frame before, (T,) bool; the first is none.

    Args:
        measured: Differences.
        level: Share of the typical difference, the 75th percentile of the film, below which a frame
            repeats. A film without any movement repeats everywhere.
    """
    typical = float(np.quantile(measured.mean[1:], 0.75)) if len(measured.mean) > 1 else 0.0
    repeats: npt.NDArray[np.bool_] = measured.mean <= level * typical
    repeats[:1] = False
    return repeats


def shot_cuts(measured: FrameDifferences, score: float) -> list[int]:
    """First frames of new shots.

    Args:
        measured: Differences.
        score: Least scene score.
    """
    return [int(frame) for frame in np.flatnonzero(measured.scene >= score) if frame > 0]


def repeat_pattern(repeats: npt.NDArray[np.bool_]) -> tuple[int, ...] | None:
    """How many times each picture is shown, as the shortest cycle: (2,) or (3, 2); `None` without one.

    Args:
        repeats: (T,) bool, as from `repeated_frames`.
    """
    starts = np.flatnonzero(~repeats)
    lengths = np.diff(starts)
    for period in (1, 2, 3, 4):
        if len(lengths) < 4 * period:
            return None
        cycle = lengths[:period]
        tiled = np.resize(cycle, len(lengths))
        if cycle.max() > 1 and (tiled == lengths).mean() >= 0.9:
            return tuple(int(length) for length in cycle)
    return None


def _repeat_text(repeats: npt.NDArray[np.bool_], share: float, fps: float) -> str:
    text = f"{100 * share:.0f} % of the frames repeat the one before"
    pattern = repeat_pattern(repeats)
    if pattern is not None:
        real = fps * len(pattern) / sum(pattern)
        cycle = ":".join(map(str, pattern))
        text += f" (pattern {cycle}: about {real:.4g} pictures per second in {fps:.4g})"
    return text
