"""The twin of MMEW: 90 fps clips in folders by emotion, one workbook for the micro-expressions.

    MMEW_Final/MMEW_Micro_Exp.xlsx
    MMEW_Final/Micro_Expression/happiness/S01-07-001/1.jpg     unpadded, from 1 on
    MMEW_Final/Macro_Expression/S01/anger/S01-07-001.jpg       macro-expressions, in no sheet

Facts and how sure they are: docs/datasets/mmew.md.
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
    annotated = [clip for clip in clips if clip.form == "main"]
    rows = tuple(_row(clip, event) for clip in annotated for event in clip.events)
    return TwinPlan(
        "mmew",
        "MMEW",
        Fraction(90),
        tuple(clips),
        {"MMEW_Final/MMEW_Micro_Exp.xlsx": (TwinSheet("Sheet1", (_HEAD, *rows)),)},
        (
            "subjects are numbers in the sheet and S01 in the names",
            "no sheet tells onset and offset of macro-expressions",
        ),
    )


def _row(clip: TwinVideo, event: TwinEvent) -> Row:
    numbers = tuple(event.cell(name) for name in NUMBERS)
    return (int(clip.subject_id[1:]), clip.video_id, *numbers, event.units, event.emotion, None)


def _clips_of(who: int, rng: np.random.Generator) -> list[TwinVideo]:
    names = list(_EMOTIONS)
    clips = [_macro(who)] if who == 1 else []
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


def _macro(who: int) -> TwinVideo:
    """Pictures of a macro-expression, which nothing annotates."""
    return TwinVideo(
        f"S{who:02d}-07-macro",
        f"S{who:02d}",
        f"MMEW_Final/Macro_Expression/S{who:02d}/anger",
        (1, 2, 3),
        lambda number: f"S{who:02d}-07-{number:03d}.jpg",
        (expression("macro", 1, 2, 3, "anger", "4+7"),),
        form="macro-expressions without a sheet",
    )
