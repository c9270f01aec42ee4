"""The twin of MMEW: 90 fps clips in folders by emotion, one workbook for the micro-expressions.

MMEW_Final/MMEW_Micro_Exp.xlsx
MMEW_Final/Micro_Expression/happiness/S01-07-001/1.jpg     unpadded, from 1 on
MMEW_Final/Macro_Expression/S01/anger/1.jpg                no sheet: subject and emotion by folder
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

_HEAD: Row = (
    "Subject",
    "Filename",
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    "Action Units",
    "Estimated Emotion",
    "remarks",
)

MOST_SUBJECTS = 30
_EMOTIONS = {
    "happiness": "6+12",
    "surprise": "1+2",
    "others": "4+L14",
    "disgust": "4+10",
    "fear": "1+2+4",
    "sadness": "1+15",
    "anger": "4+7",
}


def plan(scene: Scene) -> TwinPlan:
    """What the twin shows and what its sheet says."""
    rng = np.random.default_rng([scene.seed, 77])
    clips = [clip for who in range(1, scene.subjects + 1) for clip in _clips_of(who, rng)]
    rows = tuple(_row(clip, event) for clip in clips for event in clip.events if event.kind == "me")
    return TwinPlan(
        "mmew",
        "MMEW",
        Fraction(90),
        tuple(clips),
        {"MMEW_Final/MMEW_Micro_Exp.xlsx": (TwinSheet("Sheet1", (_HEAD, *rows)),)},
        ("subjects are numbers in the sheet and S01 in the names",),
    )


def _row(clip: TwinVideo, event: TwinEvent) -> Row:
    numbers = tuple(event.cell(name) for name in NUMBERS)
    return (int(clip.subject_id[1:]), clip.video_id, *numbers, event.units, event.emotion, None)


def _clips_of(who: int, rng: np.random.Generator) -> list[TwinVideo]:
    names = list(_EMOTIONS)
    clips = []
    for running in (1, 2):
        emotion = names[(2 * who + running - 3) % len(names)]
        onset = int(rng.integers(1, 12))
        event = expression("me", onset, onset + 14, onset + 34, emotion, _EMOTIONS[emotion])
        clips.append(
            TwinVideo(
                f"S{who:02d}-{names.index(emotion) + 1:02d}-{running:03d}",
                f"S{who:02d}",
                f"MMEW_Final/Micro_Expression/{emotion}/"
                f"S{who:02d}-{names.index(emotion) + 1:02d}-{running:03d}",
                tuple(range(1, onset + 45)),
                "{}.jpg".format,
                (event,),
            )
        )
    return clips
