"""Which micro-expression happens when: drawn before any pixel is touched.

    face found, frontal   |--------------------|      |-----------------------|
    speaking (guess)      |ssssssss|           |      |     |sssssssss|       |
    ME                       ^  ^      ^     ^            ^     ^           ^

Amplitude, duration and AUs are drawn apart from one another and from speech, so that a spotter's recall can
be read as a function of each. Half of the MEs are put into speech where the film has both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wdmd_tools.intervals import Interval
from wdmd_tools.synth.action_units import SIDES
from wdmd_tools.synth.injection.field import Channel
from wdmd_tools.synth.injection.levels import Levels
from wdmd_tools.synth.script import EMOTIONS

GAP_MS = 600
"""Least time between two MEs."""
MARGIN_MS = 200
"""Least time from an ME to a cut, a lost face, a turned head, or the film's ends."""
MAX_YAW_DEG = 30.0
"""No ME is put where the head is turned farther: half of the face would hide it."""

_TRIES = 400
_APEX_SHARE = (0.35, 0.6)


@dataclass(frozen=True)
class InjectedEvent:
    """One ME to inject.

    Args:
        interval: From onset to offset, ms of the film.
        apex_ms: Instant of the largest displacement.
        emotion: A key of `script.EMOTIONS`.
        action_units: The AUs that move.
        side: ``both``, or the side of the image that moves.
        amplitude_percent: Largest displacement in per cent of the inter-ocular distance.
        channels: The same for `field.displacement`.
    """

    interval: Interval
    apex_ms: int
    emotion: str
    action_units: tuple[str, ...]
    side: str
    amplitude_percent: float
    channels: tuple[Channel, ...]


def plan_events(
    rng: np.random.Generator,
    usable: Sequence[Interval],
    speaking: Sequence[Interval],
    seconds: float,
    rate: float,
    amplitudes: Levels,
    durations: Levels,
) -> tuple[InjectedEvent, ...]:
    """Draw the MEs of one film.

    Args:
        rng: Source of chance.
        usable: Where an ME may lie, ms, margins taken off already.
        speaking: Where the subject is guessed to speak.
        seconds: Length of the film.
        rate: MEs per second of film.
        amplitudes: Per cent of the inter-ocular distance.
        durations: ms.

    Returns:
        In order of time; at least one where there is room for one, and fewer than asked for where there
        is no room for all.
    """
    count = max(1, int(rate * seconds + rng.random()))
    sizes, lengths = amplitudes.draw(rng, count), durations.draw(rng, count)
    first = rng.random()
    taken: list[Interval] = []
    events = []
    for number in range(count):
        in_speech = (first + number * 0.6180339887) % 1 < 0.5
        length = round(lengths[number])
        place = _place(rng, usable, speaking, in_speech, length, taken)
        if place is None:
            continue
        taken.append(place)
        events.append(_event(rng, place, sizes[number]))
    return tuple(sorted(events, key=lambda event: event.interval))


def _place(
    rng: np.random.Generator,
    usable: Sequence[Interval],
    speaking: Sequence[Interval],
    in_speech: bool,
    length: int,
    taken: Sequence[Interval],
) -> Interval | None:
    """A free place, in the wanted state if one is found, else in any; `None` after many tries."""
    room = np.array([max(0, span.duration_ms - length) for span in usable], dtype=float)
    if room.sum() == 0:
        return None
    spare = None
    for _ in range(_TRIES):
        span = usable[int(rng.choice(len(usable), p=room / room.sum()))]
        start = int(rng.integers(span.start_ms, span.end_ms - length + 1))
        found = Interval(start, start + length)
        padded = Interval(max(0, start - GAP_MS), start + length + GAP_MS)
        if any(padded.overlaps(other) for other in taken):
            continue
        middle = start + length // 2
        if any(one.contains(middle) for one in speaking) == in_speech:
            return found
        spare = spare or found
    return spare


def _event(rng: np.random.Generator, place: Interval, amplitude: float) -> InjectedEvent:
    emotion = str(rng.choice(list(EMOTIONS)))
    units = EMOTIONS[emotion]
    side = str(rng.choice(SIDES)) if emotion == "contempt" else "both"
    sides = SIDES if side == "both" else (side,)
    weights = [1.0, *rng.uniform(0.65, 1.0, len(units) - 1)]
    lean = float(rng.uniform(-0.15, 0.15)) if side == "both" else 0.0
    channels = tuple(
        Channel(unit, one, float(weight) * (1 + lean if one == "right" else 1 - lean))
        for unit, weight in zip(units, weights, strict=True)
        for one in sides
    )
    apex = place.start_ms + round(place.duration_ms * float(rng.uniform(*_APEX_SHARE)))
    return InjectedEvent(place, apex, emotion, units, side, round(amplitude, 4), channels)


def usable_spans(
    yaw: npt.NDArray[np.float64],
    runs: Sequence[tuple[int, int]],
    starts_ms: Sequence[int],
    end_ms: int,
) -> list[Interval]:
    """Where MEs may lie.

    Args:
        yaw: (T,) degrees; NaN without a face.
        runs: Half-open frame numbers of frames with the face, within one shot each.
        starts_ms: (T,) begin of each frame.
        end_ms: End of the last frame.
    """
    spans = []
    frontal = np.abs(np.nan_to_num(yaw, nan=180.0)) <= MAX_YAW_DEG
    for first, stop in runs:
        good = np.flatnonzero(frontal[first:stop]) + first
        for part in np.split(good, np.flatnonzero(np.diff(good) > 1) + 1):
            if not len(part):
                continue
            last = int(part[-1]) + 1
            start = starts_ms[int(part[0])] + MARGIN_MS
            end = (starts_ms[last] if last < len(starts_ms) else end_ms) - MARGIN_MS
            if end > start:
                spans.append(Interval(int(start), int(end)))
    return spans
