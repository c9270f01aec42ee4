"""Films in, films with known micro-expressions out; a killed run resumes where it stopped.

What is written, all of it atomically:

    out/raw/<film>_me01.mp4      the film with MEs, size and frame times as in the source
    out/raw/<film>_control.mp4   the same film through the same encoder without an ME
    out/ann/<film>_me01.eaf      ELAN file
    out/truth.parquet, truth.json, activity.parquet, README.md
    out/.tracks, out/.stamps     landmarks of each source, hash of each finished film
"""

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from wdmd_tools.atomic import write_text
from wdmd_tools.errors import ConfigError, DataError, VideoError, WdmdError, describe_os_error
from wdmd_tools.faces.model_file import get_face_model
from wdmd_tools.names import check_file_name
from wdmd_tools.pipeline.hashing import sha256_of
from wdmd_tools.synth.injection.one import STAMPS, TRACKS, OnFrame, OutputFilm, find_face, make_film
from wdmd_tools.synth.injection.settings import InjectionConfig
from wdmd_tools.synth.injection.truth import write_truth
from wdmd_tools.video.media import VIDEO_SUFFIXES

OnProgress = Callable[[str, int, int], None]
"""Called with what is going on, films done and all films."""


@dataclass(frozen=True)
class InjectionSummary:
    """What `inject` did.

    Args:
        out: Folder of the films.
        films: Films with MEs.
        controls: Films without.
        rendered: Films rendered by this call; the others were there already.
        subjects: Source films that were used.
        micro_expressions: MEs in all films.
        dropped: Source films that could not be used, and why.
    """

    out: Path
    films: int
    controls: int
    rendered: int
    subjects: int
    micro_expressions: int
    dropped: tuple[str, ...]


def inject(
    sources: Sequence[Path],
    out: Path,
    config: InjectionConfig,
    *,
    jobs: int = 1,
    face_model: Path | None = None,
    on_progress: OnProgress = lambda _what, _done, _all: None,
) -> InjectionSummary:
    """Inject MEs into films.

    Args:
        sources: Films, or folders of films.
        out: Folder, made if need be.
        config: Settings.
        jobs: Processes, at least 1.
        face_model: ``face_landmarker.task``; the user's cache when left out.
        on_progress: See `OnProgress`.

    Raises:
        ConfigError: A source does not exist, two have one name, or `out` holds another data set.
        VideoError: No film could be used; the message is about the first.
        MissingDependencyError: There is no face model.
    """
    if jobs < 1:
        raise ConfigError(f"--jobs: expected at least 1, got {jobs}")
    films = list_films(sources)
    model = get_face_model(face_model)
    if out.exists() and not out.is_dir():
        raise ConfigError(f"--out: {out} is a file; give a folder")
    wanted = [
        [
            OutputFilm(path, digest, version, out, model, config)
            for version in range(0 if config.control else 1, config.versions + 1)
        ]
        for path, digest in [(path, _hash(path)) for path in films]
    ]
    _prepare(out, [film for versions in wanted for film in versions])
    with _Workers(min(jobs, len(films) * len(wanted[0]))) as workers:
        dropped = _find_faces(wanted, workers, on_progress)
        kept = [films for films in wanted if films[0].source not in dropped]
        if not kept:
            raise VideoError(next(iter(dropped.values())))
        todo = [film for versions in kept for film in versions if film.done() is None]
        total = sum(map(len, kept))
        done = total - len(todo)
        on_progress("injecting", done, total)
        told = _within(on_progress, "injecting", lambda: done, total)
        for _, error in workers.run(make_film, todo, told):
            if error is not None:
                raise error
            done += 1
            on_progress("injecting", done, total)
    described = [_described(film) for versions in kept for film in versions]
    reasons = tuple(dropped.values())
    write_truth(out, described, config.model_dump(mode="json"), reasons)
    write_text(out / "README.md", _readme(config, described))
    mes = sum(len(film["events"]) for film in described)
    controls = sum(film["control"] for film in described)
    return InjectionSummary(out, total - controls, controls, len(todo), len(kept), mes, reasons)


def list_films(sources: Sequence[Path]) -> list[Path]:
    """The films that the user names, folders opened, in order and each once.

    Args:
        sources: Films, or folders of films.

    Raises:
        ConfigError: One does not exist, a folder has no film, or two films have one name.
    """
    found: dict[Path, None] = {}
    for source in sources:
        if source.is_dir():
            inside = [p for p in sorted(source.iterdir()) if p.suffix.lower() in VIDEO_SUFFIXES]
            if not inside:
                known = " ".join(sorted(VIDEO_SUFFIXES))
                raise ConfigError(f"--from {source}: no video here (looked for {known})")
            found |= dict.fromkeys(inside)
        elif source.exists():
            found[source] = None
        else:
            raise ConfigError(f"--from {source}: no such file or folder")
    names: dict[str, Path] = {}
    for path in found:
        other = names.setdefault(path.stem.casefold(), path)
        if other is not path:
            raise ConfigError(f"--from: {other} and {path} have one name; rename one of them")
        check_file_name(path.stem, f"--from {path.name}")
    return list(found)


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise ConfigError(f"--from {describe_os_error(error, path)}") from None


