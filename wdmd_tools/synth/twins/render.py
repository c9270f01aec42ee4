"""A tiny synthetic copy of a public data set, in the layout in which it is released.

    out/...             frames and sheets as in the release
    out/truth.json      exact numbers, and which row is odd in which way
    out/README.md       that it is synthetic
    out/contact_sheet.png

A stopped run resumes: a folder of frames is either whole or absent.
"""

import importlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from wdmd_tools.atomic import write_json, write_text
from wdmd_tools.errors import ConfigError, UnknownNameError, WdmdError, describe_os_error
from wdmd_tools.synth.twins.model import Scene, TwinPlan

TWIN_VERSION = 1
"""Raised whenever the same settings would render something else."""

TWINS = {
    "casme2sq": "wdmd_tools.synth.twins.casme2sq",
    "casme3": "wdmd_tools.synth.twins.casme3",
    "samm": "wdmd_tools.synth.twins.samm",
    "samm-lv": "wdmd_tools.synth.twins.samm_lv",
    "mmew": "wdmd_tools.synth.twins.mmew",
    "smic": "wdmd_tools.synth.twins.smic",
    "casme2": "wdmd_tools.synth.twins.casme2",
}
"""Module of each data set; it has `plan(scene)` and `MOST_SUBJECTS`."""

SIZES = (128, 1024)
"""Smallest and largest width of the pictures; MediaPipe finds no smaller faces."""

_STAMP = ".twin.json"


@dataclass(frozen=True)
class TwinReport:
    """What `render_twin` did.

    Args:
        name: As in `TWINS`.
        display: Full name of the data set.
        out: Folder of the twin.
        subjects: People in it.
        videos: Folders of frames.
        rendered: Folders rendered by this call; the others were there already.
        frames: Frame files in it.
        micro_expressions: In the sheets.
        macro_expressions: In the sheets.
    """

    name: str
    display: str
    out: Path
    subjects: int
    videos: int
    rendered: int
    frames: int
    micro_expressions: int
    macro_expressions: int


def plan_twin(name: str, *, subjects: int = 3, seed: int = 0) -> TwinPlan:
    """What a twin will show and say, before any pixel.

    Args:
        name: A key of `TWINS`.
        subjects: How many people.
        seed: Of faces, places and lengths.

    Raises:
        UnknownNameError: No such twin.
        ConfigError: Too few or too many subjects, or a negative seed.
    """
    if name not in TWINS:
        raise UnknownNameError("data set", name, TWINS)
    module = importlib.import_module(TWINS[name])
    if not 1 <= subjects <= module.MOST_SUBJECTS:
        raise ConfigError(
            f"--subjects: the twin of {name} has 1 to {module.MOST_SUBJECTS}, got {subjects}"
        )
    if seed < 0:
        raise ConfigError(f"--seed: expected 0 or more, got {seed}")
    plan: TwinPlan = module.plan(Scene(subjects, seed))
    return plan


def render_twin(
    name: str,
    out: Path,
    *,
    subjects: int = 3,
    seed: int = 0,
    size: int = 320,
    progress: Callable[[int, int], None] | None = None,
) -> TwinReport:
    """Render a twin into a folder.

    Args:
        name: A key of `TWINS`.
        out: Folder, made if need be; empty, or holding a stopped run with the same settings.
        subjects: How many people.
        seed: Of faces, places and lengths.
        size: Width and height of the pictures, in pixels, even.
        progress: Called with (frames done, all frames).

    Raises:
        ConfigError: A setting is out of range, or `out` holds something else.
        WdmdError: A file could not be written, for instance on a full disk.
    """
    from wdmd_tools.synth.twins.books import write_book
    from wdmd_tools.synth.twins.contact_sheet import write_contact_sheet
    from wdmd_tools.synth.twins.readme import readme
    from wdmd_tools.synth.twins.truth import truth_document

    if not SIZES[0] <= size <= SIZES[1] or size % 2:
        raise ConfigError(f"--size: expected an even number, {SIZES[0]} to {SIZES[1]}, got {size}")
    plan = plan_twin(name, subjects=subjects, seed=seed)
    settings = {
        "twin": name,
        "subjects": subjects,
        "seed": seed,
        "size": size,
        "version": TWIN_VERSION,
    }
    _prepare(out, settings)
    rendered = _render_frames(plan, out, seed, size, progress)
    try:
        for path, sheets in plan.books.items():
            write_book(out / path, sheets)
        write_text(out / "README.md", readme(plan, settings))
        write_contact_sheet(plan, out, out / "contact_sheet.png")
        write_json(out / "truth.json", truth_document(plan, seed, size))
    except OSError as error:
        raise WdmdError(describe_os_error(error, out)) from error
    kinds = [event.kind for video in plan.videos for event in video.events]
    return TwinReport(
        name,
        plan.display,
        out,
        len({video.subject_id for video in plan.videos}),
        len(plan.videos),
        rendered,
        sum(len(video.numbers) for video in plan.videos),
        kinds.count("me"),
        kinds.count("macro"),
    )


def _prepare(out: Path, settings: dict[str, object]) -> None:
    """Make the folder, or make sure that it holds this very twin."""
    stamp = out / _STAMP
    try:
        if out.exists() and not out.is_dir():
            raise ConfigError(f"--out: {out} is a file; give a folder")
        if stamp.exists():
            found = json.loads(stamp.read_text("utf-8"))
            if found != settings:
                raise ConfigError(
                    f"--out: {out} holds a twin with other settings ({found}); choose another folder"
                )
        elif out.exists() and any(out.iterdir()):
            raise ConfigError(f"--out: {out} is not empty; choose another folder")
        else:
            write_json(stamp, settings)
        for left in out.rglob(".tmp-*"):  # of a killed run
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    except json.JSONDecodeError:
        raise ConfigError(f"--out: {stamp} is damaged; remove {out}, or choose another") from None
    except OSError as error:
        raise ConfigError(f"--out: {describe_os_error(error, out)}") from None


def _render_frames(
    plan: TwinPlan,
    out: Path,
    seed: int,
    size: int,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Render what is missing; returns the number of videos rendered."""
    from wdmd_tools.synth.twins.frames import Studio

    cv2.setNumThreads(1)
    total = sum(len(video.numbers) for video in plan.videos)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    people = list(dict.fromkeys(video.subject_id for video in plan.videos))
    studio = Studio(seed, size)
    rendered = 0
    for take, video in enumerate(plan.videos):
        person = people.index(video.subject_id)
        rendered += studio.shoot(video, person, take, float(plan.fps), out, step)
    return rendered
