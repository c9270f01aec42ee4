"""A split that somebody else made: a CSV of clips, subjects or recordings and their parts.

    subject_id,part          or with a column ``fold``:    clip_id,fold,part
    P01,train                                              c1,0,train
    P02,test                                               c1,1,test

The table is read by `wdmd_tools.spreadsheet_in`, as spreadsheets save it.
"""

from collections.abc import Callable
from pathlib import Path

from wdmd_tools.errors import ConfigError, DataError, describe_os_error
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.dataset import SPLITS
from wdmd_tools.split.make import Fold, NamedSplit, clips_digest
from wdmd_tools.spreadsheet_in import read_sheet

_KEYS = ("clip_id", "subject_id", "recording_id", "source_video")
_OTHER_NAMES = {"training": "train", "validation": "val", "valid": "val", "dev": "val"}


def read_split_csv(
    path: Path, dataset: Dataset, name: str, warn: Callable[[str], None] = lambda _: None
) -> NamedSplit:
    """Read a split from CSV. Clips that it does not name are in no part, which is told.

    Args:
        path: With one of the columns clip_id, subject_id, recording_id, source_video, a column ``part``
            (train, val, test), and perhaps ``fold``.
        dataset: What it is for.
        name: Of the split.
        warn: Told about clips in no part, and about an encoding that was guessed.

    Raises:
        ConfigError: The file cannot be read, a column is missing, or a value is unknown; with the line.
    """
    rows = _rows(path, warn)
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
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    for line, row in rows:
        part = row["part"].casefold()
        part = _OTHER_NAMES.get(part, part)
        if part not in SPLITS:
            raise ConfigError(f"{path}:{line}: part {row['part']!r}, expected {', '.join(SPLITS)}")
        if row[key] not in clips:
            raise ConfigError(f"{path}:{line}: the dataset has no {key} {row[key]!r}")
        fold = row.get("fold") or "0"
        before, where = seen.setdefault((fold, row[key]), (part, line))
        if before != part:
            raise ConfigError(
                f"{path}:{line}: {row[key]} is {before} in line {where} and {part} here; choose one"
            )
        ids = folds.setdefault(fold, {}).setdefault(part, {})
        ids.update(dict.fromkeys(clips[row[key]]))
    made = tuple(
        Fold(fold, {part: tuple(parts[part]) for part in SPLITS if part in parts})
        for fold, parts in folds.items()
    )
    for one in made:
        _tell_left_out(one, dataset, warn)
    return NamedSplit(name, "imported", "subject", None, made, clips_digest(dataset))


def _rows(path: Path, warn: Callable[[str], None]) -> list[tuple[int, dict[str, str]]]:
    try:
        sheet = read_sheet(path)
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except DataError as error:
        raise ConfigError(str(error)) from None
    if sheet.guessed:
        warn(f"{path}: neither UTF-8 nor marked, read as {sheet.encoding}; check the names")
    rows = [
        (line, {key.casefold(): value.strip() for key, value in cells.items()})
        for line, cells in sheet.rows
    ]
    if not rows:
        raise ConfigError(f"{path}: no rows below the head")
    short = next((line for line, cells in rows if len(cells) < len(rows[0][1])), None)
    if short is not None:
        raise ConfigError(f"{path}:{short}: fewer cells than columns")
    return rows


def _tell_left_out(fold: Fold, dataset: Dataset, warn: Callable[[str], None]) -> None:
    named = {clip for ids in fold.parts.values() for clip in ids}
    rows = dataset.clips.select(["clip_id", "subject_id"]).to_pylist()
    people = [row["subject_id"] for row in rows if row["clip_id"] not in named]
    if people:
        who = sorted(set(people))
        shown = ", ".join(who[:10]) + (f" and {len(who) - 10} more" if len(who) > 10 else "")
        warn(f"fold {fold.name}: {len(people)} clips (subjects: {shown}) are in no part")
