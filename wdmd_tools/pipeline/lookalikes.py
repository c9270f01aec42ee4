"""Annotators and participants of a whole project who differ only in case, blanks or Unicode form."""

from collections.abc import Iterable
from pathlib import Path

from wdmd_tools.annotations import Problem
from wdmd_tools.names import lookalikes
from wdmd_tools.protocol import Interpretation


def lookalike_names(said: Iterable[tuple[Path, Interpretation]]) -> list[Problem]:
    """A warning for each person who seems to be written in several ways.

    Args:
        said: Every ELAN file and what it says.

    Returns:
        One problem per person, about the first file that has the second spelling.
    """
    first: dict[str, dict[str, Path]] = {"annotator": {}, "participant": {}}
    for path, one in said:
        for name in one.annotators:
            first["annotator"].setdefault(name, path)
        for name in (*one.people, *one.others):
            first["participant"].setdefault(name, path)
    found = []
    for what, names in first.items():
        for group in lookalikes(names):
            spelt = ", ".join(f"{name!r} ({names[name].name})" for name in group)
            effect = (
                "they count as several annotators"
                if what == "annotator"
                else "one person could be in both training and test data"
            )
            found.append(
                Problem(
                    "W_LOOKALIKE_NAMES",
                    f"{what}s differ only in case, blanks or Unicode form: {spelt}; {effect}",
                    "write one person one way in all files; two people need different names",
                    str(names[group[1]]),
                )
            )
    return found
