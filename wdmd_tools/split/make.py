"""Named splits: a hold-out, k folds, or leave one out; validation is always cut from the training side."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.dataset import SPLITS
from wdmd_tools.split.deal import deal
from wdmd_tools.split.groups import By, Group, group_clips

Kind = Literal["holdout", "folds", "loso", "imported"]


@dataclass(frozen=True)
class Fold:
    """One way to cut a dataset.

    Args:
        name: For example ``"2"``, or the subject that is left out.
        parts: Clip ids of ``"train"``, ``"val"`` and ``"test"``, in table order; clips in none of them
            are left out.
    """

    name: str
    parts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class NamedSplit:
    """One or more folds, and how they came about.

    Args:
        name: Of the file.
        kind: See `Kind`.
        by: What a group is.
        seed: Of the dealing; `None` for an imported one.
        folds: At least one.
        clips_sha256: `clips_digest` of the dataset it was made for.
    """

    name: str
    kind: Kind
    by: By
    seed: int | None
    folds: tuple[Fold, ...]
    clips_sha256: str


def clips_digest(dataset: Dataset) -> str:
    """Hex digest of which clips there are, of whom and from where; labels and crops do not matter."""
    rows = dataset.clips.select(["clip_id", "subject_id", "source_video"]).to_pylist()
    lines = sorted("\t".join(row.values()) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_holdout(
    dataset: Dataset, name: str, by: By, shares: Mapping[str, float], seed: int
) -> NamedSplit:
    """One fold with aimed shares.

    Args:
        dataset: An open dataset.
        name: Of the split.
        by: What a group is.
        shares: Of ``train``, ``val`` and ``test``, adding up to 1; a share of 0 leaves the part out.
        seed: Of the dealing.

    Raises:
        ConfigError: There are too few groups.
    """
    groups = group_clips(dataset, by)
    wanted = [part for part in SPLITS if shares.get(part, 0) > 0]
    _require(len(groups) >= len(wanted), groups, by, f"{len(wanted)} parts")
    dealt = deal(groups, [shares[part] for part in wanted], seed)
    parts = {part: _clips(groups, dealt, index) for index, part in enumerate(wanted)}
    return NamedSplit(name, "holdout", by, seed, (Fold("0", parts),), clips_digest(dataset))


def make_folds(
    dataset: Dataset, name: str, by: By, n_folds: int, val_share: float, seed: int
) -> NamedSplit:
    """K folds; each group is tested exactly once.

    Args:
        dataset: An open dataset.
        name: Of the split.
        by: What a group is.
        n_folds: At least 2.
        val_share: Share of what is not tested that becomes validation data.
        seed: Of the dealing.

    Raises:
        ConfigError: There are too few groups.
    """
    groups = group_clips(dataset, by)
    _require(len(groups) >= n_folds, groups, by, f"{n_folds} folds")
    dealt = deal(groups, [1 / n_folds] * n_folds, seed)
    names = [str(number) for number in range(n_folds)]
    folds = _rotate(groups, dealt, names, val_share, seed, by)
    return NamedSplit(name, "folds", by, seed, folds, clips_digest(dataset))


def make_loso(dataset: Dataset, name: str, by: By, val_share: float, seed: int) -> NamedSplit:
    """Leave one group out: as many folds as groups.

    Args:
        dataset: An open dataset.
        name: Of the split.
        by: What a group is: leave one subject out, or leave one source out.
        val_share: As in `make_folds`.
        seed: Of the dealing of validation data.

    Raises:
        ConfigError: There are too few groups.
    """
    groups = group_clips(dataset, by)
    names = [group.name for group in groups]
    folds = _rotate(groups, list(range(len(groups))), names, val_share, seed, by)
    return NamedSplit(name, "loso", by, seed, folds, clips_digest(dataset))


def _rotate(
    groups: Sequence[Group],
    dealt: Sequence[int],
    names: Sequence[str],
    val_share: float,
    seed: int,
    by: By,
) -> tuple[Fold, ...]:
    folds = []
    for number, name in enumerate(names):
        rest = [group for group, part in zip(groups, dealt, strict=True) if part != number]
        shares = [1 - val_share, val_share] if val_share > 0 else [1.0]
        _require(len(rest) >= len(shares), groups, by, "training, validation and test data")
        sides = deal(rest, shares, seed + number)
        parts = {part: _clips(rest, sides, side) for side, part in enumerate(("train", "val"))}
        parts["test"] = _clips(groups, dealt, number)
        folds.append(Fold(name, {part: ids for part, ids in parts.items() if ids}))
    return tuple(folds)


def _clips(groups: Sequence[Group], dealt: Sequence[int], part: int) -> tuple[str, ...]:
    return tuple(
        clip_id
        for group, chosen in zip(groups, dealt, strict=True)
        if chosen == part
        for clip_id in group.clip_ids
    )


def _require(enough: bool, groups: Sequence[Group], by: By, what: str) -> None:
    if enough:
        return
    listed = ", ".join(group.name for group in groups[:5]) + (", ..." if len(groups) > 5 else "")
    raise ConfigError(
        f"{len(groups)} groups of {by}s ({listed}) are too few for {what}; people who share a film "
        "count as one group: ask for fewer parts, or annotate more people"
    )
