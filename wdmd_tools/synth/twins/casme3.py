"""The twin of CAS(ME)^3, part A: 30 fps, sheets whose cells are all text, numbering with gaps.

    part_A/spNO.1/a/color/112.jpg                      unpadded; the number is the label's
    part_A/spNO.1/a/depth/112.png
    annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx   micro-expressions with emotions, all text
    annotation/CAS(ME)3_part_A_v2.xls                      macro and micro together, and eye blinks
    annotation/CAS(ME)3_part_C_ME.xlsx                     part C, without frames: their place is unknown

Rows with a reported mistake carry the subjects, files and numbers of the release's own rows, so that the
corrections made for the release find them.
"""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from wdmd_tools.synth.twins.model import (
    NUMBERS,
    Cell,
    Row,
    Scene,
    TwinEvent,
    TwinPlan,
    TwinSheet,
    TwinVideo,
    expression,
)

# Subjects with odd rows first.
_ORDER = (216, 14, 40, 214, 149, *(n for n in range(1, 31) if n != 14))
MOST_SUBJECTS = len(_ORDER)

_HEAD_ME = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion")
_HEAD_ALL = (
    "Subject",
    "Filename",
    "Onset",
    "Apex",
    "Offset",
    "AU",
    "Expression type",
    "Objective class",
)
_OBJECTIVE = {
    "happy": "I",
    "surprise": "II",
    "anger": "III",
    "disgust": "IV",
    "sad": "V",
    "fear": "VI",
}

_PART_C: tuple[Row, ...] = (
    ("sub", "count", "onset", "offset", "au", "emotion"),
    (1, 1, 310, 322, "4,7", "negative"),
    (1, 2, 910, 931, "1\uff0c2", "surprise"),
)


def plan(scene: Scene) -> TwinPlan:
    """What the twin shows and what its sheets say."""
    rng = np.random.default_rng([scene.seed, 72])
    files = [one for who in _ORDER[: scene.subjects] for one in _files_of(who, rng)]
    micro: list[Row] = [_HEAD_ME]
    everything: list[Row] = [_HEAD_ALL]
    blinks: list[Row] = [("Subject", "Filename", "Onset", "Offset")]
    for letter, video in files:
        for event in video.events:
            who = (video.subject_id, letter)
            numbers = tuple(_text(event.cell(name)) for name in NUMBERS)
            objective = _OBJECTIVE.get(event.emotion.lower(), "VII")
            if event.kind == "blink":
                blinks.append((*who, event.onset, event.offset))
                continue
            kind = "Micro-expression" if event.kind == "me" else "Macro-expression"
            plain = tuple(event.cell(name) for name in NUMBERS)
            everything.append((*who, *plain, event.units, kind, objective))
            if event.kind == "me":
                micro.append((*who, *numbers, event.units, objective, event.emotion))
    return TwinPlan(
        "casme3",
        "CAS(ME)^3",
        Fraction(30),
        tuple(video for _, video in files),
        {
            "annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx": (
                TwinSheet("label", tuple(micro)),
                TwinSheet("Sheet2", ()),
                TwinSheet("Sheet3", ()),
            ),
            "annotation/CAS(ME)3_part_A_v2.xls": (
                TwinSheet("AU+Emotion", tuple(everything)),
                TwinSheet("eye blink", tuple(blinks)),
            ),
            "annotation/CAS(ME)3_part_A_wrongly_labeled_me_in_V1.xlsx": (
                TwinSheet("Sheet1", (("spNO.216", "d", "10", "16", "25"),)),
            ),
            "annotation/CAS(ME)3_part_C_ME.xlsx": (TwinSheet("mockCrimeME", _PART_C),),
        },
        (
            "every cell of the sheet of micro-expressions is text, numbers included; two sheets are empty",
            "(subject, file) names several rows",
            "the sheet of part C has commas between action units, one of them full-width; no frames",
            "frames are found by the number in their name: there are gaps, and few begin at 1",
        ),
    )


def _files_of(who: int, rng: np.random.Generator) -> list[tuple[str, TwinVideo]]:
    """The films of a subject, each with its letter in the sheets."""
    if who == 216:
        slow = expression("me", 2647, 2668, 2694, "disgust", "4+10")
        early = expression("me", 1, 11, 25, "fear", "1+4")
        return [
            _file(who, "d", range(2632, 2711), [slow.odd("typing error", cells={"onset": 3647})]),
            _file(
                who,
                "e",
                range(1, 46),
                [early.odd("onset and apex 0", cells={"onset": 0, "apex": 0}, read={"apex": 1})],
            ),
        ]
    if who == 14:
        return [("J", _with_gaps(rng))]
    if who == 40:
        events = [
            expression("me", 1812, 1824, 1845, "sad", "1+15").odd("offset 0", cells={"offset": 0})
        ]
        return [_file(who, "e", range(1797, 1876), events, broken=(1860,))]
    if who == 214:
        short = expression("me", 5, 20, 34, "anger", "4+7")
        odd = short.odd(
            "apex 5 and offset 3460", cells={"apex": 5, "offset": 3460}, read={"apex": 5}
        )
        return [_file(who, "c", range(1, 66), [odd])]
    if who == 149:
        long = expression("me", 112, 123, 358, "Others", "R14")
        return [_file(who, "d", range(100, 371), [long.odd("apex 83", cells={"apex": 83})])]
    start = int(rng.integers(8, 40))
    events = [
        expression("me", start + 12, start + 18, start + 31, "happy", "6+12"),
        expression("me", start + 45, start + 50, start + 58, "others", "T28+14"),
    ]
    return [_file(who, "a", range(start, start + 75), events)]


def _with_gaps(rng: np.random.Generator) -> TwinVideo:
    """Subject 14: an upper-case letter in the sheets, dropped frames, all kinds of rows."""
    first = int(rng.integers(8, 12))
    events = [
        expression("me", first + 14, first + 20, first + 32, "surprise", "L1+R2+4"),
        expression("me", first + 40, first + 43, first + 52, "Others", "T28+14").odd(
            "onset = apex, as in 55 rows", cells={"apex": first + 40}, read={"apex": first + 40}
        ),
        expression("macro", first + 62, first + 74, first + 96, "", "6+12"),
        TwinEvent("blink", first + 102, first + 105, first + 109),
    ]
    # Of two dropped frames one lies inside an expression, right before the apex.
    missing = {first + 19, first + 57}
    return TwinVideo(
        "spNO.14_j",
        "spNO.14",
        "part_A/spNO.14/j/color",
        tuple(number for number in range(first, first + 120) if number not in missing),
        "{}.jpg".format,
        tuple(events),
        depth="part_A/spNO.14/j/depth",
        oddities=("the sheets call this file J", f"no files {sorted(missing)}"),
    )


def _file(
    who: int,
    letter: str,
    numbers: Iterable[int],
    events: list[TwinEvent],
    *,
    broken: tuple[int, ...] = (),
) -> tuple[str, TwinVideo]:
    folder = f"part_A/{'spNo' if who == 214 else 'spNO'}.{who}/{letter}"
    odd = [f"{number}.jpg is cut off" for number in broken]
    if who == 214:
        odd.append("the folder is called spNo")
    video = TwinVideo(
        f"spNO.{who}_{letter}",
        f"spNO.{who}",
        f"{folder}/color",
        tuple(numbers),
        "{}.jpg".format,
        tuple(events),
        depth=f"{folder}/depth",
        broken=broken,
        oddities=tuple(odd),
    )
    return letter, video


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
