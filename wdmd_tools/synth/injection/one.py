"""One output film: plan it, render it, write its ELAN file and its part of the truth. Runs in a worker."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wdmd_tools.atomic import write_json
from wdmd_tools.errors import VideoError
from wdmd_tools.intervals import Interval
from wdmd_tools.synth.annotators import MarkedEvent, Marking, annotate_script
from wdmd_tools.synth.injection.film import render_film
from wdmd_tools.synth.injection.plan import InjectedEvent, plan_events, usable_spans
from wdmd_tools.synth.injection.settings import InjectionConfig
from wdmd_tools.synth.injection.speech import guess_states, speech_activity
from wdmd_tools.synth.injection.track import FaceCourse, load_or_track, stretches
from wdmd_tools.synth.projects import project_date, write_project
from wdmd_tools.synth.script import Script, SynthEvent
from wdmd_tools.timebase import FrameTable
from wdmd_tools.video.probe import VideoInfo

TRUTH_ANNOTATOR = "truth"
STAMPS, TRACKS = ".stamps", ".tracks"
OnFrame = Callable[[int, int], None]


@dataclass(frozen=True)
class OutputFilm:
    """What is to be made of a source film.

    Args:
        source: The source.
        sha256: Of the source.
        version: From 1; 0 for the control.
        out: Folder of the data set.
        model_file: ``face_landmarker.task``.
        config: Settings.
    """

    source: Path
    sha256: str
    version: int
    out: Path
    model_file: Path
    config: InjectionConfig

    @property
    def recording_id(self) -> str:
        """Name of the output film, without ending."""
        kind = "control" if self.version == 0 else f"me{self.version:02d}"
        return f"{self.source.stem}_{kind}"

    @property
    def place(self) -> int:
        """A number that stands for the source, whatever other films there are."""
        return int(self.sha256[:4], 16)

    @property
    def video(self) -> Path:
        """The output film."""
        return self.out / "raw" / f"{self.recording_id}.mp4"

    @property
    def eaf(self) -> Path:
        """Its ELAN file."""
        return self.out / "ann" / f"{self.recording_id}.eaf"

    @property
    def stamp_path(self) -> Path:
        """Its part of the truth, with the hash of all it depends on; written last."""
        return self.out / STAMPS / f"{self.recording_id}.json"

    @property
    def track_path(self) -> Path:
        """The landmarks of the source."""
        return self.out / TRACKS / f"{self.sha256[:24]}.npz"

    @property
    def stamp(self) -> str:
        """Hash of all that the output depends on."""
        return self.config.stamp(self.sha256, self.version)

    def done(self) -> dict[str, Any] | None:
        """Its part of the truth, where it is finished already."""
        if not (self.video.is_file() and self.eaf.is_file() and self.stamp_path.is_file()):
            return None
        try:
            stored = json.loads(self.stamp_path.read_text("utf-8"))
        except ValueError:
            return None
        same = isinstance(stored, dict) and stored.get("stamp") == self.stamp
        return dict(stored["film"]) if same else None


def find_face(film: OutputFilm, on_frame: OnFrame = lambda _done, _all: None) -> None:
    """Find the face in the source and keep it.

    Raises:
        VideoError: The source cannot be read, shows no face, or has no room for an ME.
    """
    info, course = load_or_track(film.source, film.model_file, film.track_path, on_frame)
    table = output_table(info)
    shortest = min(film.config.durations.values)
    spans = _usable(course, table)
    if not any(span.duration_ms > shortest for span in spans):
        seconds = table.end_ms / 1000
        raise VideoError(
            f"{film.source}: no room for a micro-expression in {seconds:.1f} s: none of its stretches with "
            f"a face turned by less than 30 degrees lasts {shortest:.0f} ms and 200 ms on each side; give "
            "a longer film or a shorter --me-duration"
        )


def make_film(film: OutputFilm, on_frame: OnFrame = lambda _done, _all: None) -> None:
    """Inject, encode, annotate; the stamp comes last.

    Raises:
        VideoError: The source cannot be decoded, or the encoder failed.
        OSError: The disk is full.
    """
    info, course = load_or_track(film.source, film.model_file, film.track_path)
    table = output_table(info)
    activity = speech_activity(course.openings(), float(table.fps))
    states = guess_states(activity, table.floor_ms, table.end_ms)
    events = _events(film, course, table, states) if film.version else ()
    rendered = render_film(info, course, events, film.video, film.config.crf, on_frame)
    _write_elan(film, table, events, states)
    speaking = [span for span, state in states if state == "speaking"]
    times = np.asarray(table.floor_ms)
    mask = np.zeros(len(times), dtype=bool)
    for span in speaking:
        mask[np.searchsorted(times, span.start_ms) : np.searchsorted(times, span.end_ms)] = True
    in_speech: list[bool] = mask.tolist()
    rows = [
        _row(film, course, table, event, activity, in_speech, peak)
        for event, peak in zip(events, rendered.peaks_px, strict=True)
    ]
    described = {
        "recording_id": film.recording_id,
        "subject_id": film.source.stem,
        "source": film.source.name,
        "source_sha256": film.sha256,
        "control": film.version == 0,
        "frames": len(table),
        "fps": float(table.fps),
        "variable_rate": table.is_variable,
        "width": info.width & ~1,
        "height": info.height & ~1,
        "face_share": round(float(course.found.mean()), 4),
        "repaired": rendered.repaired,
        "displaced_frames": rendered.moved,
        "events": rows,
        "activity": {
            "time_ms": list(table.floor_ms),
            "activity": [round(float(a), 5) if np.isfinite(a) else None for a in activity],
            "speaking": in_speech,
        },
    }
    write_json(film.stamp_path, {"stamp": film.stamp, "film": described})


def output_table(info: VideoInfo) -> FrameTable:
    """The frame times of the output film: those of the source, from the first frame on.

    Args:
        info: The source.
    """
    first = info.table.pts[0]
    return FrameTable(tuple(pts - first for pts in info.table.pts), info.table.time_base)


def _usable(course: FaceCourse, table: FrameTable) -> list[Interval]:
    runs = stretches(course.found, course.shot)
    return usable_spans(course.pose[:, 0], runs, table.floor_ms, table.end_ms)


def _events(
    film: OutputFilm,
    course: FaceCourse,
    table: FrameTable,
    states: tuple[tuple[Interval, str], ...],
) -> tuple[InjectedEvent, ...]:
    # From the film's content, not its place in the list: adding a film changes no other.
    rng = np.random.default_rng([film.config.seed, film.version, int(film.sha256[:12], 16)])
    return plan_events(
        rng,
        _usable(course, table),
        [span for span, state in states if state == "speaking"],
        table.end_ms / 1000,
        film.config.me_rate,
        film.config.amplitudes,
        film.config.durations,
    )


def _row(
    film: OutputFilm,
    course: FaceCourse,
    table: FrameTable,
    event: InjectedEvent,
    activity: np.ndarray[tuple[int], np.dtype[np.float64]],
    in_speech: list[bool],
    peak_px: float,
) -> dict[str, Any]:
    first, stop, _ = table.frames_of(event.interval)
    apex = min(table.frame_of(event.apex_ms), len(table) - 1)
    around = activity[first:stop]
    around = around[np.isfinite(around)]
    return {
        "recording_id": film.recording_id,
        "subject_id": film.source.stem,
        "kind": "me",
        "onset_ms": event.interval.start_ms,
        "apex_ms": event.apex_ms,
        "offset_ms": event.interval.end_ms,
        "label": event.emotion,
        "action_units": list(event.action_units),
        "side": event.side,
        "amplitude_percent": event.amplitude_percent,
        "state": "speaking" if in_speech[apex] else "listening",
        "onset_frame": first,
        "apex_frame": apex,
        "offset_frame": stop - 1,
        "amplitude_px": round(peak_px, 4),
        "iod_px": round(course.frame(apex).iod, 3),
        "yaw_deg": round(float(course.pose[apex, 0]), 3),
        "activity": round(float(around.mean()), 5) if len(around) else None,
        "source": film.source.name,
    }


def _write_elan(
    film: OutputFilm,
    table: FrameTable,
    events: tuple[InjectedEvent, ...],
    states: tuple[tuple[Interval, str], ...],
) -> None:
    markings: tuple[Marking, ...]
    if film.config.annotators == "truth":
        mes = tuple(MarkedEvent(e.interval, e.emotion, _units(e)) for e in events)
        markings = (Marking(TRUTH_ANNOTATOR, mes, states),)
    else:
        script = _script(table, events, states)
        index = film.place * 1000 + film.version
        markings = annotate_script(script, table.fps, film.config.seed, index)
    write_project(
        film.eaf,
        markings,
        film.source.stem,
        film.video.name,
        project_date(film.config.seed, film.place),
        "wdmd demo --from",
        properties=(
            ("wdmd_injected", "micro-expressions are synthetic, the footage is not"),
            ("wdmd_state", "a guess from the movement of the mouth"),
        ),
    )


def _units(event: InjectedEvent) -> str:
    # The left of the image is the right of the person who faces the camera.
    side = {"both": "", "left": "R", "right": "L"}[event.side]
    return "+".join(side + unit for unit in event.action_units)


def _script(
    table: FrameTable,
    events: tuple[InjectedEvent, ...],
    states: tuple[tuple[Interval, str], ...],
) -> Script:
    """The same as `wdmd demo` scripts, for its simulated annotators."""
    script = Script(table.end_ms, states, ())
    found = tuple(
        SynthEvent(
            "me",
            event.interval,
            event.apex_ms,
            event.emotion,
            event.action_units,
            event.side,
            event.amplitude_percent,
            script.state_at(event.apex_ms),
        )
        for event in events
    )
    return Script(table.end_ms, states, found)
