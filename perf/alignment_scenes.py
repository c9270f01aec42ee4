"""Films of a synthetic head whose movement is known exactly, for perf/alignment.py.

Every film has a twin: the same head and head movement, other noise, without the micro-expressions.
"""

import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from wdmd_tools.faces.align import RIGID
from wdmd_tools.faces.landmarks import FaceLandmarker
from wdmd_tools.intervals import Interval
from wdmd_tools.synth.action_units import CHANNEL_INDEX, CHANNELS
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.encode import open_encoder
from wdmd_tools.synth.head import Head, build_head
from wdmd_tools.synth.identity import draw_identity, to_frame_pixels
from wdmd_tools.synth.render import Pose, Renderer
from wdmd_tools.synth.script import Script, SynthEvent
from wdmd_tools.synth.timecourse import raised_cosine, trace
from wdmd_tools.video.decode import iter_frames
from wdmd_tools.video.probe import probe

Image = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

FPS, SIZE, FRAMES = 60, 360, 210
UNITS = ("12", "4", "1", "14", "6", "9")
"""Action units of the micro-expressions, one after another, both sides; 6 and 9 are the hard ones: they
pull at the eye corners and at the root of the nose, which alignment takes for rigid."""

ME_FRAMES, FIRST_ME, ME_EVERY = 21, 9, 33
"""0.35 s each."""

SCENES = ("still", "slow", "speech", "nods")
"""A still head; one that sways; one that talks and sways more; one that sways, nods and turns."""


@dataclass(frozen=True)
class Film:
    """One film as the camera, the codec and the landmarker give it, and the truth.

    Args:
        frames: F decoded pictures, (S, S, 3) RGB.
        clean: The same frames before camera and codec, with the head at rest: only expressions move it.
        rigid: (F, R, 2) where the points that no expression moves are, px.
        moved: (U, F, 2) where the most moved point of each unit of `UNITS` is, px.
        rest_moved: (U, 2) where these points are in the head at rest, px.
        marks: (F, K, 2) landmarks of `RIGID`, filtered over time by MediaPipe.
        raw_marks: The same, every frame on its own.
    """

    frames: list[Image]
    clean: list[Image]
    rigid: FloatArray
    moved: FloatArray
    rest_moved: FloatArray
    marks: FloatArray
    raw_marks: FloatArray


def make_film(
    scene: str,
    subject: int,
    amplitude: float,
    model: Path,
    *,
    noise: float,
    crf: int,
    unfiltered: bool = False,
) -> Film:
    """Render, encode, decode, find landmarks.

    Args:
        scene: One of `SCENES`.
        subject: Number of the synthetic person.
        amplitude: Displacement of the micro-expressions, shares of the inter-ocular distance; 0: none.
        model: The landmarker's file.
        noise: Camera noise, standard deviation in grey levels.
        crf: Quality of H.264, 0 is lossless.
        unfiltered: Whether landmarks are also found without MediaPipe's filter.
    """
    config = SynthConfig(
        recordings=1,
        subjects=1,
        fps=FPS,
        seconds=FRAMES / FPS,
        seed=subject,
        noise=noise,
        crf=crf,
    )
    head = build_head(draw_identity(7, subject), SIZE)
    # Twins have noise of their own: a common pattern would pull their registration to zero.
    renderer = Renderer(head, config.noise, 2 * subject + (amplitude > 0))
    coefficients, aperture, poses = _movement(scene, config, subject)
    anchors = np.stack([_anchor(renderer, unit) for unit in UNITS])
    points = np.concatenate([_rigid_points(head), anchors])
    expressions = _expressions(amplitude)
    clean, places = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with open_encoder(path, SIZE, Fraction(FPS), config.crf) as sink:
            for number in range(FRAMES):
                given = coefficients[number] + expressions[number]
                frame = renderer.rgb(given, float(aperture[number]), 0.0, poses[number])
                sink.write(renderer.camera(frame, np.ones(3, np.float32)))
                places.append(_forward(renderer.source_of(given, poses[number]), points))
                clean.append(renderer.rgb(expressions[number]))
        frames = [frame.rgb() for frame in iter_frames(path, probe(path).table)]
    truth = np.stack(places)
    return Film(
        frames,
        clean,
        truth[:, : -len(UNITS)],
        truth[:, -len(UNITS) :].swapaxes(0, 1),
        anchors,
        _landmarks(frames, model, filtered=True),
        _landmarks(frames, model, filtered=False) if unfiltered else np.empty(0),
    )


