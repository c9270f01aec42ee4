"""What a dataset asks of its models beside micro-expressions: emotions, macro-expressions.

Both are decided before any job runs, from what can be learnt in every fold, so that all folds of a dataset
ask the same and their counts can be pooled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.datasets import BenchDataset
from benchmarks.protocols.across import CrossDataset
from benchmarks.protocols.folds import Fold
from benchmarks.scoring_emotions import AUTO, NO_EMOTIONS, known_scheme
from benchmarks.specs import EMOTION_CHOICES
from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.emotions import EmotionScheme
from wdmd_tools.emotions import scheme as scheme_of
from wdmd_tools.errors import ManifestError, UnknownNameError
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples
from wdmd_tools.predictions import MACRO

AUTO_SCHEME = "3"
THREE_CLASSES = "emotion3"
_LEARNT = "train"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the jobs of a dataset are asked.

    Args:
        emotions: Name of a scheme, or ``"none"``.
        macro: Whether macro-expressions too.
    """

    emotions: str = NO_EMOTIONS
    macro: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """What differs from "nothing", for a job's hash: jobs that are asked nothing more keep theirs."""
        emotions = {} if self.emotions == NO_EMOTIONS else {"emotions": self.emotions}
        return emotions | ({"macro": True} if self.macro else {})


def what_is_asked(folds: Sequence[Fold], emotions: str = AUTO, macro: bool | None = None) -> Asked:
    """Decide for all folds of a dataset.

    Args:
        folds: All of them.
        emotions: ``"auto"``: three classes where the dataset's release names them (segments of kind
            ``emotion3``, which `wdmd import` writes) and every fold has two of them to learn from: what
            else is built from ELAN is there for spotting, and a second task would change those rows;
            ``"none"``; or a scheme's name.
        macro: `None`: where every fold has macro-expressions to learn from.

    Raises:
        UnknownNameError: There is no such scheme.
        ManifestError: A scheme was asked for and a fold has no sample of it to learn from.
    """
    return Asked(_emotions(folds, emotions), _macro(folds) if macro is None else macro)


def asking(datasets: Sequence[BenchDataset], emotions: str | None) -> list[BenchDataset]:
    """The same datasets, asking for what the command line says.

    Args:
        datasets: Of a run.
        emotions: From ``--emotions``; `None` leaves what each dataset says.

    Raises:
        UnknownNameError: It is neither ``auto`` nor ``none`` nor a scheme's name.
    """
    if emotions is None:
        return list(datasets)
    if emotions not in EMOTION_CHOICES:
        raise UnknownNameError("scheme of emotions", emotions, EMOTION_CHOICES)
    return [
        one
        if one.spec is None
        else replace(one, spec=one.spec.model_copy(update={"emotions": emotions}))
        for one in datasets
    ]


def _emotions(folds: Sequence[Fold], name: str) -> str:
    scheme = scheme_of(AUTO_SCHEME) if name == AUTO else known_scheme(name)
    if scheme is None or not folds:
        return NO_EMOTIONS
    if name == AUTO and THREE_CLASSES not in _source(folds[0]).segments["kind"].to_pylist():
        return NO_EMOTIONS
    classes_of = _classes_by_clip(_source(folds[0]), scheme)
    for fold in folds:
        known = set().union(*(classes_of.get(clip, ()) for clip in _learnt(fold)))
        if name == AUTO and len(known) < 2:
            return NO_EMOTIONS
        if not known:
            where = f", fold {fold.name}" if fold.name else ""
            raise ManifestError(
                f"{fold.dataset.root}{where}: no micro-expression to learn from has a class of the "
                f"scheme {name!r}; choose another with --emotions, or none"
            )
    return scheme.name


def _macro(folds: Sequence[Fold]) -> bool:
    if not folds:
        return False
    table = _source(folds[0]).segments
    rows = zip(
        table["clip_id"].to_pylist(),
        table["kind"].to_pylist(),
        table["annotator"].to_pylist(),
        strict=True,
    )
    clips = {clip for clip, kind, who in rows if kind == MACRO and who == CONSENSUS}
    return bool(clips) and all(clips & _learnt(fold) for fold in folds)


def _source(fold: Fold) -> Dataset:
    """What is learnt from; the same segments in every fold."""
    return fold.dataset.train if isinstance(fold.dataset, CrossDataset) else fold.dataset


def _learnt(fold: Fold) -> set[str]:
    clips = _source(fold).clips
    rows = zip(clips["clip_id"].to_pylist(), clips["split"].to_pylist(), strict=True)
    return {clip for clip, split in rows if split == _LEARNT}


def _classes_by_clip(dataset: Dataset, scheme: EmotionScheme) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in emotion_samples(dataset, scheme):
        found.setdefault(one.clip_id, set()).add(str(one.emotion))
    return found
