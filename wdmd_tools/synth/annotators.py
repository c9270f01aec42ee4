"""Three annotators who see the same recording and disagree a little.

Each boundary is off by an error of its own and put on a frame, as in ELAN's frame-stepping: the time
written is the begin of that frame in whole milliseconds, rounded up. Some MEs are missed, some are
marked where there is none, and now and then a stretch of the conversation gets another state. The sizes
of the errors are set so that Krippendorff's alpha of the state is about 0.85 and the mean IoU of matched
MEs about 0.78, the values that the paper reports for WDMD (section 3).
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from wdmd_tools.annotations import STATES
from wdmd_tools.intervals import Interval
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.script import EMOTIONS, Script, SynthEvent

ANNOTATORS = ("A1", "A2", "A3")

BOUNDARY_SIGMA = 0.11
"""Error of an ME boundary as a share of the ME's duration."""
MISS_RATE = 0.035
SPURIOUS_RATE = 0.035
"""Spurious MEs per true ME."""
STATE_SIGMA_MS = 130.0
"""Error of a boundary between two states."""
STATE_SLIP_RATE = 0.006
"""Share of state intervals that an annotator labels otherwise."""
STATE_PIECE_RATE = 0.08
"""Share of state intervals in which an annotator hears another state for a moment."""
STATE_PIECE_MS = (500, 1500)
LABEL_SLIP_RATE = 0.12
"""Share of MEs with another emotion label, and of AU lists with one AU missing."""


@dataclass(frozen=True)
class MarkedEvent:
    """A micro-expression as one annotator marked it.

    Args:
        interval: From onset to offset, on frame begins.
        emotion: Emotion label.
        action_units: For example `6+12`; `L14` and `R14` are the subject's own sides.
    """

    interval: Interval
    emotion: str
    action_units: str


@dataclass(frozen=True)
class Marking:
    """What one annotator wrote about one recording.

    Args:
        annotator: Id of the annotator.
        mes: Micro-expressions in order of time, never overlapping.
        states: (interval, state), covering the recording without gaps.
    """

    annotator: str
    mes: tuple[MarkedEvent, ...]
    states: tuple[tuple[Interval, str], ...]


def annotate(config: SynthConfig, script: Script, index: int) -> tuple[Marking, ...]:
    """Let every annotator mark a recording.

    Args:
        config: Settings.
        script: What really happens.
        index: 0-based number of the recording.
    """
    return annotate_script(script, config.frame_rate, config.seed, index)


def annotate_script(
    script: Script, frame_rate: Fraction, seed: int, index: int
) -> tuple[Marking, ...]:
    """Let every annotator mark what happens in any film.

    Args:
        script: What really happens.
        frame_rate: Of the film, on average where it varies.
        seed: Of the data set; decides each annotator's habits.
        index: 0-based number of the recording.
    """
    markings = []
    for number, annotator in enumerate(ANNOTATORS):
        rng = np.random.default_rng([seed, 41, index, number])
        # The habit of a person is the same in all recordings.
        habit = np.random.default_rng([seed, 43, number])
        onset_bias, offset_bias = habit.normal(0, 0.02, 2)
        mes = _mark_mes(script, frame_rate, rng, float(onset_bias), float(offset_bias))
        markings.append(Marking(annotator, mes, _mark_states(script, frame_rate, rng)))
    return tuple(markings)


