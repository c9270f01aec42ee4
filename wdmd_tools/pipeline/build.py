"""`build_dataset`: from annotations and videos to a dataset folder.

plan -> lock -> for each recording that is not finished: build, store -> publish
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from wdmd_tools.config import BuildConfig
from wdmd_tools.errors import (
    ConfigError,
    DataError,
    UnknownNameError,
    WdmdError,
    describe_os_error,
)
from wdmd_tools.faces.model_file import get_face_model
from wdmd_tools.manifest.tables import write_table
from wdmd_tools.pipeline.journal import Journal, lock_folder, recording_key
from wdmd_tools.pipeline.part import Part
from wdmd_tools.pipeline.plan import Plan, RecordingPlan, find_eafs, plan_project
from wdmd_tools.pipeline.publish import BuildReport, publish, reject_row
from wdmd_tools.pipeline.recording import build_recording
from wdmd_tools.protocol import Protocol

Progress = Callable[[int, int, str], None]
"""Called with recordings finished, recordings in all, and what was just finished."""


def build_dataset(
    elan: Path,
    videos: Path,
    out: Path,
    config: BuildConfig,
    *,
    protocol: Protocol | None = None,
    face_model: Path | None = None,
    jobs: int = 1,
    name: str | None = None,
    progress: Progress = lambda _done, _total, _what: None,
) -> BuildReport:
    """Build a dataset, or finish one that was interrupted.

    Finished recordings whose inputs and settings have not changed are kept.

    Args:
        elan: Folder of ELAN files, or one file.
        videos: Folder of videos, or one file.
        out: Dataset folder, made if need be.
        config: Settings.
        protocol: Which tier means what; the built-in one when `None`.
        face_model: ``face_landmarker.task``; found or fetched when `None`.
        jobs: Worker processes, one recording each at a time.
        name: Name of the dataset; the folder that holds the annotations when `None`.
        progress: Called after each recording.

    Returns:
        What was made. `BuildReport.rejects` lists what could not be used.

    Raises:
        ConfigError: A path or setting is wrong, or another build is writing the folder.
        MissingDependencyError: The face model or a binary is missing.
        DataError: Nothing could be built; the rejects table says why.
        WdmdError: The disk is full, or a worker was killed.
    """
    _check_paths(elan, videos, out, jobs)
    protocol = protocol or Protocol()
    plan = plan_project(elan, videos, protocol)
    _check_chosen_annotator(plan, config)
    model_file = get_face_model(face_model) if plan.recordings else Path()
    try:
        with lock_folder(out):
            journal = Journal(out)
            journal.forget_others({recording.recording_id for recording in plan.recordings})
            keys = {
                recording.recording_id: recording_key(recording, config, protocol)
                for recording in plan.recordings
            }
            todo = [
                recording
                for recording in plan.recordings
                if not journal.is_done(recording.recording_id, keys[recording.recording_id])
            ]
            total, done = len(plan.recordings), len(plan.recordings) - len(todo)
            progress(done, total, "")
            for recording_id in _build_all(todo, keys, config, model_file, out, jobs):
                done += 1
                progress(done, total, recording_id)
            parts = {r.recording_id: journal.load(r.recording_id) for r in plan.recordings}
            _refuse_empty(out, plan, parts)
            counts, problems = publish(
                out, name or _default_name(elan), _is_synthetic(elan), plan, parts, config, protocol
            )
    except OSError as error:
        raise WdmdError(describe_os_error(error, error.filename or out)) from error
    return BuildReport(out, counts, problems, len(todo))


def _check_paths(elan: Path, videos: Path, out: Path, jobs: int) -> None:
    if jobs < 1:
        raise ConfigError(f"--jobs: expected at least 1, got {jobs}")
    if out.exists() and not out.is_dir():
        raise ConfigError(f"--out: {out} is a file; give a folder")
    for option, folder in (("--elan", elan), ("--videos", videos)):
        if folder.is_dir() and out.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(
                f"--out: {out} lies inside of {option} {folder}; choose a folder beside it"
            )
    foreign = out / "dataset.json"
    if out.is_dir() and any(out.iterdir()) and not (out / ".build").is_dir():
        what = "a dataset that was not built here" if foreign.exists() else "other files"
        raise ConfigError(f"--out: {out} holds {what}; choose an empty or new folder")


def _check_chosen_annotator(plan: Plan, config: BuildConfig) -> None:
    """Refuse a name that occurs nowhere; a typing error would reject everything."""
    known = {name for recording in plan.recordings for name in recording.annotators}
    chosen = config.consensus
    if chosen.rule == "annotator" and known and chosen.annotator not in known:
        raise UnknownNameError("annotator (consensus.annotator)", chosen.annotator, sorted(known))


def _build_all(
    todo: list[RecordingPlan],
    keys: dict[str, str],
    config: BuildConfig,
    model_file: Path,
    out: Path,
    jobs: int,
) -> Iterator[str]:
    """Build recordings, longest file first so that no worker is left with a long one at the end."""
    if not todo:
        return
    todo = sorted(todo, key=lambda recording: -recording.video.stat().st_size)
    if min(jobs, len(todo)) == 1:
        for recording in todo:
            _work(recording, keys[recording.recording_id], config, model_file, out)
            yield recording.recording_id
        return
    # OpenMP threads that spin between parallel regions slow down shared cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with ProcessPoolExecutor(min(jobs, len(todo)), get_context("spawn")) as pool:
        futures = {
            pool.submit(
                _work, recording, keys[recording.recording_id], config, model_file, out
            ): recording.recording_id
            for recording in todo
        }
        try:
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        except BrokenProcessPool:
            raise WdmdError(
                "a worker process was killed, perhaps for lack of memory; run the same command again "
                "with fewer --jobs: finished recordings are kept"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _work(
    recording: RecordingPlan, key: str, config: BuildConfig, model_file: Path, out: Path
) -> None:
    """One recording in a worker process: build and store."""
    with Journal(out).part(recording.recording_id, key) as part:
        build_recording(recording, config, model_file, out, part)


def _default_name(elan: Path) -> str:
    folder = (elan if elan.is_dir() else elan.parent).resolve()
    usual = {"ann", "elan", "eaf", "annotations"}
    return folder.parent.name if folder.name.lower() in usual else folder.name


def _is_synthetic(elan: Path) -> bool:
    """Whether the ELAN files came out of `wdmd demo`, which marks each of them."""
    marker = b'NAME="wdmd_synthetic"'
    return any(marker in path.read_bytes()[:8192] for path in find_eafs(elan))


def _refuse_empty(out: Path, plan: Plan, parts: dict[str, Part]) -> None:
    """Without a single clip there is no dataset, but the rejects say why."""
    if any(part.clips.num_rows for part in parts.values()):
        return
    found = [*plan.problems, *(problem for part in parts.values() for problem in part.problems)]
    errors = [problem for problem in found if problem.is_error]
    write_table(out / "rejects.parquet", "rejects", [reject_row(problem) for problem in errors])
    more = f" (and {len(errors) - 1} more in {out / 'rejects.parquet'})" if len(errors) > 1 else ""
    raise DataError(f"nothing could be built: {errors[0] if errors else 'no clip'}{more}")
