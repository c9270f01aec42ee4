"""What happens when in one conversation, before any pixel: states and events.

    state    | Speaking           | Listening        | Speaking      | Silent   |
    ME             ^                  ^                      ^                      0.2 - 0.5 s
    macro               <====>                <======>                              0.7 - 3 s
    blink      ^          ^      ^          ^        ^             ^
    turn                                <====>

Micro- and macro-expressions use the same action units in both states; what separates them is duration and
time course, as in life. MEs never overlap one another; about one macro-expression in twenty is allowed to
overlap an ME.
"""

from dataclasses import dataclass

import numpy as np

from wdmd_tools.intervals import Interval
from wdmd_tools.synth.config import SynthConfig

ME_DURATION_MS = (200, 500)
MACRO_DURATION_MS = (700, 3000)
ME_AMPLITUDE_PERCENT = (1.5, 3.0)
"""Peak displacement of an ME in percent of the inter-ocular distance at --me-amplitude 1."""
MACRO_AMPLITUDE_PERCENT = (5.0, 11.0)
SPEAKING_SHARE_OF_MES = 0.575
"""Middle of the 55 to 60 % that the paper reports for speaking (its figure 1)."""

EMOTIONS: dict[str, tuple[str, ...]] = {
    "happiness": ("6", "12"),
    "sadness": ("1", "4", "15"),
    "surprise": ("1", "2"),
    "anger": ("4", "7"),
    "disgust": ("9", "10"),
    "contempt": ("14",),
    "fear": ("1", "2", "4"),
    "repression": ("15", "17"),
}
"""Action units of each emotion label; contempt is shown on one side."""

_STATE_MS = {"speaking": (2800, 7000), "listening": (2200, 5500), "silent": (1500, 3500)}
_ME_GAP_MS = 600
_MARGIN_MS = 120


@dataclass(frozen=True)
class SynthEvent:
    """One true event.

    Args:
        kind: `me`, `macro`, `blink`, `turn`, `nod`, `speech` or `beat` (brow emphasis in speech).
        interval: From onset to offset.
        apex_ms: Instant of the largest movement; `None` for speech.
        label: Emotion label, or empty.
        action_units: AU numbers that move.
        side: `both`, or the side of the image that moves.
        amplitude_percent: Largest displacement in percent of the inter-ocular distance.
        state: Conversational state at the apex.
    """

    kind: str
    interval: Interval
    apex_ms: int | None
    label: str
    action_units: tuple[str, ...]
    side: str
    amplitude_percent: float
    state: str


@dataclass(frozen=True)
class Script:
    """All that happens in one recording.

    Args:
        duration_ms: Length of the recording.
        states: (interval, `speaking` | `listening` | `silent`), covering the recording without gaps.
        events: In order of onset.
    """

    duration_ms: int
    states: tuple[tuple[Interval, str], ...]
    events: tuple[SynthEvent, ...]

    def of_kind(self, kind: str) -> tuple[SynthEvent, ...]:
        """Events of one kind, in order of onset."""
        return tuple(event for event in self.events if event.kind == kind)

    def state_at(self, time_ms: int) -> str:
        """State at an instant; the last one at and beyond the end."""
        for interval, state in self.states:
            if time_ms < interval.end_ms:
                return state
        return self.states[-1][1]


def write_script(config: SynthConfig, index: int) -> Script:
    """Write the script of one recording; depends on nothing but its arguments.

    Args:
        config: Settings.
        index: 0-based number of the recording.
    """
    rng = np.random.default_rng([config.seed, 23, index])
    duration = config.duration_ms
    states = _draw_states(rng, duration)
    seconds = duration / 1000
    mes = _draw_mes(rng, states, _count(rng, config.me_rate * seconds), config.me_amplitude)
    macros = _draw_macros(rng, states, _count(rng, config.macro_rate * seconds), mes)
    events = [*mes, *macros, *_draw_blinks(rng, states), *_draw_head(rng, states)]
    for interval, state in states:
        if state == "speaking":
            events.append(SynthEvent("speech", interval, None, "", (), "both", 0.0, state))
            events.extend(_draw_beats(rng, interval, [*mes, *macros]))
    events.sort(key=lambda event: (event.interval, event.kind))
    return Script(duration, states, tuple(events))


def _count(rng: np.random.Generator, expected: float) -> int:
    """A whole number with the given mean and the least spread."""
    return int(expected + rng.random())


def _draw_states(rng: np.random.Generator, duration: int) -> tuple[tuple[Interval, str], ...]:
    states: list[tuple[Interval, str]] = []
    start, speaking = 0, bool(rng.random() < 0.55)
    while start < duration:
        state = "speaking" if speaking else ("listening" if rng.random() < 0.7 else "silent")
        end = start + int(rng.integers(*_STATE_MS[state]))
        if duration - end < 1200:
            end = duration
        states.append((Interval(start, end), state))
        start, speaking = end, not speaking
    return tuple(states)


def _expression(
    rng: np.random.Generator,
    kind: str,
    interval: Interval,
    amplitude: float,
    state: str,
    apex_share: tuple[float, float],
) -> SynthEvent:
    label = str(rng.choice(list(EMOTIONS)))
    side = str(rng.choice(("left", "right"))) if label == "contempt" else "both"
    apex = interval.start_ms + round(interval.duration_ms * rng.uniform(*apex_share))
    return SynthEvent(
        kind, interval, apex, label, EMOTIONS[label], side, round(amplitude, 3), state
    )


