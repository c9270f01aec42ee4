"""The twin of CASME II: 200 fps clips, a sheet with two columns without a name.

    CASME2-coding-20140508.xlsx              header in the first row
    CASME2-RAW/sub01/EP02_01f/img001.jpg     the clip is longer than its micro-expression
    Cropped/sub01/EP02_01f/reg_img46.jpg     onset to offset only, numbers as in the whole clip

Facts and how sure they are: docs/datasets/casme2.md.
"""

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

_HEAD: Row = (
    "Subject",
    "Filename",
    None,
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    None,
    "Action Units",
    "Estimated Emotion",
)

# Subject 4 has the row without an apex.
_ORDER = (4, 1, 17, *(n for n in range(2, 27) if n not in (4, 17)))
MOST_SUBJECTS = 26


def plan(scene: Scene) -> TwinPlan:
    """What the twin shows and what its sheet says."""
    rng = np.random.default_rng([scene.seed, 75])
    clips = [clip for who in _ORDER[: scene.subjects] for clip in _clips_of(who, rng)]
    rows = tuple(
        _row(video, event) for video in clips if video.form == "main" for event in video.events
    )
    return TwinPlan(
        "casme2",
        "CASME II",
        Fraction(200),
        tuple(clips),
        {"CASME2-coding-20140508.xlsx": (TwinSheet("Sheet1", (_HEAD, *rows)),)},
        (
            "subjects are text with a leading zero; the third and the seventh column have no name",
            "a cell with a single action unit is a number",
        ),
    )


def _row(video: TwinVideo, event: TwinEvent) -> Row:
    numbers = tuple(event.cell(name) for name in NUMBERS)
    units: Cell = int(event.units) if event.units.isdigit() else event.units
    name = video.folder.rsplit("/", 1)[1]
    return (video.subject_id[3:], name, None, *numbers, None, units, event.emotion)


def _clips_of(who: int, rng: np.random.Generator) -> list[TwinVideo]:
    jitter = int(rng.integers(0, 10))
    onset = 30 + jitter
    if who == 4:
        none = expression("me", onset, onset + 22, onset + 51, "others", "4")
        odd = none.odd("apex /: not annotated", cells={"apex": "/"}, read={"apex": None})
        return [_clip(who, "EP12_01f", odd)]
    if who == 1:
        sides = expression("me", onset, onset + 25, onset + 60, "happiness", "R6+R12")
        either = expression("me", 36, 60, 97, "disgust", "4+L10")
        first = _clip(who, "EP02_01f", sides)
        return [first, _cropped(first), _clip(who, "EP19_05f", either)]
    if who == 17:
        strong = expression("me", onset, onset + 20, onset + 48, "repression", "15+17")
        return [_clip(who, "EP06_04", strong, "names are not padded", pattern="img{}.jpg")]
    return [
        _clip(who, "EP03_01", expression("me", onset, onset + 26, onset + 62, "surprise", "1+2"))
    ]


def _clip(
    who: int, name: str, event: TwinEvent, *odd: str, pattern: str = "img{:03d}.jpg"
) -> TwinVideo:
    return TwinVideo(
        f"sub{who:02d}_{name}",
        f"sub{who:02d}",
        f"CASME2-RAW/sub{who:02d}/{name}",
        tuple(range(1, event.offset + 16)),
        pattern.format,
        (event,),
        oddities=odd,
    )


def _cropped(clip: TwinVideo) -> TwinVideo:
    """The same expression in another form of the pictures, which must not be mixed in."""
    (event,) = clip.events
    return TwinVideo(
        f"{clip.video_id}_cropped",
        clip.subject_id,
        clip.folder.replace("CASME2-RAW", "Cropped"),
        tuple(range(event.onset, event.offset + 1)),
        "reg_img{}.jpg".format,
        clip.events,
        form="Cropped",
    )
