"""All films of a folder, one after another; a run that was stopped goes on with the next film.

out/candidates.csv, .json      every candidate of every film, the most likely first
out/films/<film>.json          what was found in one film, written last: it is not searched again
out/scores/<film>.parquet      the raw score of every frame
out/eaf/<film>.eaf             the candidates as tiers, linked to the film
out/thumbnails/<film>/...jpg   a strip of pictures per candidate
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from meldae.run_folder import RunFolder
from meldae.search.rank import Candidate, ranked
from meldae.search.thumbnails import write_strips
from meldae.spot import Spotting, spot
from meldae.spot.film import MIN_FACE_PX, Faces
from meldae.spot.output import write_scores, write_spotting_eaf
from meldae.store import Progress
from wdmd_tools.atomic import write_json
from wdmd_tools.clips import slug
from wdmd_tools.errors import ConfigError, WdmdError
from wdmd_tools.export.cells import safe_cell
from wdmd_tools.export.csv_table import write_csv
from wdmd_tools.intervals import Interval
from wdmd_tools.spreadsheet_in import read_sheet
from wdmd_tools.video.media import VIDEO_SUFFIXES

_EDGE = 1 << 20
_PLACE = ("film", "onset_ms", "offset_ms", "face")
Place = tuple[str, ...]
"""The columns `_PLACE` as written: what a decision is about."""
Spot = Callable[..., Spotting]


@dataclass(frozen=True)
class FilmResult:
    """One film.

    Args:
        film: Path below the folder, with ``/``.
        seconds: Length; `None` when it could not be searched.
        face_coverage: Share of frames with a face; the same.
        candidates: In order of time.
        error: Why there is nothing; empty when it was searched.
    """

    film: str
    seconds: float | None
    face_coverage: float | None
    candidates: tuple[Candidate, ...]
    error: str = ""


@dataclass(frozen=True)
class SearchReport:
    """All films.

    Args:
        out: Where the files are.
        films: In order of their paths.
        searched: How many were searched now, not before.
    """

    out: Path
    films: tuple[FilmResult, ...]
    searched: int

    @property
    def candidates(self) -> list[Candidate]:
        """Of all films, the most likely first."""
        return ranked([one for film in self.films for one in film.candidates])

    @property
    def hours(self) -> float:
        """Length of all films that were read."""
        return sum(film.seconds or 0.0 for film in self.films) / 3600

    @property
    def failed(self) -> list[FilmResult]:
        """Films that could not be searched."""
        return [film for film in self.films if film.error]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "out": str(self.out),
            "hours": round(self.hours, 6),
            "searched": self.searched,
            "films": [
                {
                    "film": film.film,
                    "seconds": None if film.seconds is None else round(film.seconds, 3),
                    "face_coverage": None
                    if film.face_coverage is None
                    else round(film.face_coverage, 4),
                    "candidates": len(film.candidates),
                    "error": film.error or None,
                }
                for film in self.films
            ],
            "candidates": [
                {"rank": rank, **_row(one)} for rank, one in enumerate(self.candidates, start=1)
            ],
        }


def search_folder(
    folder: Path,
    run: RunFolder,
    out: Path,
    *,
    faces: Faces = "all",
    min_face_px: float = MIN_FACE_PX,
    face_model: Path | None = None,
    progress: Progress | None = None,
    device: str = "cpu",
    spotter: Spot = spot,
) -> SearchReport:
    """Spot in every film below a folder, and rank what was found.

    Args:
        folder: With films, at any depth.
        run: A finished run.
        out: Made if absent; films searched before with this run, and unchanged since, are kept.
        faces: Of everybody, or of the main face of each shot; see `meldae.spot.spot`.
        min_face_px: Smaller faces are left out.
        face_model: ``face_landmarker.task``; looked for, then fetched, when `None`.
        progress: Told about films and frames.
        device: Where to compute.
        spotter: Searches one film; for tests.

    Raises:
        ConfigError: There is no film, `out` lies inside of the folder, or its ``candidates.csv`` is some
            other table.
        ModelFileError, MissingDependencyError: Nothing can be searched at all.
    """
    films = find_films(folder)
    if out.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(f"--out: {out} lies inside of {folder}; choose a folder beside it")
    # Read first: a table that cannot be read must not be noticed after a night's work.
    _read_decisions(out / "candidates.csv")
    results = []
    searched = 0
    for number, film in enumerate(films):
        if progress is not None:
            progress("films", number, len(films))
        name = film.relative_to(folder).as_posix()
        place = slug(name, 80)
        key = _key(film, run, faces, min_face_px)
        old = _read(out / "films" / f"{place}.json", key)
        if old is not None and not old.error and not _files_are_there(out, place, old):
            old = None
        if old is None:
            look = partial(
                spotter,
                faces=faces,
                min_face_px=min_face_px,
                face_model=face_model,
                progress=progress,
                device=device,
            )
            old = _one(film, name, place, run, out, look)
            _write(out / "films" / f"{place}.json", key, old)
            searched += 1
        results.append(old)
    if progress is not None:
        progress("films", len(films), len(films))
    report = SearchReport(out, tuple(results), searched)
    _write_ranking(report)
    return report


def find_films(folder: Path) -> list[Path]:
    """Films below a folder, by path; links that lead out of it are left out.

    Raises:
        ConfigError: There is none.
    """
    root = folder.resolve()
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in VIDEO_SUFFIXES
        and path.is_file()
        and path.resolve().is_relative_to(root)
    ]
    if not found:
        raise ConfigError(f"{folder}: no film here (such as .mp4 or .mkv)")
    return found


def _one(
    film: Path,
    name: str,
    place: str,
    run: RunFolder,
    out: Path,
    look: Spot,
) -> FilmResult:
    from wdmd_tools.errors import VideoError

    try:
        found = look(film, run)
    except VideoError as error:
        # One bad film must not end a night's work.
        return FilmResult(name, None, None, (), str(error))
    write_scores(out / "scores" / f"{place}.parquet", found)
    write_spotting_eaf(out / "eaf" / f"{place}.eaf", found, run.run_id)
    candidates = tuple(_candidates(found, name))
    if candidates:
        _draw(film, found, out / "thumbnails" / place, candidates)
    seconds = len(found.scores) / found.fps if found.fps else 0.0
    return FilmResult(name, seconds, found.face_coverage, candidates)


def _candidates(found: Spotting, name: str) -> Iterator[Candidate]:
    for one in found.segments:
        yield Candidate(
            *(name, one.interval, one.frames.start_ms, one.frames.end_ms - 1, one.score),
            *(one.face, one.box, one.emotion),
        )


def _draw(film: Path, found: Spotting, folder: Path, candidates: Sequence[Candidate]) -> None:
    from wdmd_tools.video.probe import probe

    info = probe(film)
    if len(info.table) != len(found.scores):
        info = probe(film, decode=True)
    paths = {folder / one.thumbnail: one for one in candidates}
    write_strips(film, info.table, found.fps, paths)


def _read_decisions(path: Path) -> dict[Place, str]:
    """Decisions that a person wrote into an earlier list; none when there is no list."""
    if not path.is_file():
        return {}
    sheet = read_sheet(path)
    missing = sorted({*_PLACE, "decision"} - set(sheet.head))
    if missing:
        raise ConfigError(
            f"{path}: not a list of candidates, lacks {', '.join(missing)}; choose another --out"
        )
    return {
        tuple(row.get(name, "") for name in _PLACE): said
        for _, row in sheet.rows
        if (said := row.get("decision", "").strip())
    }


def _write_ranking(report: SearchReport) -> None:
    kept = _read_decisions(report.out / "candidates.csv")
    head = ["rank", "score", "film", "time", "onset_ms", "offset_ms", "onset_frame"]
    head += ["offset_frame", "face", "thumbnail", "decision"]
    named = any(one.emotion is not None for one in report.candidates)
    head += ["emotion"] if named else []
    rows = []
    for rank, one in enumerate(report.candidates, start=1):
        picture = f"thumbnails/{slug(one.film, 80)}/{one.thumbnail}"
        span = str(one.interval.start_ms), str(one.interval.end_ms), str(one.face)
        rows.append(
            [
                *(rank, round(one.score, 4), one.film, _clock(one.interval.start_ms)),
                *(one.interval.start_ms, one.interval.end_ms, one.onset_frame, one.offset_frame),
                *(one.face, picture, kept.get((safe_cell(one.film), *span), "")),
                *([one.emotion or ""] if named else []),
            ]
        )
    write_csv(report.out / "candidates.csv", head, rows)
    write_json(report.out / "candidates.json", report.to_json())


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _row(one: Candidate) -> dict[str, Any]:
    return {
        "film": one.film,
        "onset_ms": one.interval.start_ms,
        "offset_ms": one.interval.end_ms,
        "onset_frame": one.onset_frame,
        "offset_frame": one.offset_frame,
        "score": round(one.score, 6),
        "face": one.face,
        "box": None if one.box is None else [round(value, 1) for value in one.box],
        **({} if one.emotion is None else {"emotion": one.emotion}),
    }


def _key(film: Path, run: RunFolder, faces: Faces, min_face_px: float) -> str:
    """Stands for the run and its decoding, whose faces, and the film: size, time of change, its ends."""
    stat = film.stat()
    with film.open("rb") as stream:
        edges = stream.read(_EDGE)
        stream.seek(max(0, stat.st_size - _EDGE))
        edges += stream.read(_EDGE)
    facts = [
        run.run_id,
        faces,
        min_face_px,
        stat.st_size,
        stat.st_mtime_ns,
        hashlib.sha256(edges).hexdigest(),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _files_are_there(out: Path, place: str, film: FilmResult) -> bool:
    """Whether nobody has deleted what belongs to a film that was searched before."""
    files = [out / "scores" / f"{place}.parquet", out / "eaf" / f"{place}.eaf"]
    files += [out / "thumbnails" / place / one.thumbnail for one in film.candidates]
    return all(path.is_file() for path in files)


def _write(path: Path, key: str, film: FilmResult) -> None:
    write_json(
        path,
        {
            "key": key,
            "film": film.film,
            "seconds": film.seconds,
            "face_coverage": film.face_coverage,
            "error": film.error,
            "candidates": [_row(one) for one in film.candidates],
        },
    )


def _read(path: Path, key: str) -> FilmResult | None:
    """A film that was searched before under this key; `None` when it must be searched."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["key"] != key:
            return None
        candidates = tuple(
            Candidate(
                row["film"],
                Interval(row["onset_ms"], row["offset_ms"]),
                row["onset_frame"],
                row["offset_frame"],
                row["score"],
                row["face"],
                None if row["box"] is None else tuple(row["box"]),
                row.get("emotion"),
            )
            for row in value["candidates"]
        )
        return FilmResult(
            value["film"], value["seconds"], value["face_coverage"], candidates, value["error"]
        )
    except (OSError, ValueError, KeyError, TypeError, WdmdError):
        return None