def _place(
    rng: np.random.Generator,
    spans: list[Interval],
    duration: int,
    taken: list[Interval],
    gap: int,
) -> Interval | None:
    """A free place for `duration` inside one of `spans`, or `None` after 60 tries."""
    room = np.array([max(0, span.duration_ms - duration - 2 * _MARGIN_MS) for span in spans])
    if room.sum() == 0:
        return None
    for _ in range(60):
        span = spans[int(rng.choice(len(spans), p=room / room.sum()))]
        latest = span.end_ms - duration - _MARGIN_MS
        start = int(rng.integers(span.start_ms + _MARGIN_MS, latest + 1))
        padded = Interval(max(0, start - gap), start + duration + gap)
        if not any(padded.overlaps(other) for other in taken):
            return Interval(start, start + duration)
    return None


def _draw_mes(
    rng: np.random.Generator,
    states: tuple[tuple[Interval, str], ...],
    count: int,
    factor: float,
) -> list[SynthEvent]:
    taken: list[Interval] = []
    mes = []
    # Fixed shares instead of coin flips keep short data sets near the paper's 55 to 60 %.
    first = rng.random()
    for number in range(count):
        in_speech = (first + number * 0.6180339887) % 1 < SPEAKING_SHARE_OF_MES
        spans = [span for span, state in states if (state == "speaking") == in_speech]
        duration = int(rng.integers(ME_DURATION_MS[0], ME_DURATION_MS[1] + 1))
        place = _place(rng, spans, duration, taken, _ME_GAP_MS)
        if place is None:
            continue
        taken.append(place)
        state = next(state for span, state in states if span.contains(place.start_ms))
        amplitude = factor * rng.uniform(*ME_AMPLITUDE_PERCENT)
        mes.append(_expression(rng, "me", place, amplitude, state, (0.35, 0.6)))
    return mes


def _draw_macros(
    rng: np.random.Generator,
    states: tuple[tuple[Interval, str], ...],
    count: int,
    mes: list[SynthEvent],
) -> list[SynthEvent]:
    taken: list[Interval] = []
    macros = []
    micro = [event.interval for event in mes]
    for _ in range(count):
        duration = int(rng.triangular(MACRO_DURATION_MS[0], 1200, MACRO_DURATION_MS[1]))
        avoid = taken if rng.random() < 0.05 else [*taken, *micro]
        place = _place(rng, [span for span, _ in states], duration, avoid, 250)
        if place is None:
            continue
        taken.append(place)
        state = next(state for span, state in states if span.contains(place.start_ms))
        amplitude = rng.uniform(*MACRO_AMPLITUDE_PERCENT)
        macros.append(_expression(rng, "macro", place, amplitude, state, (0.25, 0.6)))
    return macros


def _draw_blinks(
    rng: np.random.Generator, states: tuple[tuple[Interval, str], ...]
) -> list[SynthEvent]:
    end = states[-1][0].end_ms
    blinks: list[SynthEvent] = []
    time = int(rng.integers(200, 3000))
    while True:
        length = int(rng.integers(180, 330))
        if time + length >= end:
            return blinks
        span = Interval(time, time + length)
        state = next(state for interval, state in states if interval.contains(time))
        apex = time + round(length * rng.uniform(0.3, 0.45))
        depth = float(rng.uniform(0.75, 1.0))
        blinks.append(
            SynthEvent("blink", span, apex, "", ("45",), "both", round(depth * 20, 3), state)
        )
        time += length + int(500 + rng.gamma(2.0, 1300))


def _draw_head(
    rng: np.random.Generator, states: tuple[tuple[Interval, str], ...]
) -> list[SynthEvent]:
    """Turns in every state, nods while listening."""
    events = []
    taken: list[Interval] = []
    seconds = states[-1][0].end_ms / 1000
    for _ in range(_count(rng, 0.09 * seconds)):
        duration = int(rng.integers(1000, 2600))
        place = _place(rng, [span for span, _ in states], duration, taken, 200)
        if place:
            taken.append(place)
            size = float(rng.uniform(6, 15) * rng.choice((-1, 1)))
            side = "right" if size > 0 else "left"
            state = next(state for span, state in states if span.contains(place.start_ms))
            apex = place.start_ms + round(duration * rng.uniform(0.35, 0.65))
            events.append(SynthEvent("turn", place, apex, "", (), side, round(abs(size), 3), state))
    quiet = [span for span, state in states if state != "speaking"]
    for _ in range(_count(rng, 0.08 * seconds)):
        duration = int(rng.integers(450, 900))
        place = _place(rng, quiet, duration, taken, 200) if quiet else None
        if place:
            taken.append(place)
            state = next(state for span, state in states if span.contains(place.start_ms))
            size = round(float(rng.uniform(3, 7)), 3)
            apex = place.start_ms + duration // 2
            events.append(SynthEvent("nod", place, apex, "", (), "both", size, state))
    return events


def _draw_beats(
    rng: np.random.Generator, span: Interval, avoid: list[SynthEvent]
) -> list[SynthEvent]:
    """Brow raises that stress a word: as high as MEs or higher, but slower."""
    beats = []
    taken = [event.interval for event in avoid if event.kind == "me"]
    for _ in range(_count(rng, 0.22 * span.duration_ms / 1000)):
        duration = int(rng.integers(650, 1400))
        place = _place(rng, [span], duration, taken, 150)
        if place:
            taken.append(place)
            apex = place.start_ms + round(duration * rng.uniform(0.3, 0.6))
            units = ("1", "2") if rng.random() < 0.75 else ("4",)
            size = round(float(rng.uniform(2.0, 5.5)), 3)
            beats.append(SynthEvent("beat", place, apex, "", units, "both", size, "speaking"))
    return beats