def on_frame(time_ms: float, frame_rate: Fraction, last_ms: int) -> int:
    """The time ELAN writes after stepping to the nearest frame: its begin in ms, rounded up.

    Args:
        time_ms: Where the annotator means to be.
        frame_rate: Frames per second.
        last_ms: Length of the recording; the result is in [0, last_ms].
    """
    frame = max(0, round(time_ms * frame_rate / 1000))
    begin = -((-1000 * frame) // frame_rate)
    return int(min(begin, last_ms))


def _mark_mes(
    script: Script,
    frame_rate: Fraction,
    rng: np.random.Generator,
    onset_bias: float,
    offset_bias: float,
) -> tuple[MarkedEvent, ...]:
    marked: list[MarkedEvent] = []
    mes = script.of_kind("me")
    minimum = max(2 * float(1000 / frame_rate), 80.0)
    for event in mes:
        seen = rng.random() >= MISS_RATE
        length = event.interval.duration_ms
        begin = event.interval.start_ms + length * (onset_bias + rng.normal(0, BOUNDARY_SIGMA))
        end = event.interval.end_ms + length * (offset_bias + rng.normal(0, BOUNDARY_SIGMA))
        if seen:
            _append(
                marked, begin, max(end, begin + minimum), _label(event, rng), script, frame_rate
            )
    for _ in range(rng.binomial(max(len(mes), 1), SPURIOUS_RATE)):
        span = rng.uniform(200, 500)
        begin = rng.uniform(0, max(script.duration_ms - span, 1))
        label = str(rng.choice(list(EMOTIONS)))
        text = "+".join(EMOTIONS[label])
        _append(marked, begin, begin + span, (label, text), script, frame_rate)
    return tuple(sorted(marked, key=lambda item: item.interval))


def _append(
    marked: list[MarkedEvent],
    start: float,
    end: float,
    label: tuple[str, str],
    script: Script,
    frame_rate: Fraction,
) -> None:
    """Put boundaries on frames and keep the event unless it is empty or overlaps another."""
    first = on_frame(start, frame_rate, script.duration_ms)
    last = on_frame(end, frame_rate, script.duration_ms)
    if first >= last:
        return
    interval = Interval(first, last)
    if not any(interval.overlaps(other.interval) for other in marked):
        marked.append(MarkedEvent(interval, *label))


def _label(event: SynthEvent, rng: np.random.Generator) -> tuple[str, str]:
    emotion, units = event.label, list(event.action_units)
    if rng.random() < LABEL_SLIP_RATE:
        emotion = str(rng.choice([name for name in EMOTIONS if name != emotion]))
    if len(units) > 1 and rng.random() < LABEL_SLIP_RATE:
        units.pop(int(rng.integers(len(units))))
    # The left of the image is the right of the person who faces the camera.
    side = {"both": "", "left": "R", "right": "L"}[event.side]
    return emotion, "+".join(side + unit for unit in units)


def _mark_states(
    script: Script, frame_rate: Fraction, rng: np.random.Generator
) -> tuple[tuple[Interval, str], ...]:
    marked: list[tuple[Interval, str]] = []

    def mark(until_ms: float, state: str) -> None:
        start = marked[-1][0].end_ms if marked else 0
        end = on_frame(until_ms, frame_rate, script.duration_ms)
        if end <= start:
            return
        if marked and marked[-1][1] == state:
            marked[-1] = (Interval(marked[-1][0].start_ms, end), state)
        else:
            marked.append((Interval(start, end), state))

    for interval, state in script.states:
        if rng.random() < STATE_SLIP_RATE:
            state = _other_state(state, rng)
        piece = float(rng.uniform(*STATE_PIECE_MS))
        if rng.random() < STATE_PIECE_RATE and interval.duration_ms > piece + 1000:
            begin = interval.start_ms + float(rng.uniform(500, interval.duration_ms - piece - 500))
            mark(begin, state)
            mark(begin + piece, _other_state(state, rng))
        if interval.end_ms < script.duration_ms:
            error = float(np.clip(rng.normal(0, STATE_SIGMA_MS), -450, 450))
            mark(interval.end_ms + error, state)
        else:
            mark(script.duration_ms, state)
    last = marked[-1]
    if last[0].end_ms < script.duration_ms:  # stepping to a frame must not leave a gap at the end
        marked[-1] = (Interval(last[0].start_ms, script.duration_ms), last[1])
    return tuple(marked)


def _other_state(state: str, rng: np.random.Generator) -> str:
    return str(rng.choice([name for name in STATES if name != state]))
