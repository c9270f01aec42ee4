"""What the first page says of the release that a dataset was imported from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from wdmd_tools.importers.plan import Policies
from wdmd_tools.pipeline.import_facts import corrections, imported


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """A release, as it was read.

    Args:
        display: Name of the dataset.
        version: Which release it seems to be.
        layout: Which pictures were taken.
        counts: What, how many were found, and the published number (empty where there is none).
        corrections: How many were applied, and where they come from.
        applied: One line each.
    """

    display: str
    version: str
    layout: str
    counts: tuple[tuple[str, int, str], ...]
    corrections: str
    applied: tuple[str, ...]


def release_facts(info: Mapping[str, Any]) -> ReleaseFacts | None:
    """The release of a dataset; `None` for one of one's own.

    Args:
        info: `dataset.json`.
    """
    said = imported(info)
    if said is None:
        return None
    first, *applied = corrections(said)
    return ReleaseFacts(
        display=str(said["display"]),
        version=str(said["version"]),
        layout=str(said["layout"]),
        counts=tuple(
            (
                str(one["what"]),
                int(one["found"]),
                "" if one["expected"] is None else f"{one['expected']:,}",
            )
            for one in said["counts"]
        ),
        corrections=first,
        applied=tuple(applied),
    )


def import_words(said: Mapping[str, Any]) -> list[str]:
    """The command that imports it again, without settings; the folder is the user's to fill in.

    Args:
        said: Of `wdmd_tools.pipeline.import_facts.imported`.
    """
    words = ["wdmd", "import", str(said["dataset"]), "SRC", "--out", "data"]
    origin = str(said["corrections"]["origin"])
    if origin == "none":
        words += ["--corrections", "none"]
    elif origin != "none known" and not origin.startswith("built-in "):
        words += ["--corrections", PurePath(origin).name]
    usual = Policies().model_dump(mode="json")
    for key, value in (said.get("policies") or {}).items():
        if usual.get(key) != value:
            words += [f"--{key.replace('_', '-')}", str(value)]
    return words
