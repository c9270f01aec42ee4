"""Read subtitle files into cues: pysubs2 parses, this module decodes and mends its leniencies."""

import re
from dataclasses import dataclass
from pathlib import Path

import pysubs2

from wdmd_tools.errors import ConfigError, DataError

SUFFIXES = (".srt", ".vtt", ".ass")
"""File kinds that are read."""

MAX_BYTES = 16 * 2**20
"""Larger files are refused: a film's subtitles have some hundred kilobytes."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->")


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of dialogue.

    Args:
        start_ms: In the time of the subtitle file.
        end_ms: Exclusive.
        text: Without tags.
    """

    start_ms: int
    end_ms: int
    text: str


def decode(data: bytes, path: Path, encoding: str | None = None) -> str:
    """Bytes of a text file as text: byte order mark, then UTF-8, cp1252, GB 18030.

    cp1252 comes before GB 18030 only where the high bytes are rare, as in Western text: it decodes
    nearly any bytes, so alone it would never let a Chinese file through.

    Args:
        data: The file.
        path: For messages.
        encoding: The user's word; nothing is guessed then.

    Raises:
        ConfigError: An encoding that Python does not know.
        DataError: Bytes that are not of the encoding.
    """
    high = sum(byte >= 0x80 for byte in data)
    legacy = ("cp1252", "gb18030") if high * 5 < len(data) else ("gb18030", "cp1252")
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    names = [encoding] if encoding else [marked] if marked else ["utf-8", *legacy]
    for name in names:
        try:
            return data.decode(name)
        except LookupError:
            raise ConfigError(
                f"--encoding {name!r} is not known; try utf-8, cp1252 or gb18030"
            ) from None
        except UnicodeDecodeError:
            continue
    raise DataError(f"{path}: not text in {', '.join(names)}; name its encoding with --encoding")


def read_subtitles(path: Path, encoding: str | None = None) -> list[Cue]:
    """All cues of a file, by time.

    Args:
        path: ``.srt``, ``.vtt`` or ``.ass``.
        encoding: Instead of a guess.

    Raises:
        DataError: Too large, not decodable, or without a single cue.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path}: larger than {MAX_BYTES // 2**20} MiB, not a subtitle file")
    text = decode(path.read_bytes(), path, encoding).replace("\r\n", "\n").replace("\r", "\n")
    kind = path.suffix.casefold().lstrip(".")
    if kind in ("srt", "vtt"):
        text = _without_strays(text, kind)
    try:
        parsed = pysubs2.SSAFile.from_string(text, format_=kind)
    except (pysubs2.exceptions.Pysubs2Error, ValueError, IndexError, KeyError) as error:
        raise DataError(
            f"{path}: not readable as {kind} ({error}); save it anew in a subtitle editor"
        ) from error
    cues = [
        Cue(event.start, event.end, " ".join(event.plaintext.split()))
        for event in parsed
        if not event.is_comment and 0 <= event.start < event.end
    ]
    if not cues:
        raise DataError(f"{path}: no subtitle with a time in it; is it really {kind}?")
    return sorted((cue for cue in cues if cue.text), key=lambda cue: (cue.start_ms, cue.end_ms))


def _without_strays(text: str, kind: str) -> str:
    """Drop what pysubs2 would glue to the text of the cue above.

    pysubs2 gives a cue every line down to the next line with times. A cue ends at its first empty line:
    numbers, cue names and broken cues after it are dropped.
    """
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        if _TIMES.match(line):
            inside = True
            kept += ["", line]
        elif not line.strip():
            inside = False
        elif inside:
            kept.append(line)
    return ("WEBVTT\n" if kind == "vtt" else "") + "\n".join(kept) + "\n"
