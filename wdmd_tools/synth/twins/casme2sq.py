"""The twin of CAS(ME)^2: 30 fps, long videos, micro- and macro-expressions, sheets without headers.

    CAS(ME)^2code_final.xlsx                                 three sheets, no header row in any
    rawpic/s15/15_0101disgustingteeth/img001.jpg             `img` and at least three digits
    longVideoFaceCropped/s15/15_0101disgustingteeth/img_1.jpg    another form of the pictures

Facts and how sure they are: docs/datasets/casme2sq.md.
"""

from fractions import Fraction

import numpy as np

from wdmd_tools.synth.twins.model import (
    NUMBERS,
    Kind,
    Row,
    Scene,
    TwinEvent,
    TwinPlan,
    TwinSheet,
    TwinVideo,
    expression,
)

FOLDERS = dict(
    zip(
        range(1, 23),
        (15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40),
        strict=True,
    )
)
"""Index of a subject in the sheet -> number of its folder."""

CODES = {
    "disgust1": "0101",
    "disgust2": "0102",
    "anger1": "0401",
    "anger2": "0402",
    "happy1": "0502",
    "happy2": "0503",
    "happy3": "0505",
    "happy4": "0507",
    "happy5": "0508",
}

_STEMS = {
    "disgust1": "disgustingteeth",
    "anger1": "girlcrashing",
    "happy1": "funnyerrors",
    "happy2": "farting",
}

_EARLY = (1, 17, 11, 7, 14, 15)

# Subjects whose rows the release has in odd shape come first: 17 has a row with apex 0; 11, 14 and 15 have
# one whose apex lies behind its offset; a film of 7 is said to be filed under another subject.
_ORDER = (*_EARLY, *(n for n in FOLDERS if n not in _EARLY))
MOST_SUBJECTS = len(_ORDER)


def plan(scene: Scene) -> TwinPlan:
    """What the twin shows and what its sheets say."""
    rng = np.random.default_rng([scene.seed, 71])
    videos: list[TwinVideo] = []
    rows: list[Row] = []
    people: list[Row] = []
    for place, index in enumerate(_ORDER[: scene.subjects]):
        for stimulus, running, video in _videos_of(index, place, rng):
            videos.append(video)
            if video.form != "main":
                continue
            for number, event in enumerate(video.events, start=running):
                rows.append(_row(index, f"{stimulus}_{number}", event))
                people.append((FOLDERS[index], f"s{FOLDERS[index]}", index))
    codes = tuple((code, name) for name, code in CODES.items())
    book = (
        TwinSheet("CASFEcode_final", tuple(rows)),
        TwinSheet("naming rule1", tuple(people)),
        TwinSheet("naming rule2", codes),
    )
    return TwinPlan(
        "casme2sq",
        "CAS(ME)^2",
        Fraction(30),
        tuple(videos),
        {"CAS(ME)^2code_final.xlsx": book},
        (
            "no sheet has a header row",
            "subjects are indices; the second sheet names their folders, row by row",
            "the suffix of a clip name counts expressions, not frames",
        ),
    )


def _row(index: int, clip: str, event: TwinEvent) -> Row:
    kind = "micro-expression" if event.kind == "me" else "macro-expression"
    numbers = tuple(event.cell(name) for name in NUMBERS)
    return (index, clip, *numbers, event.units, event.emotion, kind, event.more["felt"])


def _videos_of(
    index: int, place: int, rng: np.random.Generator
) -> list[tuple[str, int, TwinVideo]]:
    """The videos of a subject: stimulus, number of the first row, frames."""
    lag = int(rng.integers(0, 4))
    two = (
        _felt("disgust", "me", 20 + lag, 26 + lag, 33 + lag, "negative", "4+10"),
        _felt("disgust", "macro", 50, 62, 84, "positive", "6+12"),
    )
    reversed_rows = {11: ("disgust1", 4), 14: ("happy2", 0), 15: ("anger1", 11)}
    if index in reversed_rows:
        # disgust1_5, happy2_1 and anger1_12: the second expression of each film here.
        stimulus, running = reversed_rows[index]
        why = "apex behind the offset, no correction is published; read without an apex"
        wrong = two[1].odd(why, cells={"apex": 90}, read={"apex": None})
        events = (two[0], wrong) if running else (wrong,)
        return [(stimulus, max(running, 1), _video(index, stimulus, range(1, 111), events))]
    if index == 7:
        return [("happy1", 1, _video(index, "happy1", range(1, 111), two, folder=19))]
    if place == 0:
        held = _felt("anger", "macro", 95, 107, 125, "others", "4")
        # 44 macro rows of the release have it. The usual readings stop at the apex.
        why = "offset 0: not annotated; read as offset = apex"
        three = (*two, held.odd(why, cells={"offset": 0}, read={"offset": 107}))
        first = _video(index, "disgust1", range(1, 141), three)
        return [
            ("disgust1", 1, first),
            ("disgust1", 1, _cropped(first)),
            ("happy1", 1, _long_numbers(index, lag)),
        ]
    first = _video(index, "disgust1", range(1, 111), two)
    if index == 17:
        span = _felt("anger", "macro", 1763, 1774, 1787, "negative", "4+7")
        events = (
            span.odd("apex 0: not annotated", cells={"apex": 0}, read={"apex": None}),
            _felt("surprise", "me", 1735 + lag, 1741 + lag, 1748 + lag, "surprise", "1+2"),
        )
        second = _video(index, "anger1", range(1720, 1801), events)
        return [("disgust1", 1, first), ("anger1", 1, second)]
    return [("disgust1", 1, first), ("happy1", 1, _long_numbers(index, lag))]


def _long_numbers(index: int, lag: int) -> TwinVideo:
    """The numbers pass 999 without a thousand frames: the names get a fourth digit."""
    events = (
        _felt("happyiness", "me", 990 + lag, 996 + lag, 1003 + lag, "positive", "12"),
        _felt("surprise", "macro", 1020, 1030, 1044, "surprise", "1+2"),
    )
    return _video(index, "happy1", range(975, 1056), events)


def _cropped(video: TwinVideo) -> TwinVideo:
    """A few frames of another form of the pictures, which must not be mixed in."""
    return TwinVideo(
        f"{video.video_id}_cropped",
        video.subject_id,
        video.folder.replace("rawpic", "longVideoFaceCropped"),
        video.numbers[:5],
        "img_{}.jpg".format,
        (),
        form="longVideoFaceCropped",
    )


def _video(
    index: int,
    stimulus: str,
    numbers: range,
    events: tuple[TwinEvent, ...],
    *,
    folder: int | None = None,
) -> TwinVideo:
    """One film; `folder` is that of another subject where it is misfiled."""
    own = FOLDERS[index]
    name = f"{own}_{CODES[stimulus]}{_STEMS[stimulus]}"
    odd: list[str] = ["numbers do not begin at 1"] if numbers[0] != 1 else []
    if numbers[0] < 1000 <= numbers[-1]:
        odd.append("names have three digits up to 999 and four from 1000 on")
    if folder is not None:
        odd.append("filed under another subject")
    return TwinVideo(
        name,
        f"s{own}",
        f"rawpic/s{folder or own}/{name}",
        tuple(numbers),
        "img{:03d}.jpg".format,
        events,
        oddities=tuple(odd),
    )


def _felt(
    felt: str, kind: Kind, onset: int, apex: int, offset: int, emotion: str, units: str
) -> TwinEvent:
    """An expression with what the subject reported."""
    return expression(kind, onset, apex, offset, emotion, units).odd(more={"felt": felt})
