r"""Which movements a window gets: drawn before its frames are read, so that processes agree.

    kind     how far, eye spans      how long, s       when
    me       as configured           0.15 to 0.5       whole inside the window, where it has no ME
    macro    1.5 to 4 times that     0.8 to 2.5        anywhere, also over the edges
    speech   0.02 to 0.08            0.8 to 3          2.5 to 6 openings of the jaw a second
    blink    0.05 to 0.10            0.15 to 0.35      one or two

    me, macro      __/^\___     rise, apex, fall        blink   _/\____
    speech         _/\/\/\__    openings under an arch

Reference:
    Yan et al., How fast are the leaked facial expressions, J. Nonverbal Behavior 2013: MEs of up to 0.5 s.
    Chandrasekaran et al., The natural statistics of audiovisual speech, PLoS Comput. Biol. 2009: the mouth
    opens 2 to 7 times a second.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from meldae.injection.movements import BLINK, EXPRESSIONS, JAW, LIPS, Bump

Kind = Literal["me", "macro", "speech", "blink"]

_ME_S = (0.15, 0.5)
_MACRO_S = (0.8, 2.5)
_MACRO_FACTOR = (1.5, 4.0)
_SPEECH_S = (0.8, 3.0)
_SPEECH_SPANS = (0.02, 0.08)
_SPEECH_HZ = (2.5, 6.0)
_BLINK_S = (0.15, 0.35)
_BLINK_SPANS = (0.05, 0.10)
_FACES_DIFFER = 0.03
"""Standard deviation of places between faces, eye spans."""


@dataclass(frozen=True)
class Event:
    """One movement of one window.

    Args:
        kind: What it is; only ``"me"`` changes the labels of frames.
        bumps: Where the skin goes, on both sides of the face.
        amplitude: How far at the apex, eye spans.
        seconds: From onset to offset.
        place: In [0, 1]: where in the room that there is for its beginning.
        apex: In (0, 1): when in its time it is strongest.
        hold: Share of its time that it stays there.
        hz: Openings per second, for speech; 0 for one rise and fall.
        phase: Of the openings, turns.
    """

    kind: Kind
    bumps: tuple[Bump, ...]
    amplitude: float
    seconds: float
    place: float
    apex: float = 0.5
    hold: float = 0.0
    hz: float = 0.0
    phase: float = 0.0

    def course(self, t: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Share of the amplitude at times after onset.

        Args:
            t: Seconds; before 0 and after `seconds` the face is at rest.

        Returns:
            In [0, 1].
        """
        share = t / self.seconds
        rise = self.apex * (1 - self.hold)
        fall = (1 - self.apex) * (1 - self.hold)
        up = np.clip(share / max(rise, 1e-6), 0, 1)
        down = np.clip((1 - share) / max(fall, 1e-6), 0, 1)
        arch = 0.25 * (1 - np.cos(np.pi * up)) * (1 - np.cos(np.pi * down))
        if self.hz:
            arch = arch * 0.5 * (1 - np.cos(2 * np.pi * (self.hz * t + self.phase)))
        return np.asarray(arch)


def draw_events(
    rng: np.random.Generator, chance: float, negatives: float, amplitude: tuple[float, float]
) -> tuple[Event, ...]:
    """What one window gets.

    Args:
        rng: Decides everything.
        chance: Of an ME.
        negatives: Chance of movement that is none.
        amplitude: Least and largest displacement of an ME, eye spans.

    Returns:
        None, one or more events, at most one of them an ME.
    """
    found: list[Event] = []
    if rng.random() < chance:
        found.append(_expression(rng, "me", amplitude))
    if rng.random() < negatives:
        # About as often as each is met in a conversation.
        kind = str(rng.choice(("speech", "macro", "blink"), p=(0.4, 0.3, 0.3)))
        if kind == "speech":
            found.extend(_speech(rng))
        elif kind == "macro":
            found.append(_expression(rng, "macro", amplitude))
        else:
            found.extend(_blink(rng) for _ in range(1 + int(rng.random() < 0.3)))
    return tuple(found)


def _expression(
    rng: np.random.Generator, kind: Literal["me", "macro"], amplitude: tuple[float, float]
) -> Event:
    names = sorted(EXPRESSIONS)
    bumps = EXPRESSIONS[names[int(rng.integers(len(names)))]]
    size = float(rng.uniform(*amplitude))
    if kind == "macro":
        size *= float(rng.uniform(*_MACRO_FACTOR))
    # One in five shows on one side only.
    sides = [1.0, 1.0]
    sides[int(rng.integers(2))] = 0.0 if rng.random() < 0.2 else float(rng.uniform(0.7, 1.0))
    return Event(
        kind,
        _both_sides(rng, bumps, (sides[0], sides[1])),
        size,
        float(rng.uniform(*(_ME_S if kind == "me" else _MACRO_S))),
        float(rng.random()),
        float(rng.uniform(0.3, 0.6)),
        float(rng.uniform(0.0, 0.3)),
    )


def _speech(rng: np.random.Generator) -> tuple[Event, Event]:
    seconds, place = float(rng.uniform(*_SPEECH_S)), float(rng.random())
    jaw = float(rng.uniform(*_SPEECH_SPANS))
    rates = rng.uniform(*_SPEECH_HZ, size=2)
    phases = rng.random(2)
    parts = ((JAW, jaw, 0), (LIPS, jaw * float(rng.uniform(0.2, 0.6)), 1))
    first, second = (
        Event(
            "speech",
            _both_sides(rng, bumps, (1.0, 1.0)),
            size,
            seconds,
            place,
            hold=0.6,
            hz=float(rates[row]),
            phase=float(phases[row]),
        )
        for bumps, size, row in parts
    )
    return first, second


def _blink(rng: np.random.Generator) -> Event:
    return Event(
        "blink",
        _both_sides(rng, BLINK, (1.0, 1.0)),
        float(rng.uniform(*_BLINK_SPANS)),
        float(rng.uniform(*_BLINK_S)),
        float(rng.random()),
        apex=0.35,
    )


def _both_sides(
    rng: np.random.Generator, bumps: tuple[Bump, ...], sides: tuple[float, float]
) -> tuple[Bump, ...]:
    """Bumps of the right half and their mirror images; what is in the middle is there once."""
    found = []
    for bump in bumps:
        for side, strength in zip((1.0, -1.0), sides, strict=True):
            dx, dy = rng.normal(0, _FACES_DIFFER, 2)
            size = float(np.exp(rng.normal(0, 0.15)))
            if strength == 0 and bump.x:
                continue
            factor = strength if bump.x else 0.5
            found.append(
                Bump(
                    side * bump.x + float(dx),
                    bump.y + float(dy),
                    side * bump.right * factor,
                    bump.down * factor,
                    bump.sigma * size,
                )
            )
    return tuple(found)
