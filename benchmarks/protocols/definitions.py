"""The protocols by name and version: what a number in a table was measured under.

A version is raised whenever the same data would be cut, or a model told, otherwise.
"""

from dataclasses import dataclass

from wdmd_tools.errors import UnknownNameError


@dataclass(frozen=True)
class ProtocolInfo:
    """One protocol.

    Args:
        name: As in results.
        version: Of the rule.
        title: As in tables.
        rule: What is learnt from and what is tested on.
        made_by: How a user gets it.
        shows_target: Whether a model may see clips of the tested dataset without labels before.
    """

    name: str
    version: str
    title: str
    rule: str
    made_by: str
    shows_target: bool = False

    @property
    def id(self) -> str:
        """Name and version, ``loso@1``."""
        return f"{self.name}@{self.version}"


PROTOCOLS = (
    ProtocolInfo(
        "holdout",
        "1",
        "subject-disjoint hold-out",
        "The split that `wdmd build` stores: no subject, recording, film or crop on two sides.",
        "bench run",
    ),
    ProtocolInfo(
        "named-holdout",
        "1",
        "subject-disjoint hold-out, named",
        "One fold with shares and seed of its own; no subject or film on two sides.",
        "wdmd split --name NAME --holdout 60,15,25",
    ),
    ProtocolInfo(
        "subject-folds",
        "1",
        "subject-disjoint folds",
        "K folds; each subject is tested once, by a model that never saw that subject or its films.",
        "wdmd split --name NAME --folds K",
    ),
    ProtocolInfo(
        "loso",
        "1",
        "leave one subject out",
        "One fold per subject; people who share a film are left out together.",
        "wdmd split --name NAME --loso",
    ),
    ProtocolInfo(
        "source-holdout",
        "1",
        "source-disjoint hold-out",
        "As named-holdout, dealt by film; subjects are on one side too.",
        "wdmd split --name NAME --by source --holdout 60,15,25",
    ),
    ProtocolInfo(
        "source-folds",
        "1",
        "source-disjoint folds",
        "K folds dealt by film; people who are in several films keep those films together.",
        "wdmd split --name NAME --by source --folds K",
    ),
    ProtocolInfo(
        "leave-one-source-out",
        "1",
        "leave one source out",
        "One fold per film, or per films that share people.",
        "wdmd split --name NAME --by source --loso",
    ),
    ProtocolInfo(
        "imported",
        "1",
        "imported split",
        "Somebody else's lists, from CSV; checked for leaks as all others.",
        "wdmd split --from FILE",
    ),
    ProtocolInfo(
        "cross-dataset",
        "1",
        "across datasets",
        "Learns on train and val of one dataset, is tested on test of another; epoch and thresholds from "
        "the first one's val. A model that adapts sees train of the second, without labels.",
        "bench run --train-data A --data B",
        shows_target=True,
    ),
    ProtocolInfo(
        "composite",
        "1",
        "composite, leave one subject out (after MEGC)",
        "Datasets pooled, one fold per subject of any; subjects of different datasets are never merged "
        "unless people.csv says that they are one person.",
        "bench run --protocol composite --data A --data B",
    ),
)
"""All of them, in the order of docs/protocols.md."""

CROSS, COMPOSITE, HOLDOUT = "cross-dataset", "composite", "holdout"
RESERVED = (CROSS, COMPOSITE, HOLDOUT)
"""Names that a split of `wdmd split` cannot be asked for by."""


def protocol_info(name: str) -> ProtocolInfo:
    """The protocol of that name.

    Raises:
        UnknownNameError: There is none.
    """
    for one in PROTOCOLS:
        if one.name == name:
            return one
    raise UnknownNameError("protocol", name, [one.name for one in PROTOCOLS])
