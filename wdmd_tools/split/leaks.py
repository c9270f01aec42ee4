"""Nobody on two sides."""

from collections.abc import Sequence

from wdmd_tools.errors import ManifestError


def check_disjoint(groups: Sequence[str], splits: Sequence[str | None], what: str) -> None:
    """Refuse a split that has the same subject or recording on two sides.

    Args:
        groups: The subject or recording of each clip.
        splits: The split of each clip.
        what: For the message, ``"subject"`` or ``"recording"``.

    Raises:
        ManifestError: Some group is in more than one split.
    """
    seen: dict[str, str | None] = {}
    for group, split in zip(groups, splits, strict=True):
        first = seen.setdefault(group, split)
        if first != split:
            raise ManifestError(
                f"{what} {group!r} is in both {first} and {split}: scores would leak; "
                "split the dataset by subject again"
            )
