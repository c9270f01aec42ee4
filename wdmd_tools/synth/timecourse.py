"""The script as movement per frame.

Expressions rise and fall as half cosines, onset to apex and apex to offset, with different lengths.
Speech is a train of syllables: the jaw opens, lip corners, lips and cheeks follow it, and the brows drift
slowly. Small unintended movement goes on all the time.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from wdmd_tools.synth.action_units import CHANNEL_INDEX, CHANNELS, SIDES, saturate
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.head import MAX_APERTURE
from wdmd_tools.synth.raster import FloatArray, f32
from wdmd_tools.synth.render import Pose
from wdmd_tools.synth.script import Script, SynthEvent


@dataclass(frozen=True)
class Timecourse:
    """Movement of one recording, T frames.

    Args:
        coefficients: (T, len(CHANNELS)) displacement of each AU and side in IOD.
        aperture: (T,) opening of the lips in IOD.
        closure: (T,) closing of the eyes, 0 to 1.
        poses: T head poses.
        gains: (T, 3) factor of red, green and blue.
    """

    coefficients: FloatArray
    aperture: FloatArray
    closure: FloatArray
    poses: tuple[Pose, ...]
    gains: FloatArray


def raised_cosine(times: FloatArray, onset: float, apex: float, offset: float) -> FloatArray:
    """A smooth rise from `onset` to `apex` and fall to `offset`, 0 outside, 1 at the apex.

    Args:
        times: Instants, in the unit of the other arguments.
        onset: First instant of movement.
        apex: Instant of the peak, between the two others.
        offset: Last instant of movement.
    """
    rise = np.clip((times - onset) / max(apex - onset, 1e-9), 0, 1)
    fall = np.clip((offset - times) / max(offset - apex, 1e-9), 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall)), np.float32)


def trace(config: SynthConfig, script: Script, index: int, asymmetry: float) -> Timecourse:
    """Turn a script into movement.

    Args:
        config: Settings.
        script: What happens.
        index: 0-based number of the recording, for the noise.
        asymmetry: How much stronger the right side moves, in [-0.25, 0.25].
    """
    rng = np.random.default_rng([config.seed, 37, index])
    fps = float(config.frame_rate)
    count = config.n_frames
    times = (np.arange(count) * 1000 / fps).astype(np.float32)
    coefficients = np.zeros((count, len(CHANNELS)), np.float32)
    for event in script.events:
        if event.kind in ("me", "macro", "beat"):
            _add_expression(coefficients, event, times, asymmetry, rng)
    aperture = _speak(coefficients, script, times, fps, rng)
    for channel in range(len(CHANNELS)):
        coefficients[:, channel] += 0.0012 * _drift(rng, count, fps, 0.7)
    closure = np.zeros(count, np.float32)
    for event in script.of_kind("blink"):
        span = _span(times, event.interval.start_ms, event.interval.end_ms)
        closure[span] = np.maximum(
            closure[span], _course(event, times[span]) * f32(event.amplitude_percent / 20)
        )
    poses = _move_head(script, times, fps, rng)
    return Timecourse(saturate(coefficients), aperture, closure, poses, _light(times, fps, rng))


def _span(times: FloatArray, start_ms: float, end_ms: float) -> slice:
    """The frames from just before `start_ms` to just after `end_ms`."""
    first, last = np.searchsorted(times, (start_ms, end_ms))
    return slice(max(int(first) - 1, 0), int(last) + 1)


def _course(event: SynthEvent, times: FloatArray) -> FloatArray:
    apex = event.interval.start_ms if event.apex_ms is None else event.apex_ms
    return raised_cosine(times, event.interval.start_ms, apex, event.interval.end_ms)


def _add_expression(
    coefficients: FloatArray,
    event: SynthEvent,
    times: FloatArray,
    asymmetry: float,
    rng: np.random.Generator,
) -> None:
    """Add one expression: its first AU at full size, the others a little less."""
    span = _span(times, event.interval.start_ms, event.interval.end_ms)
    course = _course(event, times[span])
    if event.kind == "macro":
        # Macro-expressions are held at their peak for a while; the smoother hides the corners.
        held = np.minimum(course * rng.uniform(1.15, 1.7), 1)
        course = f32(held * held * (3 - 2 * held))
    sides = SIDES if event.side == "both" else (event.side,)
    for number, unit in enumerate(event.action_units):
        weight = 1.0 if number == 0 else rng.uniform(0.65, 1.0)
        for side in sides:
            lean = 1 + (asymmetry if side == "right" else -asymmetry) if len(sides) == 2 else 1.0
            size = event.amplitude_percent / 100 * weight * lean
            coefficients[span, CHANNEL_INDEX[unit, side]] += f32(size) * course


def _drift(rng: np.random.Generator, count: int, fps: float, seconds: float) -> FloatArray:
    """Low-pass noise of unit variance with a correlation time of about `seconds`."""
    sigma = seconds * fps
    pad = int(4 * sigma) + 1
    noise = gaussian_filter1d(rng.standard_normal(count + 2 * pad), sigma)[pad : pad + count]
    return np.asarray(noise * np.sqrt(2 * np.sqrt(np.pi) * sigma), np.float32)


def _speak(
    coefficients: FloatArray,
    script: Script,
    times: FloatArray,
    fps: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Add the movement of speech to `coefficients`; returns the opening of the lips."""
    count = len(times)
    aperture = np.zeros(count, np.float32)
    shape = {name: np.zeros(count, np.float32) for name in ("round", "spread", "corner", "cheek")}
    active = np.zeros(count, np.float32)
    loudness = rng.uniform(0.75, 1.2)
    for event in script.of_kind("speech"):
        active[(times >= event.interval.start_ms) & (times < event.interval.end_ms)] = 1
        time = event.interval.start_ms + 40.0
        phrase_end = time + rng.uniform(900, 2600)
        while time < event.interval.end_ms - 150:
            length = rng.uniform(120, 300)
            span = _span(times, time - 30, time + length + 60)
            peak = time + length * rng.uniform(0.35, 0.55)
            pulse = raised_cosine(times[span], time - 30, peak, time + length + 60)
            wide = f32(loudness * rng.uniform(0.03, 0.2))
            aperture[span] = np.maximum(aperture[span], pulse * wide)
            shape["round"][span] += pulse * f32(rng.uniform(0, 0.05) * (rng.random() < 0.4))
            shape["spread"][span] += pulse * f32(rng.uniform(0, 0.035) * (rng.random() < 0.5))
            shape["corner"][span] += pulse * f32(rng.normal(0, 0.014))
            shape["cheek"][span] += pulse * f32(rng.uniform(0, 0.012))
            time += length
            if time > phrase_end:
                time += rng.uniform(150, 500)
                phrase_end = time + rng.uniform(900, 2600)
    smooth = 0.03 * fps
    aperture = np.asarray(gaussian_filter1d(aperture, smooth), np.float32)
    for name in shape:
        shape[name] = np.asarray(gaussian_filter1d(shape[name], smooth), np.float32)
    active = np.asarray(gaussian_filter1d(active, 0.15 * fps), np.float32)
    brow, frown = _drift(rng, count, fps, 0.35), _drift(rng, count, fps, 0.45)
    lean = 0.12 * _drift(rng, count, fps, 1.5)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        one = 1 + sign * lean

        def add(unit: str, value: FloatArray, side: str = side) -> None:
            coefficients[:, CHANNEL_INDEX[unit, side]] += value

        add("18", shape["round"] * one)
        add("20", shape["spread"] * one)
        add("12", np.maximum(shape["corner"], 0) * one)
        add("15", np.maximum(-shape["corner"], 0) * one)
        add("6", shape["cheek"] * one)
        add("17", 0.03 * np.maximum(0, 0.06 - aperture) / 0.06 * active * shape["round"] / 0.05)
        add("1", active * 0.009 * (brow + 0.25 * one))
        add("2", active * 0.009 * brow * one)
        add("4", active * 0.006 * frown)
    return np.clip(aperture, 0, MAX_APERTURE)


