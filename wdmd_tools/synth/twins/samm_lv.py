"""The twin of SAMM Long Videos: 200 fps, gray, micro- and macro-movements, onsets that are not whole.

    SAMM_LongVideos_V3_Release.xlsx            header in Excel row 10, no emotions
    SAMM_Micro_FACS_Codes_v2.xlsx              the emotions of the micro-movements, by file name
    SAMM_longvideos/006_1/006_1_0001.jpg       subject, video, number from 1 on

Facts and how sure they are: docs/datasets/samm-lv.md.
"""

from fractions import Fraction

import numpy as np

from wdmd_tools.synth.twins import samm
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

HEADER_ROW = 10

_HEAD = (
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset",
    "Apex",
    "Offset",
    "Duration",
    "Type",
    "Action Units",
    "Notes",
)

_PREAMBLE: tuple[Row, ...] = (
    ("SAMM Long Videos - synthetic twin",),
    (),
    ("Onset, apex and offset are frames of the long video at 200 fps",),
    ("Type", "Micro - 1/2: at most half a second; Macro: longer"),
    ("/", "or"),
    ("?", "unclear offset"),
    ("L, R, A", "left, right, asymmetric"),
    ("Apex -1: not annotated",),
    (),
)

# 028 has a micro-movement without an apex, 018 a macro-movement with onset 0.
_ORDER = ("028", "018", "008", *(f"{n:03d}" for n in range(1, 38) if n not in (8, 18, 28)))
MOST_SUBJECTS = 30


def plan(scene: Scene) -> TwinPlan:
    """What the twin shows and what its sheets say."""
    rng = np.random.default_rng([scene.seed, 74])
    videos = [_video_of(who, rng) for who in _ORDER[: scene.subjects]]
    rows: list[Row] = []
    emotions: list[Row] = []
    for video in videos:
        for event in video.events:
            rows.append(_row(event))
            if event.kind == "me":
                emotions.append(samm.row(str(event.more["file"]), event))
    return TwinPlan(
        "samm-lv",
        "SAMM Long Videos",
        Fraction(200),
        tuple(videos),
        {
            "SAMM_LongVideos_V3_Release.xlsx": (
                TwinSheet("FACS_Movement_Only", (*_PREAMBLE, _HEAD, *rows)),
            ),
            samm.BOOK: (samm.sheet(emotions),),
        },
        (
            f"the header is Excel row {HEADER_ROW}",
            "subjects are text with leading zeros",
            "emotions stand in another workbook, for micro-movements only",
            "rows of a video are not in order of time",
        ),
    )


def _row(event: TwinEvent) -> Row:
    file = str(event.more["file"])
    onset, apex, offset = (event.cell(name) for name in NUMBERS)
    kind = "Macro" if event.kind == "macro" else "Micro - 1/2"
    length = (
        offset - onset + 1
        if isinstance(onset, int | float) and isinstance(offset, int | float)
        else None
    )
    place = (onset, apex, offset, length)
    return (
        file[:3],
        file,
        int(file.split("_")[1]),
        *place,
        kind,
        event.units,
        event.more.get("notes"),
    )


def _video_of(who: str, rng: np.random.Generator) -> TwinVideo:
    jitter = int(rng.integers(0, 10))
    if who == "028":
        micro = expression(
            "me", 30 + jitter, 50 + jitter, 88 + jitter, "Disgust", "9+10C", "9", "10C"
        )
        macro = expression("macro", 126, 160, 246, "", "12B+R14", "12B", "R14")
        odd = micro.odd("apex -1: not annotated", cells={"apex": -1}, read={"apex": None})
        part = macro.odd("onset is not whole", cells={"onset": 126.4})
        return _video("028_4", 270, [_file(part, "028_4_2"), _file(odd, "028_4_1")])
    if who == "018":
        early = expression("macro", 1, 60, 140, "", "1+2").odd(
            "onset 0: not annotated; left out", cells={"onset": 0}, left_out=True
        )
        late = expression("me", 180, 205, 238, "Sadness", "1+15")
        return _video("018_3", 260, [_file(early, "018_3_3"), _file(late, "018_3_1")])
    if who == "008":
        only = expression("macro", 40, 80, 160, "", "4/7+ref(17)", "4", "7")
        odd = only.odd("apex -1: not annotated", cells={"apex": -1}, read={"apex": None})
        return _video("008_5", 190, [_file(odd, "008_5_1")])
    micro = expression("me", 150 + jitter, 172 + jitter, 205 + jitter, "Happiness", "L12A", "L12A")
    macro = expression("macro", 20, 50, 131, "", "4+7")
    half = macro.odd("onset is not whole", cells={"onset": 19.5})
    return _video(f"{who}_1", 250, [_file(micro, f"{who}_1_10"), _file(half, f"{who}_1_2")])


def _file(event: TwinEvent, name: str) -> TwinEvent:
    return event.odd(more={"file": name})


def _video(name: str, frames: int, events: list[TwinEvent]) -> TwinVideo:
    return TwinVideo(
        name,
        name[:3],
        f"SAMM_longvideos/{name}",
        tuple(range(1, frames + 1)),
        lambda number: f"{name}_{number:04d}.jpg",
        tuple(events),
        gray=True,
    )