def me_span(unit: int) -> slice:
    """Frames of the micro-expression number `unit` of `UNITS`."""
    start = FIRST_ME + ME_EVERY * unit
    return slice(start, start + ME_FRAMES)


def _movement(
    scene: str, config: SynthConfig, subject: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], tuple[Pose, ...]]:
    """Movement of the face apart from micro-expressions, opening of the lips, pose of the head."""
    length = Interval(0, config.duration_ms)
    events = []
    if scene == "speech":
        events.append(SynthEvent("speech", length, None, "", (), "both", 0.0, "speaking"))
    if scene == "nods":
        for number, start in enumerate(range(200, length.end_ms - 900, 900)):
            kind = ("nod", "turn")[number % 2]
            span = Interval(start, start + 800)
            events.append(SynthEvent(kind, span, start + 400, "", (), "right", 7.0, "listening"))
    course = trace(config, Script(length.end_ms, ((length, scene),), tuple(events)), subject, 0.0)
    if scene == "speech":
        return course.coefficients, course.aperture, course.poses
    still = np.zeros_like(course.coefficients)
    poses = (Pose(),) * len(course.poses) if scene == "still" else course.poses
    return still, np.zeros_like(course.aperture), poses


def _expressions(amplitude: float) -> npt.NDArray[np.float32]:
    values = np.zeros((FRAMES, len(CHANNELS)), np.float32)
    times = np.arange(FRAMES, dtype=np.float32)
    for number, unit in enumerate(UNITS):
        span = me_span(number)
        apex = span.start + 0.45 * ME_FRAMES
        course = amplitude * raised_cosine(times, span.start, apex, span.stop)
        for side in ("left", "right"):
            values[:, CHANNEL_INDEX[unit, side]] += course
    return values


def _rigid_points(head: Head) -> FloatArray:
    """Corners of the eyes, root, bridge and tip of the nose, forehead; px of the head at rest."""
    marks = head.landmarks
    eyes = [marks[f"eye_{side}_upper"][end] for side in ("left", "right") for end in (0, -1)]
    tip = marks["nose_tip"][0]
    nose = [(0.0, 0.0), (0.0, 0.3), tip]
    return to_frame_pixels(np.array([*eyes, *nose, marks["forehead"][0]], np.float32), SIZE).astype(
        np.float64
    )


def _anchor(renderer: Renderer, unit: str) -> FloatArray:
    """The point that an action unit moves most on the left of the picture, px of the head at rest."""
    one = np.zeros(len(CHANNELS), np.float32)
    one[CHANNEL_INDEX[unit, "left"]] = 0.02
    length = np.linalg.norm(renderer.source_of(one) - renderer.source_of(0 * one), axis=-1)
    row, column = np.unravel_index(int(np.argmax(length)), length.shape)
    return np.array([column, row], np.float64)


def _forward(source: npt.NDArray[np.float32], points: FloatArray) -> FloatArray:
    """Where points of the head at rest lie in the frame: `source` inverted by fixed-point steps."""
    # Not by cv2.remap, which rounds places to 1/32 px.
    planes = [source[..., axis].astype(np.float64) for axis in (0, 1)]
    found = points.copy()
    for _ in range(15):
        there = [map_coordinates(plane, found.T[::-1], order=1) for plane in planes]
        found = found - (np.stack(there, axis=-1) - points)
    return found


def _landmarks(frames: list[Image], model: Path, *, filtered: bool) -> FloatArray:
    points = np.full((len(frames), len(RIGID), 2), np.nan)
    with FaceLandmarker(model, video=filtered) as landmarker:
        for index, frame in enumerate(frames):
            face = landmarker.find(frame, index * 1000 // FPS)
            if face is not None:
                points[index] = face.points[list(RIGID)]
    return points
