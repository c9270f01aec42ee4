"""What is odd about who annotated a file: nobody named, two named, states of somebody else."""

from collections.abc import Sequence

from wdmd_tools.annotations import AnnotationDocument, Problem, Tier
from wdmd_tools.protocol.model import Protocol


def two_annotators(document: AnnotationDocument, tier: Tier, in_name: str, used: str) -> Problem:
    """The name of a tier and its ANNOTATOR tell of two people.

    Args:
        document: The file.
        tier: The tier.
        in_name: Whom its name tells.
        used: Who is taken.
    """
    return Problem(
        "W_TWO_ANNOTATORS",
        f"its name says {in_name!r}, its ANNOTATOR {tier.annotator.strip()!r}; {used!r} is used",
        "correct one of the two in ELAN (Tier, Change Tier Attributes), or leave one out of "
        "annotator_from in protocol.yaml",
        str(document.path),
        tier.tier_id,
        line=tier.line,
    )


def nobody_named(
    document: AnnotationDocument, tier: Tier, used: str, protocol: Protocol
) -> Problem:
    """Nothing tells who annotated a file.

    Args:
        document: The file.
        tier: The first such tier.
        used: The name that is used instead.
        protocol: Where was looked.
    """
    return Problem(
        "W_NO_ANNOTATOR",
        f"nothing tells who annotated it (looked at: {', '.join(protocol.annotator_from)}), so the "
        f"annotator is called {used!r}",
        "set ANNOTATOR of the tier in ELAN, name the tier ME@<annotator>, or the file "
        "<film>.<annotator>.eaf",
        str(document.path),
        tier.tier_id,
        line=tier.line,
    )


def state_of_another(
    document: AnnotationDocument, tier: Tier, annotator: str, of_mes: Sequence[str]
) -> Problem:
    """The states are by somebody who annotated no MEs in the file.

    Args:
        document: The file.
        tier: The State tier.
        annotator: Who is taken to have made it.
        of_mes: Who annotated MEs.
    """
    return Problem(
        "W_STATE_ANNOTATOR",
        f"these states are by {annotator!r}, who has no ME tier in this file (ME tiers by: "
        f"{', '.join(map(repr, of_mes))})",
        "if it is one person, name both tiers alike or set their ANNOTATOR in ELAN",
        str(document.path),
        tier.tier_id,
        line=tier.line,
    )
