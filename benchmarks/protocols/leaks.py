"""Nothing that is learnt from is tested on: subjects, recordings, films and crops, also across datasets."""

from collections.abc import Iterable, Mapping

from benchmarks.protocols.across import CrossDataset
from benchmarks.protocols.people import People
from benchmarks.protocols.pooled import source_hashes
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.split import check_disjoint

TEST_SPLIT = "test"
_LEARNT = ("train", "val")


def check_holdout(dataset: Dataset) -> None:
    """Refuse a split that is empty or leaks.

    Raises:
        ManifestError: There is no training or test clip, or a subject, a recording, the same film under
            another name or the same crop is on two sides.
    """
    rows = [row for row in dataset.clips.to_pylist() if row["split"] is not None]
    splits = [row["split"] for row in rows]
    for needed in ("train", TEST_SPLIT):
        if needed not in splits:
            raise ManifestError(
                f"{dataset.root}: no clip is in the {needed} split; build it from at least two "
                "subjects, or set the split column"
            )
    check_disjoint([row["subject_id"] for row in rows], splits, "subject")
    check_disjoint([row["recording_id"] for row in rows], splits, "recording")
    for what, digests in _digests(dataset, rows):
        known = [(digest, split) for digest, split in zip(digests, splits, strict=True) if digest]
        check_disjoint([digest for digest, _ in known], [split for _, split in known], what)


def check_cross(dataset: CrossDataset) -> None:
    """Refuse to learn on one dataset and be tested on another when they share what was filmed.

    The same name of a subject is not the same person: laboratories all begin at S01. Who is the same
    person is told by ``people.csv``; the same film or the same crop is a leak whatever it is called.

    Args:
        dataset: The two.

    Raises:
        ManifestError: A film, a crop or a person is on both sides, or a side is empty.
    """
    train = [row for row in dataset.train.clips.to_pylist() if row["split"] in _LEARNT]
    test = [row for row in dataset.target.clips.to_pylist() if row["split"] == TEST_SPLIT]
    if not any(row["split"] == "train" for row in train):
        raise ManifestError(f"{dataset.train.root}: no clip is in the train split")
    if not test:
        raise ManifestError(f"{dataset.target.root}: no clip is in the test split")
    learnt = dict(_digests(dataset.train, train))
    for what, digests in _digests(dataset.target, test):
        shared = sorted({one for one in digests if one} & {one for one in learnt[what] if one})
        if shared:
            raise ManifestError(
                f"{what} {shared[0]!r} is learnt from in {dataset.train.root} and tested on in "
                f"{dataset.target.root}: scores would leak; take it out of one of them"
            )
    mine, theirs = (
        _persons(dataset.train, train, dataset.people),
        _persons(dataset.target, test, dataset.people),
    )
    if mine & theirs:
        person = sorted(mine & theirs)[0]
        raise ManifestError(
            f"person {person!r} is learnt from in {dataset.train.root} and tested on in "
            f"{dataset.target.root}: scores would leak; leave that person's clips out of one split"
        )


def _persons(dataset: Dataset, rows: Iterable[Mapping[str, str]], people: People) -> set[str]:
    root = dataset.root.resolve()
    return {people[root, row["subject_id"]] for row in rows if (root, row["subject_id"]) in people}


def _digests(
    dataset: Dataset, rows: Iterable[Mapping[str, str]]
) -> list[tuple[str, list[str | None]]]:
    """Digests of film and crop of each row, `None` where not known; zeros stand for "not computed"."""
    rows, films = list(rows), source_hashes(dataset)
    return [
        ("film", [films.get(row["source_video"]) for row in rows]),
        ("crop", [row["crop_sha256"] if row["crop_sha256"].strip("0") else None for row in rows]),
    ]