def _prepare(out: Path, films: Sequence[OutputFilm]) -> None:
    """Make the folders; refuse films of other sources, clear what a killed run left."""
    try:
        for name in ("raw", "ann", STAMPS, TRACKS):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--out: {describe_os_error(error, out)}") from None
    expected = {path.name for film in films for path in (film.video, film.eaf)}
    for folder in ("raw", "ann"):
        for path in sorted((out / folder).iterdir()):
            if path.name.startswith(".tmp-"):
                path.unlink()
            elif path.name not in expected:
                raise ConfigError(
                    f"--out: {path} belongs to another data set; remove it or choose another folder"
                )


def _find_faces(
    wanted: Sequence[Sequence[OutputFilm]], workers: "_Workers", on_progress: OnProgress
) -> dict[Path, str]:
    """Landmarks of each source; returns those that cannot be used, and why."""
    dropped: dict[Path, str] = {}
    done = 0
    on_progress("finding faces", done, len(wanted))
    told = _within(on_progress, "finding faces", lambda: done, len(wanted))
    for film, error in workers.run(find_face, [films[-1] for films in wanted], told):
        if isinstance(error, DataError):
            dropped[film.source] = str(error)
        elif error is not None:
            raise error
        done += 1
        on_progress("finding faces", done, len(wanted))
    order = {films[0].source: number for number, films in enumerate(wanted)}
    return dict(sorted(dropped.items(), key=lambda item: order[item[0]]))


def _within(
    on_progress: OnProgress, what: str, done: Callable[[], int], total: int
) -> Callable[[OutputFilm, int, int], None]:
    """Tells how far a film is, where the work is done in this process."""

    def tell(film: OutputFilm, frame: int, frames: int) -> None:
        if frame % 25 == 0:
            share = f"{100 * frame / frames:.0f} % of {film.source.name}"
            on_progress(f"{what}: {share}", done(), total)

    return tell


class _Workers:
    """Runs a function of a film in this process, or in several; a context manager."""

    def __init__(self, jobs: int) -> None:
        self._pool: ProcessPoolExecutor | None = None
        if jobs > 1:
            # Workers wait in OpenMP without spinning: shared cores are the usual case.
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            self._pool = ProcessPoolExecutor(jobs, get_context("spawn"))

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def run(
        self,
        work: Callable[[OutputFilm, OnFrame], None],
        films: Sequence[OutputFilm],
        tell: Callable[[OutputFilm, int, int], None],
    ) -> Iterator[tuple[OutputFilm, WdmdError | None]]:
        """Yield (film, error or `None`) as each is finished."""
        if self._pool is None:
            for film in films:
                yield film, _attempt(work, film, functools.partial(tell, film))
            return
        futures: dict[Future[WdmdError | None], OutputFilm] = {
            self._pool.submit(_attempt, work, film): film for film in films
        }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            raise WdmdError(
                "a process was killed, perhaps for lack of memory; run the same command again with "
                "fewer --jobs: finished films are kept"
            ) from None


def _attempt(
    work: Callable[[OutputFilm, OnFrame], None],
    film: OutputFilm,
    on_frame: OnFrame = lambda _done, _all: None,
) -> WdmdError | None:
    try:
        work(film, on_frame)
    except WdmdError as error:
        return error
    except OSError as error:
        return WdmdError(describe_os_error(error, film.video))
    return None


def _described(film: OutputFilm) -> dict[str, Any]:
    found = film.done()
    if found is None:
        raise WdmdError(f"{film.video}: vanished while this ran; run the same command again")
    return found


def _readme(config: InjectionConfig, films: Sequence[dict[str, Any]]) -> str:
    settings = "\n".join(f"    {key}: {value}" for key, value in config.model_dump().items())
    sources = "\n".join(f"- {name}" for name in dict.fromkeys(film["source"] for film in films))
    return f"""# Real footage with injected micro-expressions

`wdmd demo --from` moved the skin of the faces in these films. The micro-expressions are synthetic: nobody
showed them. The footage belongs to whoever owns it; this folder may be passed on only if that may be.

- `raw/`: `*_me01.mp4` ... with micro-expressions, `*_control.mp4` without, through the same encoder. Size
  and frame times are those of the source, counted from its first frame. Sound is left out.
- `ann/`: ELAN files. The State tier is a guess from the movement of the mouth; nobody listened.
- `truth.parquet`: every injected micro-expression, exactly. `activity.parquet`: mouth movement per frame.
- `truth.json`: sources, hashes, settings.

Micro-expressions that people really showed in this footage are not in the truth: a spotter that finds one
is charged with a false alarm, in the control film too.

Sources:

{sources}

Settings:

{settings}
"""
