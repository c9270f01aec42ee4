"""Screen a folder: films, subtitles and transcripts to one review queue.

films      --ffmpeg-->   technical findings      kept per film, so a stopped run goes on
dialogue   --rules-->    keywords
--model-->    toxic lines             all to queue.csv, with the earlier decisions
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wdmd_tools import atomic
from wdmd_tools.errors import DataError, WdmdError
from wdmd_tools.screen.face_sample import face_findings, sample_faces
from wdmd_tools.screen.queue import (
    Row,
    keyword_rows,
    reading_rows,
    technical_rows,
    toxic_rows,
)
from wdmd_tools.screen.rules import Rules
from wdmd_tools.screen.subtitles import SUFFIXES, Subtitles, read_subtitles
from wdmd_tools.screen.technical import TechnicalConfig, TechnicalFinding, screen_film
from wdmd_tools.screen.toxicity import ToxicModel
from wdmd_tools.screen.transcript import read_transcript
from wdmd_tools.video.media import MediaIndex
from wdmd_tools.video.probe import probe

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Dialogue:
    """What was found in subtitles and transcripts.

    Args:
        rows: For the queue.
        failed: A line for each file that was not read, or not in full.
        guesses: The encoding that was guessed, by file; the others are sure.
        encodings: How each file was read, guessed or not.
        n_files: Files looked at.
    """

    rows: list[Row] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    guesses: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    n_files: int = 0


def screen_films(
    videos: Path, out: Path, config: TechnicalConfig, face_model: Path | None, progress: Progress
) -> tuple[list[Row], list[str], int]:
    """Technical findings of all films.

    Args:
        videos: A folder, or one film.
        out: Folder of the queue; what was measured is kept in ``.films`` there.
        config: Thresholds.
        face_model: ``face_landmarker.task``; `None`: faces are not looked at.
        progress: Told about films.

    Returns:
        Rows, a line for each film that could not be read, and the number of films.

    Raises:
        ConfigError: There is no film.
    """
    index = MediaIndex(videos)
    rows: list[Row] = []
    failed: list[str] = []
    for done, path in enumerate(index.paths):
        name = path.relative_to(index.root).as_posix()
        progress(done, len(index.paths), name)
        try:
            rows += technical_rows(name, _film(path, out / ".films", config, face_model))
        except WdmdError as error:
            failed.append(str(error))
    progress(len(index.paths), len(index.paths), "")
    return rows, failed, len(index.paths)


def _film(
    path: Path, cache: Path, config: TechnicalConfig, face_model: Path | None
) -> list[TechnicalFinding]:
    facts, faces = path.stat(), face_model is not None and config.face_samples > 0
    text = (
        f"{path.resolve()} {facts.st_size} {facts.st_mtime_ns} {config.model_dump_json()} {faces}"
    )
    kept = cache / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
    if kept.is_file():
        try:
            found = json.loads(kept.read_text(encoding="utf-8"))
            return [TechnicalFinding(**one) for one in found]
        except (ValueError, TypeError):
            kept.unlink()
    measured = screen_film(path, config)
    if faces and face_model is not None:
        samples = sample_faces(path, face_model, config.face_samples)
        measured += face_findings(samples, int(probe(path).table.end_ms), config)
    atomic.write_json(kept, [asdict(one) for one in measured])
    return measured


def screen_dialogue(
    subtitles: Path,
    rules: Rules | None,
    toxic: ToxicModel | None,
    threshold: float,
    encoding: str | None,
    progress: Progress,
) -> Dialogue:
    """Keywords and toxic lines of all subtitles and transcripts.

    Args:
        subtitles: A folder, or one file: srt, vtt, ass, or a transcript in CSV.
        rules: Keyword rules.
        toxic: A classifier.
        threshold: Least score of the classifier.
        encoding: Of the subtitles; guessed when `None`.
        progress: Told about files.

    Raises:
        DataError: There is no file to read.
    """
    found = Dialogue()
    files = list(_dialogue_files(subtitles))
    if not files:
        raise DataError(f"{subtitles}: no subtitle file; expected {', '.join((*SUFFIXES, '.csv'))}")
    for done, path in enumerate(files):
        name = path.relative_to(subtitles).as_posix() if subtitles.is_dir() else path.name
        progress(done, len(files), name)
        try:
            read = _read(path, encoding)
        except DataError as error:
            found.failed.append(str(error))
            continue
        cues = read.cues
        found.encodings[name] = read.encoding
        if read.guessed:
            found.guesses[name] = read.encoding
        if read.unread:
            found.failed.append(f"{path}: {read.unread} cues without a usable time were not read")
        first = next((cue.text for cue in cues if not cue.text.isascii()), "")
        guess = read.encoding if read.guessed else ""
        found.rows += reading_rows(name, guess, first, read.unread)
        if rules is not None:
            found.rows += keyword_rows(name, cues, rules)
        if toxic is not None:
            scores = toxic.scores([cue.text for cue in cues])
            found.rows += toxic_rows(name, cues, scores, toxic.name, threshold)
    progress(len(files), len(files), "")
    found.n_files = len(files)
    return found


def _dialogue_files(root: Path) -> Iterator[Path]:
    wanted = {*SUFFIXES, ".csv"}
    found = sorted(root.rglob("*")) if root.is_dir() else [root]
    for path in found:
        # Queues of earlier runs may lie in the same folder.
        if path.is_file() and path.suffix.casefold() in wanted and path.name != "queue.csv":
            yield path


def _read(path: Path, encoding: str | None) -> Subtitles:
    if path.suffix.casefold() == ".csv":
        return read_transcript(path)
    return read_subtitles(path, encoding)
