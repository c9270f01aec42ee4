"""Read subtitle files into cues: pysubs2 parses, this module mends its leniencies and loses no text."""

import html
import re
from dataclasses import dataclass
from pathlib import Path

import pysubs2

from wdmd_tools.errors import DataError
from wdmd_tools.text_decoding import decode

SUFFIXES = (".srt", ".vtt", ".ass")
"""File kinds that are read."""

MAX_BYTES = 16 * 2**20
"""Larger files are refused: a film's subtitles have some hundred kilobytes."""

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_START = re.compile(rf"^\s*{_TIME}\s*-{{1,2}}>")
_BOTH = re.compile(rf"^\s*{_TIME}\s*-{{1,2}}>\s*{_TIME}")
_ARROW = re.compile(r"^\s*[\d:.,\s]*-->|^\s*[\d:.,]+\s*->")
_NOT_SAID = ("WEBVTT", "NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of dialogue.

    Args:
        start_ms: In the time of the subtitle file.
        end_ms: Exclusive; one millisecond later where the file has no usable end.
        text: Without tags.
    """

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Subtitles:
    """What was read from a file of subtitles.

    Args:
        cues: By time.
        encoding: How its bytes were read.
        guessed: Whether that is a guess.
        unread: Blocks of text without a usable time.
    """

    cues: list[Cue]
    encoding: str = "utf-8"
    guessed: bool = False
    unread: int = 0


def read_subtitles(path: Path, encoding: str | None = None) -> Subtitles:
    """All cues of a file, by time.

    Args:
        path: ``.srt``, ``.vtt`` or ``.ass``.
        encoding: Instead of a guess.

    Raises:
        DataError: Too large, not decodable, or without a single cue.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path}: larger than {MAX_BYTES // 2**20} MiB, not a subtitle file")
    read = decode(path.read_bytes(), path, encoding)
    text = read.text.replace("\r\n", "\n").replace("\r", "\n")
    kind = path.suffix.casefold().lstrip(".")
    unread = 0
    if kind in ("srt", "vtt"):
        text, unread = _mended(text, kind)
    try:
        parsed = pysubs2.SSAFile.from_string(text, format_=kind)
    except (pysubs2.exceptions.Pysubs2Error, ValueError, IndexError, KeyError) as error:
        raise DataError(
            f"{path}: not readable as {kind} ({error}); save it anew in a subtitle editor"
        ) from error
    cues = []
    for event in parsed:
        if event.is_comment:
            continue
        said = html.unescape(event.plaintext) if kind == "vtt" else event.plaintext
        start = max(event.start, 0)
        cues.append(Cue(start, max(event.end, start + 1), " ".join(said.split())))
    if not cues:
        raise DataError(f"{path}: no subtitle with a time in it; is it really {kind}?")
    said_ones = sorted(
        (cue for cue in cues if cue.text), key=lambda cue: (cue.start_ms, cue.end_ms)
    )
    return Subtitles(said_ones, read.encoding, read.guessed, unread)


def _mended(text: str, kind: str) -> tuple[str, int]:
    """A text that pysubs2 reads without gluing or losing, and the blocks that have no time.

    pysubs2 gives a cue every line down to the next line with times. A cue ends at its first empty line:
    numbers and cue names after it are dropped, other text without a time is counted.
    """
    kept: list[str] = []
    unread = 0
    for block in re.split(r"\n[^\S\n]*(?=\n)", text):
        lines = [line for line in block.split("\n") if line.strip()]
        inside = False
        lost = False
        for line in lines:
            time = _time_line(line)
            if time:
                inside = True
                kept += ["", time]
            elif _ARROW.match(line):
                inside, lost = False, True
                unread += 1
            elif inside:
                kept.append(line)
        if kind == "vtt" and lines and lines[0].lstrip("\ufeff").startswith(_NOT_SAID):
            continue
        has_time = any(_time_line(line) for line in lines)
        unread += not has_time and not lost and any(not line.strip().isdigit() for line in lines)
    return ("WEBVTT\n" if kind == "vtt" else "") + "\n".join(kept) + "\n", unread


def _time_line(line: str) -> str:
    """A line of times as pysubs2 reads it, its end that of the start if it has none; else empty."""
    start, both = _START.match(line), _BOTH.match(line)
    if start is None:
        return ""
    begin = _clock(start.groups())
    end = _clock(both.groups()[4:]) if both is not None else begin
    return f"{begin} --> {end}"


def _clock(parts: tuple[str | None, ...]) -> str:
    hours, minutes, seconds, fraction = parts
    total = 60 * (60 * int(hours or 0) + int(minutes or 0)) + int(seconds or 0)
    # pysubs2 reads two digits of hours.
    total = min(total, 99 * 3600 + 59 * 60 + 59)
    ms = (fraction or "0").ljust(3, "0")
    return f"{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}.{ms}"
