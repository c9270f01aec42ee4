"""A whole synthetic data set in a folder; a killed run resumes where it stopped.

What is written, all of it atomically:

    out/raw/demo001.mp4     H.264 video
    out/ann/demo001.eaf     ELAN file of three annotators (or demo001.A1.eaf ... with layout `files`)
    out/truth.parquet       every true event
    out/contact_sheet.png   faces to look at
    out/README.md           what this is
    out/.stamps/            hash of the settings of each finished recording
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from wdmd_tools.atomic import atomic_path, write_text
from wdmd_tools.errors import ConfigError, WdmdError, describe_os_error
from wdmd_tools.synth.annotators import ANNOTATORS, annotate
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.projects import project_paths, write_projects
from wdmd_tools.synth.script import write_script

STAMPS = ".stamps"


@dataclass(frozen=True)
class SynthSummary:
    """What `generate` did.

    Args:
        out: Folder of the data set.
        recordings: Recordings in the data set.
        rendered: Recordings rendered by this call; the others were there already.
        subjects: People in the data set.
        frames: Frames in the data set.
        micro_expressions: True MEs in the data set.
    """

    out: Path
    recordings: int
    rendered: int
    subjects: int
    frames: int
    micro_expressions: int


def generate(
    config: SynthConfig,
    out: Path,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> SynthSummary:
    """Render and annotate all recordings of a data set.

    Recordings whose video, ELAN files and stamp are there already are kept. Recordings of an earlier call
    with other settings that this data set does not contain are an error, since two data sets in one folder
    would be read as one.

    Args:
        config: Settings.
        out: Folder, made if need be.
        jobs: Processes, at least 1.
        on_progress: Called with (recordings done, all recordings).

    Raises:
        ConfigError: `out` is a file, or holds recordings of another data set.
        WdmdError: A recording could not be written, for instance on a full disk.
    """
    if jobs < 1:
        raise ConfigError(f"--jobs: expected at least 1, got {jobs}")
    _prepare_folder(config, out)
    todo = [index for index in range(config.recordings) if not _is_done(config, out, index)]
    done = config.recordings - len(todo)
    report = on_progress or (lambda _done, _all: None)
    report(done, config.recordings)
    for _ in _render_all(config, out, todo, jobs):
        done += 1
        report(done, config.recordings)
    mes = _write_truth(config, out / "truth.parquet")
    write_text(out / "README.md", _readme(config))
    sheet = out / "contact_sheet.png"
    if todo or not sheet.exists():
        from wdmd_tools.synth.contact_sheet import write_contact_sheet

        write_contact_sheet(config, sheet)
    return SynthSummary(
        out, config.recordings, len(todo), config.subjects, config.recordings * config.n_frames, mes
    )


def render_recording(config: SynthConfig, out: Path, index: int) -> None:
    """Render, encode and annotate one recording, then stamp it as finished.

    Args:
        config: Settings.
        out: Folder of the data set.
        index: 0-based number of the recording.

    Raises:
        WdmdError: It could not be written.
    """
    from wdmd_tools.synth.film import film

    script = write_script(config, index)
    video = out / "raw" / f"{config.recording_id(index)}.mp4"
    try:
        with atomic_path(video) as temporary:
            film(config, script, index, temporary)
        write_projects(out / "ann", config, index, annotate(config, script, index))
        write_text(_stamp_path(config, out, index), config.stamp(index) + "\n")
    except OSError as error:
        raise WdmdError(describe_os_error(error, video)) from error


def _render_all(config: SynthConfig, out: Path, todo: list[int], jobs: int) -> Iterator[int]:
    """Render what is missing; yields the number of each finished recording."""
    if min(jobs, len(todo)) <= 1:
        for index in todo:
            render_recording(config, out, index)
            yield index
        return
    # Workers wait in OpenMP without spinning: shared cores are the usual case.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with ProcessPoolExecutor(min(jobs, len(todo)), get_context("spawn")) as pool:
        futures = {pool.submit(render_recording, config, out, index): index for index in todo}
        try:
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        except BrokenProcessPool:
            raise WdmdError(
                "a rendering process was killed, perhaps for lack of memory; run the same command "
                "again with fewer --jobs: finished recordings are kept"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _prepare_folder(config: SynthConfig, out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise ConfigError(f"--out: {out} is a file; give a folder")
    try:
        for name in ("raw", "ann", STAMPS):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--out: {describe_os_error(error, out)}") from None
    expected = {path.name for i in range(config.recordings) for path in _files(config, out, i)}
    for folder in ("raw", "ann"):
        for path in sorted((out / folder).iterdir()):
            if path.name.startswith(".tmp-"):
                path.unlink()  # left by a killed run
            elif path.name not in expected:
                raise ConfigError(
                    f"--out: {path} belongs to another data set; remove it or choose another folder"
                )


def _files(config: SynthConfig, out: Path, index: int) -> tuple[Path, ...]:
    video = out / "raw" / f"{config.recording_id(index)}.mp4"
    return (video, *project_paths(out / "ann", config, index))


def _stamp_path(config: SynthConfig, out: Path, index: int) -> Path:
    return out / STAMPS / f"{config.recording_id(index)}.txt"


def _is_done(config: SynthConfig, out: Path, index: int) -> bool:
    stamp = _stamp_path(config, out, index)
    whole = stamp.exists() and all(path.exists() for path in _files(config, out, index))
    return whole and stamp.read_text("utf-8").strip() == config.stamp(index)


def _write_truth(config: SynthConfig, path: Path) -> int:
    """Write every true event of every recording; returns the number of MEs."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            pa.field("recording_id", pa.string(), nullable=False),
            pa.field("subject_id", pa.string(), nullable=False),
            pa.field("kind", pa.string(), nullable=False),
            pa.field("onset_ms", pa.int32(), nullable=False),
            pa.field("apex_ms", pa.int32()),
            pa.field("offset_ms", pa.int32(), nullable=False),
            pa.field("label", pa.string(), nullable=False),
            pa.field("action_units", pa.list_(pa.string()), nullable=False),
            pa.field("side", pa.string(), nullable=False),
            pa.field("amplitude_percent", pa.float32(), nullable=False),
            pa.field("state", pa.string(), nullable=False),
        ],
        metadata={
            "synthetic": "true",
            "times": "milliseconds from the start of the video, half-open [onset_ms, offset_ms)",
            "amplitude_percent": "largest displacement in percent of the inter-ocular distance",
            "side": "both, or left or right of the image",
            "config": config.model_dump_json(),
        },
    )
    rows: list[dict[str, Any]] = []
    for index in range(config.recordings):
        script = write_script(config, index)
        who = {"recording_id": config.recording_id(index), "subject_id": config.subject_id(index)}
        rows.extend(
            {
                "kind": state,
                "onset_ms": span.start_ms,
                "apex_ms": None,
                "offset_ms": span.end_ms,
                "label": "",
                "action_units": [],
                "side": "both",
                "amplitude_percent": 0.0,
                "state": state,
                **who,
            }
            for span, state in script.states
            if state != "speaking"
        )
        rows.extend(
            {
                "kind": event.kind,
                "onset_ms": event.interval.start_ms,
                "apex_ms": event.apex_ms,
                "offset_ms": event.interval.end_ms,
                "label": event.label,
                "action_units": list(event.action_units),
                "side": event.side,
                "amplitude_percent": event.amplitude_percent,
                "state": event.state,
                **who,
            }
            for event in script.events
        )
    rows.sort(key=lambda row: (row["recording_id"], row["onset_ms"], row["kind"]))
    table = pa.Table.from_pylist(rows, schema=schema)
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)
    return sum(row["kind"] == "me" for row in rows)


def _readme(config: SynthConfig) -> str:
    settings = "\n".join(f"    {key}: {value}" for key, value in config.model_dump().items())
    return f"""# Synthetic conversations

Everything in this folder is synthetic. `wdmd demo` rendered it from one public-domain photograph (NASA,
shipped with scikit-image as `skimage.data.astronaut`), bent and recoloured into {config.subjects}
identities. No person said or felt any of this. Numbers measured on it say whether software works; they
say nothing about people, and any table made from it must say so.

- `raw/`: {config.recordings} recordings, H.264
- `ann/`: ELAN files by {len(ANNOTATORS)} simulated annotators, whose errors are set so that Krippendorff's
  alpha of the state is about 0.85 and the mean IoU of matched micro-expressions about 0.78
- `truth.parquet`: every true event (micro- and macro-expressions, blinks, turns, nods, speech, beats of the
  brows, listening, silent)
- `contact_sheet.png`: one row per identity

Settings:

{settings}
"""
