"""The twin of SMIC, high-speed camera, 100 fps, no apex and no action units, in both kinds of release.

    SMIC-HS-E_annotation.xlsx                                            remarks below the rows
    SMIC-E_raw image/HS_long/SMIC-HS-E/s03/s3_sur_01/image308866.jpg     s03 is padded, s3_ is not
    SMIC_all_cropped/HS/s3/micro/surprise/s3_sur_01/reg_image000000.bmp  onset to offset only, from 0 on

Facts and how sure they are: docs/datasets/smic.md.
"""

from fractions import Fraction

import numpy as np

from wdmd_tools.synth.twins.model import (
    Cell,
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
    "FirstF",
    "LastF",
    "OnsetF",
    "OffsetF",
    "OnsetF2",
    "OffsetF2",
    "Total_Num",
    "Emotion",
)

_REMARKS: tuple[Row, ...] = (
    (),
    ("Remarks:",),
    (None, "Clips with a second micro-expression have it in the columns OnsetF2 and OffsetF2."),
)

_ORDER = (3, 1, 2, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20)
MOST_SUBJECTS = len(_ORDER)

# The face has to move, though the release gives no action units.
_MOVES = {"positive": "12", "negative": "4+15", "surprise": "1+2"}
_SHORT = {"positive": "po", "negative": "ne", "surprise": "sur"}


def plan(scene: Scene) -> TwinPlan:
    """What the twin shows and what its sheet says."""
    rng = np.random.default_rng([scene.seed, 76])
    clips = [clip for who in _ORDER[: scene.subjects] for clip in _clips_of(who, rng)]
    long = [clip for clip in clips if clip.form == "main"]
    rows = tuple(_row(clip, place) for place, clip in enumerate(long))
    return TwinPlan(
        "smic",
        "SMIC-E-HS",
        Fraction(100),
        tuple(clips),
        {"SMIC-HS-E_annotation.xlsx": (TwinSheet("Sheet1", (_HEAD, *rows, *_REMARKS)),)},
        (
            "folders of subjects are padded, names of clips are not",
            "numbers are those of the camera's counter",
            "no apex, no action units",
            "remarks stand below the rows",
            "a clip lies there a second time as SMIC has it: cut, numbered from 0, without a sheet",
        ),
    )


def _row(clip: TwinVideo, place: int) -> Row:
    first: Cell = clip.numbers[0] if place % 2 else str(clip.numbers[0])
    me, *rest = clip.events
    second: Row = (rest[0].onset, rest[0].offset) if rest else (None, None)
    number = int(clip.subject_id[1:])
    head = (number, clip.video_id, first, clip.numbers[-1], me.onset, me.offset)
    return (*head, *second, len(clip.numbers), me.emotion)


def _clips_of(who: int, rng: np.random.Generator) -> list[TwinVideo]:
    start = 308866 + 1000 * who + int(rng.integers(0, 100))
    made = [_clip(who, 1, "surprise", start, [(20, 32, 55)])]
    if who == 3:
        made.append(_clip(who, 1, "negative", start + 400, [(18, 33, 52)]))
        made.append(_cut(who, 1, "surprise", (0, 12, 35)))
    if who == 1:
        made.append(_clip(who, 2, "positive", start + 400, [(18, 30, 50), (70, 84, 108)]))
    return made


def _clip(
    who: int, running: int, emotion: str, start: int, spans: list[tuple[int, int, int]]
) -> TwinVideo:
    name = f"s{who}_{_SHORT[emotion]}_{running:02d}"
    return TwinVideo(
        name,
        f"s{who:02d}",
        f"SMIC-E_raw image/HS_long/SMIC-HS-E/s{who:02d}/{name}",
        tuple(range(start, start + spans[-1][2] + 20)),
        "image{:06d}.jpg".format,
        tuple(_event(emotion, start, span) for span in spans),
        oddities=("two micro-expressions in one row",) if len(spans) > 1 else (),
    )


def _event(emotion: str, start: int, span: tuple[int, int, int]) -> TwinEvent:
    onset, apex, offset = (start + place for place in span)
    moved = expression("me", onset, apex, offset, emotion, _MOVES[emotion])
    return TwinEvent(
        "me",
        onset,
        apex,
        offset,
        emotion,
        moved.units,
        cells={"apex": None},
        read={"apex": None},
    )


def _cut(who: int, running: int, emotion: str, span: tuple[int, int, int]) -> TwinVideo:
    """A clip of the older release: from onset to offset, bitmaps numbered from 0."""
    name = f"s{who}_{_SHORT[emotion]}_{running:02d}"
    return TwinVideo(
        f"{name}_cut",
        f"s{who:02d}",
        f"SMIC_all_cropped/HS/s{who}/micro/{emotion}/{name}",
        tuple(range(span[2] + 1)),
        "reg_image{:06d}.bmp".format,
        (_event(emotion, 0, span),),
        form="SMIC, cut clips",
    )
