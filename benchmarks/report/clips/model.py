"""What the pages of clips show, gathered before anything is rendered."""

from dataclasses import dataclass

from wdmd_tools.report.model import Bar, SheetRow, Tick

KINDS = ("hit", "duplicate", "short", "long", "shifted", "background", "near", "missed")
"""Kinds of predictions, then fates of references; see `wdmd_tools.metrics.error_types`. The hit of a
reference is that of its prediction and is not told twice."""

STATES = ("speaking", "listening", "unknown")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference ME.

    Args:
        start: First frame.
        end: First frame after it.
        ms: Duration.
        state: One of `STATES`.
    """

    start: int
    end: int
    ms: int
    state: str


@dataclass(frozen=True, slots=True)
class Spotted:
    """One segment that a model found.

    Args:
        start: First frame.
        end: First frame after it.
        ms: Duration.
        score: The model's.
        kind: One of the first six of `KINDS`.
        state: One of `STATES`.
    """

    start: int
    end: int
    ms: int
    score: float
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class ModelLane:
    """What one model said about a clip.

    Args:
        model: Its name.
        display: As shown.
        curve: SVG path of its frame scores, x in frames, y from 0 (score 1) to 100; empty without any.
        threshold: On the scores, `None` where the model has none.
        spotted: By start.
        fates: ``hit``, ``near`` or ``missed`` for each reference.
        p_me: Said probability of an ME, or `None`.
    """

    model: str
    display: str
    curve: str
    threshold: float | None
    spotted: tuple[Spotted, ...]
    fates: tuple[str, ...]
    p_me: float | None


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of pictures.

    Args:
        row: Its title and frames.
        css: ``consensus`` for a reference, ``missing`` for a false alarm.
    """

    row: SheetRow
    css: str


@dataclass(frozen=True, slots=True)
class ClipCase:
    """One clip and everything said about it.

    Args:
        clip_id: Its id.
        anchor: Where on its page.
        recording_id: The film.
        subject_id: The person.
        split: train, val, test or empty.
        state: speaking, listening, mixed or unknown.
        n_frames: Frames.
        fps: Frames per second.
        seconds: Length.
        span: Where in the film.
        crop_path: Relative to the dataset.
        crop_sha256: Its content.
        references: By onset.
        states: Spans of the annotated state.
        lanes: Models, in the board's order.
        strips: Rows of pictures, references first.
        unpictured: False alarms beyond the most that are pictured.
        ticks: Of the time axis.
    """

    clip_id: str
    anchor: str
    recording_id: str
    subject_id: str
    split: str
    state: str
    n_frames: int
    fps: float
    seconds: float
    span: str
    crop_path: str
    crop_sha256: str
    references: tuple[Reference, ...]
    states: tuple[Bar, ...]
    lanes: tuple[ModelLane, ...]
    strips: tuple[Strip, ...]
    unpictured: int
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """Pictures and film of one clip.

    Args:
        pictures: File, width and height of each strip; empty where none was drawn.
        film: File name; empty where there is none.
        problem: Why something is absent; empty otherwise.
    """

    pictures: tuple[tuple[str, int, int], ...] = ()
    film: str = ""
    problem: str = ""