def _move_head(
    script: Script, times: FloatArray, fps: float, rng: np.random.Generator
) -> tuple[Pose, ...]:
    """Slow sway, small tremor, more of both in speech, turns and nods."""
    count = len(times)
    active = np.full(count, 0.55, np.float32)
    for event in script.of_kind("speech"):
        active[(times >= event.interval.start_ms) & (times < event.interval.end_ms)] = 1
    active = gaussian_filter1d(active, 0.3 * fps)

    def sway(slow: float, quick: float) -> FloatArray:
        slow_part = slow * _drift(rng, count, fps, 1.2)
        return np.asarray(slow_part + active * quick * _drift(rng, count, fps, 0.16), np.float32)

    shift_x, shift_y = sway(0.03, 0.004), sway(0.02, 0.005)
    roll, scale = sway(0.02, 0.003), 1 + sway(0.008, 0.0008)
    yaw, pitch = sway(0.018, 0.003), sway(0.012, 0.004)
    for event in script.events:
        size = event.amplitude_percent / 100
        span = _span(times, event.interval.start_ms, event.interval.end_ms)
        if event.kind == "turn":
            course = _course(event, times[span]) * f32(size if event.side == "right" else -size)
            yaw[span] += course
            shift_x[span] += 0.5 * course
        elif event.kind == "nod":
            phase = (times[span] - event.interval.start_ms) / event.interval.duration_ms
            course = _course(event, times[span]) * f32(size) * np.sin(3 * np.pi * phase)
            pitch[span] += course
            shift_y[span] += 0.6 * course
    rows = np.stack(
        [
            np.clip(shift_x, -0.22, 0.22),
            np.clip(shift_y, -0.15, 0.15),
            np.clip(roll, -0.09, 0.09),
            np.clip(scale, 0.95, 1.05),
            np.clip(yaw, -0.18, 0.18),
            np.clip(pitch, -0.1, 0.1),
        ],
        axis=1,
    )
    return tuple(Pose(*map(float, row)) for row in rows)


def _light(times: FloatArray, fps: float, rng: np.random.Generator) -> FloatArray:
    """Slow changes of light and colour, and the flicker of lamps beating with the frame rate."""
    count = len(times)
    level = 1 + 0.025 * _drift(rng, count, fps, 2.5)
    beat, depth = rng.uniform(0.5, 9.0), rng.uniform(0.0, 0.012)
    level = level + depth * np.sin(2 * np.pi * beat * times / 1000 + rng.uniform(0, 6.28))
    warm = 0.008 * _drift(rng, count, fps, 3.0)
    gains = np.stack([level * (1 + warm), level, level * (1 - warm)], axis=1)
    return np.asarray(np.clip(gains, 0.8, 1.2), np.float32)
