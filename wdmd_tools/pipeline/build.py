"""`build_dataset`: from annotations and videos to a dataset folder; `build_plan`: from a plan.

plan -> lock -> for each recording that is not finished: build, store -> publish
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
from wdmd_tools.pipeline.engine.base import Engine, Finished
from wdmd_tools.pipeline.engine.choose import choose_engine
from wdmd_tools.pipeline.import_facts import imported
from wdmd_tools.pipeline.journal import Journal, lock_folder, recording_key
from wdmd_tools.pipeline.part import Part
from wdmd_tools.pipeline.plan import Plan, find_eafs, plan_project
from wdmd_tools.pipeline.progress import Progress, ProgressMeter
from wdmd_tools.pipeline.publish import BuildReport, publish, reject_row
from wdmd_tools.pipeline.shared_faces import refuse_shared_faces
from wdmd_tools.pipeline.work import Shared, Task
from wdmd_tools.protocol import Protocol
from wdmd_tools.video.film import film_bytes


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
    engine: Engine | None = None,
    subjects: Path | None = None,
    progress: Progress = lambda _progress: None,
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
        jobs: Worker processes, one recording each at a time; with 1 the work is done in this process,
            which a film that crashes a decoder takes down.
        name: Name of the dataset; the folder that holds the annotations when `None`.
        engine: Where the work is done; by `jobs` when `None`.
        subjects: See `wdmd_tools.pipeline.plan.plan_project`.
        progress: Called about once a second of film and worker.

    Returns:
        What was made. `BuildReport.rejects` lists what could not be used.

    Raises:
        ConfigError: A path or setting is wrong, or another build is writing the folder.
        MissingDependencyError: The face model or a binary is missing.
        DataError: Nothing could be built; the rejects table says why.
        WdmdError: The disk is full. A worker that was killed is replaced.
    """
    check_out(out, {"--elan": elan, "--videos": videos})
    check_origin(out, None)
    _check_jobs(jobs)
    protocol = protocol or Protocol()
    plan = plan_project(elan, videos, protocol, subjects=subjects)
    _check_chosen_annotator(plan, config)
    return build_plan(
        plan,
        out,
        config,
        name=name or _default_name(elan),
        protocol=protocol,
        synthetic=_is_synthetic(elan),
        face_model=face_model,
        jobs=jobs,
        engine=engine,
        progress=progress,
    )


def build_plan(
    plan: Plan,
    out: Path,
    config: BuildConfig,
    *,
    name: str,
    protocol: Protocol | None = None,
    synthetic: bool = False,
    about: Mapping[str, Any] | None = None,
    face_model: Path | None = None,
    jobs: int = 1,
    engine: Engine | None = None,
    progress: Progress = lambda _progress: None,
) -> BuildReport:
    """Build what is planned, wherever the plan comes from, or finish it.

    Args:
        plan: Recordings and the problems found so far.
        out: Dataset folder, made if need be; see `check_out`.
        config: Settings.
        name: Name of the dataset.
        protocol: Stored with the dataset; the built-in one when `None`.
        synthetic: Whether the films were rendered by `wdmd demo`.
        about: Further keys of ``dataset.json``.
        face_model: ``face_landmarker.task``; found or fetched when `None`.
        jobs: See `build_dataset`.
        engine: See `build_dataset`.
        progress: See `build_dataset`.

    Returns:
        What was made.

    Raises:
        ConfigError: Another build is writing the folder.
        MissingDependencyError: The face model or a binary is missing.
        DataError: Nothing could be built; the rejects table says why.
        WdmdError: The disk is full.
    """
    _check_jobs(jobs)
    protocol = protocol or Protocol()
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
                Task(recording, keys[recording.recording_id])
                for recording in plan.recordings
                if not journal.is_done(recording.recording_id, keys[recording.recording_id])
            ]
            done = _build_all(
                todo,
                Shared(config, model_file, out),
                engine or choose_engine("local", jobs),
                len(plan.recordings) - len(todo),
                progress,
            )
            parts = {r.recording_id: journal.load(r.recording_id) for r in plan.recordings}
            parts = refuse_shared_faces(plan, parts)
            _refuse_empty(out, plan, parts)
            counts, problems = publish(
                out, name, synthetic, plan, parts, config, protocol, about=about
            )
    except OSError as error:
        raise WdmdError(describe_os_error(error, error.filename or out)) from error
    retried = tuple(sorted((one.name, one.retried) for one in done if one.retried))
    return BuildReport(out, counts, problems, len(todo), retried)


def check_out(out: Path, inputs: Mapping[str, Path]) -> None:
    """Refuse a dataset folder that a build must not write.

    Args:
        out: The folder.
        inputs: What is read, by the name of the option, for messages.

    Raises:
        ConfigError: It is a file, lies inside of an input, or holds something else.
    """
    if out.exists() and not out.is_dir():
        raise ConfigError(f"--out: {out} is a file; give a folder")
    for above in out.absolute().parents:
        if above.is_file():
            raise ConfigError(f"--out: {above}, above {out.name}, is a file; give a folder")
    for option, folder in inputs.items():
        if folder.is_dir() and out.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(
                f"--out: {out} lies inside of {option} {folder}; choose a folder beside it"
            )
    foreign = out / "dataset.json"
    if out.is_dir() and any(out.iterdir()) and not (out / ".build").is_dir():
        what = "a dataset that was not built here" if foreign.exists() else "other files"
        raise ConfigError(f"--out: {out} holds {what}; choose an empty or new folder")


def check_origin(out: Path, release: str | None) -> None:
    """Refuse to replace the dataset of another origin: its crops may be days of work.

    Args:
        out: The dataset folder.
        release: Display name of what is imported; `None` for annotations of one's own.

    Raises:
        ConfigError: It holds the import of another release, or one where the other is not.
    """
    try:
        info = json.loads((out / "dataset.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # Absent, or damaged: the build that it belongs to writes it anew.
    said = imported(info) if isinstance(info, dict) else None
    there = None if said is None else str(said.get("display"))
    if isinstance(info, dict) and there != release:
        what = f"an import of {there}" if there else "a dataset built from ELAN files"
        raise ConfigError(f"--out: {out} holds {what}; choose an empty or new folder")


def _check_jobs(jobs: int) -> None:
    if jobs < 1:
        raise ConfigError(f"--jobs: expected at least 1, got {jobs}")


def _check_chosen_annotator(plan: Plan, config: BuildConfig) -> None:
    """Refuse a name that occurs nowhere; a typing error would reject everything."""
    known = {name for recording in plan.recordings for name in recording.annotators}
    chosen = config.consensus
    if chosen.rule == "annotator" and known and chosen.annotator not in known:
        raise UnknownNameError("annotator (consensus.annotator)", chosen.annotator, sorted(known))


def _build_all(
    tasks: Sequence[Task], shared: Shared, engine: Engine, finished: int, progress: Progress
) -> list[Finished]:
    """Build recordings, longest file first so that no worker is left with a long one at the end."""
    meter = ProgressMeter(tasks, finished, progress)
    ordered = sorted(tasks, key=lambda task: -film_bytes(task.recording.video))
    done = []
    if ordered:
        for one in engine.run(ordered, shared, meter.step):
            meter.finish(one.name)
            done.append(one)
    return done


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
