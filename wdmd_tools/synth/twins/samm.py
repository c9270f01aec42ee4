"""The twin of SAMM: 200 fps, gray, clips numbered by the long recording that they were cut from.

    SAMM_Micro_FACS_Codes_v2.xlsx       13 lines before the header, which is Excel row 14
    SAMM/006/006_1_2/006_05562.jpg      subject and number; four or five digits

The workbook is shared with the twin of SAMM Long Videos, which takes the emotions from it.
"""

from fractions import Fraction

import numpy as np

from wdmd_tools.synth.twins.model import (
    NUMBERS,
    Row,
    Scene,
    TwinEvent,
    TwinPlan,
    TwinSheet,
    TwinVideo,
    expression,
)

BOOK = "SAMM_Micro_FACS_Codes_v2.xlsx"
HEADER_ROW = 14

HEAD = (
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset Frame",
    "Apex Frame",
    "Offset Frame",
    "Duration",
    "Micro",
    "Action Units",
    "Estimated Emotion",
    "Objective Classes",
    "Notes",
)

_PREAMBLE: tuple[Row, ...] = (
    ("Spontaneous Actions and Micro-Movements (SAMM) - synthetic twin",),
    (),
    ("Symbol", "Meaning"),
    ("/", "or"),
    ("?", "unclear offset"),
    ("L", "unilateral, left"),
    ("R", "unilateral, right"),
    ("A", "asymmetric"),
    (),
    ("Onset, apex and offset are frames of the long recording",),
    ("-1: not annotated",),
    (),
    (),
)

_CLASSES = {
    "Happiness": 1,
    "Surprise": 2,
    "Anger": 3,
    "Disgust": 4,
    "Sadness": 5,
    "Fear": 6,
    "Other": 7,
    "Contempt": 7,
}

_EARLY = (6, 7, 8, 28, 32)  # 8 has no micro-expression

# Subjects whose rows are corrected by a published list come early.
_ORDER = ("007", "032", "006", "028", *(f"{n:03d}" for n in range(1, 38) if n not in _EARLY))
MOST_SUBJECTS = len(_ORDER)


def plan(scene: Scene) -> TwinPlan:
    """What the twin shows and what its sheet says."""
    rng = np.random.default_rng([scene.seed, 73])
    clips = [clip for who in _ORDER[: scene.subjects] for clip in _clips_of(who, rng)]
    rows = [row(video.video_id, event) for video in clips for event in video.events]
    return TwinPlan(
        "samm",
        "SAMM",
        Fraction(200),
        tuple(clips),
        {BOOK: (sheet(rows),)},
        (
            f"the header is Excel row {HEADER_ROW}",
            "subjects are text with leading zeros",
            "numbers are those of the long recording, with four or five digits in the names",
        ),
    )


def sheet(rows: list[Row]) -> TwinSheet:
    """The sheet of micro-expressions with its preamble."""
    return TwinSheet("MICRO_ONLY", (*_PREAMBLE, HEAD, *rows))


def row(name: str, event: TwinEvent) -> Row:
    """One row of that sheet.

    Args:
        name: The clip, such as `006_1_2`.
        event: Its micro-expression.
    """
    subject, video, _ = name.split("_")
    onset, apex, offset = (event.cell(number) for number in NUMBERS)
    return (
        subject,
        name,
        int(video),
        onset,
        apex,
        offset,
        event.offset - event.onset + 1,
        event.more.get("micro", "Micro - 1/2"),
        event.units,
        event.emotion,
        _CLASSES[event.emotion],
        event.more.get("notes"),
    )


def _clips_of(who: str, rng: np.random.Generator) -> list[TwinVideo]:
    jitter = int(rng.integers(0, 8))
    if who == "028":
        # Without an apex in the release, like two rows of subject 032; a published list gives them.
        event = expression("me", 1082, 1105, 1140, "Disgust", "9+10C", "9", "10C")
        return [_clip(who, "028_4_1", event.odd("apex -1", cells={"apex": -1}))]
    if who == "032":
        event = expression("me", 4920, 4945, 4981, "Other", "A14B+17", "A14B", "17")
        other = expression("me", 5104, 5130, 5166, "Anger", "4+7")
        return [
            _clip(who, "032_3_1", event.odd("apex -1", cells={"apex": -1})),
            _clip(who, "032_3_2", other.odd("apex -1", cells={"apex": -1})),
        ]
    if who == "007":
        event = expression("me", 3140, 3166, 3199, "Sadness", "(R6 or R12)+R15", "R12", "R15")
        return [
            _clip(who, "007_6_1", event.odd("one of two action units, decided by a published list"))
        ]
    if who == "006":
        first = expression(
            "me", 5562 + jitter, 5588 + jitter, 5625 + jitter, "Happiness", "6A+12B", "6A", "12B"
        )
        open_side = expression(
            "me", 960 + jitter, 990 + jitter, 1012 + jitter, "Contempt", "L14 or R14", "L14", "R14"
        )
        return [
            _clip(who, "006_1_2", first),
            _clip(
                who,
                "006_3_4",
                open_side.odd("one of two action units, left open"),
                "names have four digits up to 9999 and need not be as wide as others",
                digits=4,
            ),
        ]
    start = 2000 + 10 * int(rng.integers(0, 300))
    event = expression("me", start, start + 24, start + 58, "Surprise", "1+2+L5B", "1", "2", "L5B")
    return [_clip(who, f"{who}_1_1", event)]


def _clip(who: str, name: str, event: TwinEvent, *odd: str, digits: int = 5) -> TwinVideo:
    return TwinVideo(
        name,
        who,
        f"SAMM/{who}/{name}",
        tuple(range(event.onset - 6, event.offset + 7)),
        lambda number: f"{who}_{number:0{digits}d}.jpg",
        (event,),
        gray=True,
        oddities=odd,
    )
