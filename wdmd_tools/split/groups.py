"""Clips that must stay together, since they show the same person or come from the same film.

clip  subject  source
c1    Anna     film1      Anna's clips stay together; so do film1's.
c2    Bo       film1      c1, c2, c3 are one group: Anna and Bo share film1, Bo is in film2 too.
c3    Bo       film2
c4    Cy       film3      a group of its own
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from wdmd_tools.manifest import Dataset

By = Literal["subject", "source"]
"""What names a group; neither is ever on two sides."""


@dataclass(frozen=True, slots=True)
class Group:
    """Clips that stay together.

    Args:
        name: Its subjects or sources, joined by ``+``.
        clip_ids: In table order.
        weights: What is to be spread evenly: clips, then speaking clips, MEs in speech, MEs outside.
    """

    name: str
    clip_ids: tuple[str, ...]
    weights: tuple[float, ...]


def group_clips(dataset: Dataset, by: By) -> list[Group]:
    """The groups of a dataset, sorted by name.

    Args:
        dataset: An open dataset.
        by: Whether subjects or sources give the names. A group of several is joined because they share
            clips.
    """
    rows = dataset.clips.select(["clip_id", "subject_id", "source_video"]).to_pylist()
    root = _components([(row["subject_id"], row["source_video"]) for row in rows])
    key = "subject_id" if by == "subject" else "source_video"
    members: dict[int, list[int]] = {}
    for index, component in enumerate(root):
        members.setdefault(component, []).append(index)
    weights = _weights(dataset)
    groups = [
        Group(
            name="+".join(sorted({rows[index][key] for index in indices})),
            clip_ids=tuple(rows[index]["clip_id"] for index in indices),
            weights=tuple(float(x) for x in weights[indices].sum(axis=0)),
        )
        for indices in members.values()
    ]
    return sorted(groups, key=lambda group: group.name)


def names_of_groups(subjects: Sequence[str], sources: Sequence[str]) -> list[str]:
    """For each clip the name of the people it must stay with: who share a film, and theirs in turn.

    Args:
        subjects: The subject of each clip.
        sources: Its film.

    Returns:
        The first by name of those people; the subject, where all films show one person.
    """
    root = _components(list(zip(subjects, sources, strict=True)))
    first: dict[int, str] = {}
    for number, subject in zip(root, subjects, strict=True):
        first[number] = min(subject, first.get(number, subject))
    return [first[number] for number in root]


def _components(pairs: Sequence[tuple[str, str]]) -> list[int]:
    """Per pair the number of its connected component; pairs with an equal first or second are joined."""
    import scipy.sparse as sparse
    from scipy.sparse.csgraph import connected_components

    subjects = {name: i for i, name in enumerate(dict.fromkeys(first for first, _ in pairs))}
    sources = {name: i for i, name in enumerate(dict.fromkeys(second for _, second in pairs))}
    size = len(subjects) + len(sources)
    left = [subjects[first] for first, _ in pairs]
    right = [len(subjects) + sources[second] for _, second in pairs]
    graph = sparse.coo_matrix((np.ones(len(pairs)), (left, right)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return [int(labels[index]) for index in left]


def _weights(dataset: Dataset) -> npt.NDArray[np.float64]:
    """(clips, 4): one, whether it speaks, MEs in speech, MEs outside."""
    clips = list(dataset.iter_clips())
    counts = np.zeros((len(clips), 4))
    for index, clip in enumerate(clips):
        states = [row["state"] for row in dataset.clip_segments(clip.clip_id)]
        speaking = sum(state == "speaking" for state in states)
        counts[index] = (1, bool(clip.speaking), speaking, len(states) - speaking)
    return counts
