"""What a page shows, gathered before anything is rendered: frozen, plain, and easy to test.

    ReportView
    ├── Overview      counts, problems, distributions, settings      index.html
    └── RecordingView one film                                       recordings/<name>.html
        └── ClipView  timeline lanes, rows of the contact sheet

Texts here are as the user wrote them; the templates escape them.
"""

from dataclasses import dataclass

from wdmd_tools.report.release import ReleaseFacts


@dataclass(frozen=True, slots=True)
class Bar:
    """A span on a lane.

    Args:
        start: First frame of the clip.
        end: First frame after it.
        css: Class that gives the colour.
        title: Said by the pointer and by screen readers.
    """

    start: int
    end: int
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve on a lane.

    Args:
        css: Class that gives the colour and dash.
        name: What it is, for the legend.
        path: SVG path data; x in frames, y from 0 (top) to 100.
    """

    css: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a timeline.

    Args:
        label: Its name.
        detail: Small print beside the name, such as the range of a curve; empty where there is none.
        bars: Spans.
        lines: Curves; a lane with curves is drawn higher.
    """

    label: str
    detail: str = ""
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the time axis.

    Args:
        percent: Where, of the width.
        label: Time in ELAN, m:ss.s.
    """

    percent: float
    label: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of a contact sheet's row.

    Args:
        label: ``onset``, ``apex``, ``offset``, ``middle (no apex)``, ``change x6`` and so on.
        frame: Clip-relative frame; `None` for a difference of two frames.
        time: ELAN time of the frame, m:ss.mmm; empty for a difference.
    """

    label: str
    frame: int | None
    time: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a clip's contact sheet: a consensus micro-expression, or the clip where it has none.

    Args:
        title: Frames, duration, state and labels.
        cells: Left to right, all of one size.
    """

    title: str
    cells: tuple[Cell, ...]

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames to be read from the crop."""
        return tuple(cell.frame for cell in self.cells if cell.frame is not None)


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One annotated span, for the table under a timeline."""

    annotator: str
    kind: str
    label: str
    onset: str
    offset: str
    frames: str
    duration_ms: int
    source: str


@dataclass(frozen=True, slots=True)
class ClipView:
    """One clip.

    Args:
        clip_id: Its id.
        anchor: Where on its page.
        recording_id: The film.
        subject_id: The person.
        split: train, val, test or empty.
        state: speaking, listening, mixed or unknown.
        n_me: Consensus micro-expressions.
        n_frames: Frames.
        fps: Frames per second.
        seconds: Length.
        span: Where in the film, in ELAN's time.
        coverage: Share of frames with a face.
        yaw_max_deg: Largest absolute yaw, `None` without a face.
        jitter_px: Motion that alignment left, `None` where it could not be measured.
        flags: Quality codes.
        crop_path: The crop video, relative to the dataset.
        crop_sha256: Its hash.
        lanes: The timeline.
        ticks: Its time axis.
        summary: The timeline in words.
        rows: The contact sheet.
        segments: All annotated spans.
    """

    clip_id: str
    anchor: str
    recording_id: str
    subject_id: str
    split: str
    state: str
    n_me: int
    n_frames: int
    fps: float
    seconds: float
    span: str
    coverage: float
    yaw_max_deg: float | None
    jitter_px: float | None
    flags: tuple[str, ...]
    crop_path: str
    crop_sha256: str
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    summary: str
    rows: tuple[SheetRow, ...]
    segments: tuple[SegmentLine, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A written contact sheet row.

    Args:
        file: Name in the folder ``sheets``.
        width: px.
        height: px.
    """

    file: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What became of a clip's contact sheet.

    Args:
        pictures: One per row of the clip; empty when the crop could not be read.
        problem: Why there is none; empty when all is well.
        made: Whether it was made now rather than found.
    """

    pictures: tuple[Picture, ...]
    problem: str
    made: bool


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """One film in the table of recordings.

    Args:
        recording_id: Its id.
        page: File name of its first page, in the folder ``recordings``.
        subjects: Who is in it.
        source_video: The film.
        size: Width x height, px.
        fps: Frames per second.
        clips: How many.
        me: Consensus micro-expressions.
        minutes: In clips.
        flagged: Clips with a flag.
    """

    recording_id: str
    page: str
    subjects: str
    source_video: str
    size: str
    fps: str
    clips: int
    me: int
    minutes: float
    flagged: int


@dataclass(frozen=True, slots=True)
class ProblemExample:
    """One rejected thing."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All problems of one code.

    Args:
        code: For example ``E_NO_MEDIA``.
        count: How many.
        meaning: What is wrong, from the page of codes; empty when it is not there.
        cure: What to do.
        examples: The first few.
    """

    code: str
    count: int
    meaning: str
    cure: str
    examples: tuple[ProblemExample, ...] = ()


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram.

    Args:
        label: The values in it.
        count: How many.
        share: Of the highest bar, 0 to 1.
    """

    label: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """A distribution over clips or micro-expressions.

    Args:
        title: What, with its unit.
        summary: Median, range and number in words; "n/a (...)" where there is no value.
        bins: The bars; named values when `named`.
        named: Bars lie on their side, one per value, since there are few.
        low: Left end of the axis.
        high: Right end of the axis.
    """

    title: str
    summary: str
    bins: tuple[Bin, ...]
    named: bool
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page.

    Args:
        name: The dataset.
        synthetic: Whether it was rendered by `wdmd demo`.
        counts: Label and value, in order.
        annotators: Name and number of micro-expressions, consensus last.
        rejects: By code.
        warnings: By code, of the annotations.
        flags: By code, of the clips.
        histograms: Distributions.
        settings: The configuration as YAML.
        versions: Program and version.
        command: What builds the same again.
        release: What was imported; `None` for a dataset of one's own.
        data_hash: Of the tables.
        schema_version: Of the tables.
    """

    name: str
    synthetic: bool
    counts: tuple[tuple[str, str], ...]
    annotators: tuple[tuple[str, int, str], ...]
    rejects: tuple[ProblemGroup, ...]
    warnings: tuple[ProblemGroup, ...]
    flags: tuple[ProblemGroup, ...]
    histograms: tuple[Histogram, ...]
    settings: str
    versions: tuple[tuple[str, str], ...]
    command: str
    release: ReleaseFacts | None
    data_hash: str
    schema_version: str
