"""A split that somebody else made: a CSV of clips, subjects or recordings and their parts.

    subject_id,part          or with a column ``fold``:    clip_id,fold,part
    P01,train                                              c1,0,train
    P02,test                                               c1,1,test

Comma or semicolon, with or without a byte order mark: spreadsheets write all of these.
"""

import csv
import io
from pathlib import Path

from wdmd_tools.errors import ConfigError, describe_os_error
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.dataset import SPLITS
from wdmd_tools.split.make import Fold, NamedSplit, clips_digest

_KEYS = ("clip_id", "subject_id", "recording_id", "source_video")
_OTHER_NAMES = {"training": "train", "validation": "val", "valid": "val", "dev": "val"}


def read_split_csv(path: Path, dataset: Dataset, name: str) -> NamedSplit:
    """Read a split from CSV. Clips that it does not name are in no part.

    Args:
        path: With one of the columns clip_id, subject_id, recording_id, source_video, a column ``part``
            (train, val, test), and perhaps ``fold``.
        dataset: What it is for.
        name: Of the split.

    Raises:
        ConfigError: The file cannot be read, a column is missing, or a value is unknown; with the line.
    """
    rows = _rows(path)
    head = list(rows[0][1]) if rows else []
    keys = [key for key in _KEYS if key in head]
    if len(keys) != 1 or "part" not in head:
        raise ConfigError(
            f"{path}: expected the column part and exactly one of {', '.join(_KEYS)}; found: "
            f"{', '.join(head) or 'nothing'}"
        )
    key = keys[0]
    clips: dict[str, list[str]] = {}
    for row in dataset.clips.select(list(_KEYS)).to_pylist():
        clips.setdefault(row[key], []).append(row["clip_id"])
    folds: dict[str, dict[str, dict[str, None]]] = {}
    for line, row in rows:
        part = row["part"].casefold()
        part = _OTHER_NAMES.get(part, part)
        if part not in SPLITS:
            raise ConfigError(f"{path}:{line}: part {row['part']!r}, expected {', '.join(SPLITS)}")
        if row[key] not in clips:
            raise ConfigError(f"{path}:{line}: the dataset has no {key} {row[key]!r}")
        ids = folds.setdefault(row.get("fold") or "0", {}).setdefault(part, {})
        ids.update(dict.fromkeys(clips[row[key]]))
    made = tuple(
        Fold(fold, {part: tuple(parts[part]) for part in SPLITS if part in parts})
        for fold, parts in folds.items()
    )
    return NamedSplit(name, "imported", "subject", None, made, clips_digest(dataset))


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8; save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    rows = []
    for row in reader:
        cells = {
            (key or "").strip().casefold(): value.strip()
            for key, value in row.items()
            if isinstance(value, str)
        }
        if any(cells.values()):
            rows.append((reader.line_num, cells))
    if not rows:
        raise ConfigError(f"{path}: no rows below the head")
    short = next((line for line, cells in rows if len(cells) < len(rows[0][1])), None)
    if short is not None:
        raise ConfigError(f"{path}:{short}: fewer cells than columns")
    return rows
