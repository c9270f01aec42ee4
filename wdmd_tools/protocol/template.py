"""A template for annotators: tiers and vocabularies from which nobody can mistype.

    protocol + annotators  ->  template.etf    tiers ME@A1, State@A1, ... in each a list of values
                           ->  protocol.yaml   the same names and values, for check and build

ELAN offers the entries of a controlled vocabulary as a list, and takes nothing else.
"""

from collections.abc import Sequence

import yaml

from wdmd_tools.annotations import STATES
from wdmd_tools.elan.writer import EafDocument, EafLinguisticType, EafTier, EafVocabulary
from wdmd_tools.errors import ConfigError
from wdmd_tools.protocol.model import KINDS, Protocol, Rating
from wdmd_tools.protocol.patterns import PLACES, is_pattern

EMOTIONS = ("happiness", "surprise", "sadness", "disgust", "fear", "anger", "contempt", "other")
"""Offered where a protocol allows any emotion: Ekman's seven, and another."""

_ABOUT = {
    "me": "onset to offset of one micro-expression",
    "state": "what the person shown does, all the time",
    "emotion": "of the micro-expression",
}


def complete(protocol: Protocol) -> Protocol:
    """The protocol with a closed list of emotions and of MEs, as a template needs.

    Args:
        protocol: As the lab gave it; lists it has are kept.
    """
    allowed = dict(protocol.allowed)
    if protocol.tiers.get("emotion"):
        known = tuple(protocol.labels.get("emotion", {})) or EMOTIONS
        allowed.setdefault("emotion", known)
    allowed.setdefault("me", tuple(protocol.labels.get("me", {})) or ("ME",))
    return Protocol.model_validate({**protocol.model_dump(mode="json"), "allowed": allowed})


def template_document(
    protocol: Protocol, annotators: Sequence[str], subject: str = ""
) -> EafDocument:
    """The tiers of each annotator, empty, each with its type and vocabulary.

    Args:
        protocol: Best `complete`.
        annotators: One set of tiers each; none: one set without a name.
        subject: PARTICIPANT of all tiers.

    Raises:
        ConfigError: Two tiers would have one name, or a name cannot be read back.
    """
    kinds = [kind for kind in (*KINDS, *protocol.ratings) if _names(protocol, kind)]
    types = tuple(_type(protocol, kind) for kind in kinds)
    vocabularies = tuple(
        EafVocabulary(kind, tuple((value, "") for value in values), _ABOUT.get(kind, kind))
        for kind in kinds
        if (values := vocabulary_of(protocol, kind))
    )
    tiers: list[EafTier] = []
    for annotator in annotators or ("",):
        parent = _tier_name(protocol, "me", annotator, subject)
        for kind in kinds:
            name = _tier_name(protocol, kind, annotator, subject)
            above = parent if kind not in ("me", "state") else ""
            tiers.append(EafTier(name, (), f"{kind}-lt", subject, annotator, above))
    seen: set[str] = set()
    for tier in tiers:
        if tier.tier_id in seen:
            raise ConfigError(
                f"tier {tier.tier_id!r} would be there twice; put {{annotator}} into its pattern"
            )
        seen.add(tier.tier_id)
    return EafDocument(tuple(tiers), types=types, vocabularies=vocabularies)


def vocabulary_of(protocol: Protocol, kind: str) -> tuple[str, ...]:
    """The values to choose from; empty where a kind takes free text.

    Action units are free text: several are written as ``1+2``, which a list cannot offer.
    """
    if kind == "state":
        values = protocol.state_values
        return tuple(values[state][0] for state in STATES if values.get(state))
    if kind in protocol.ratings:
        return protocol.ratings[kind].values
    return () if kind == "au" else protocol.allowed.get(kind, ())


def protocol_yaml(protocol: Protocol) -> str:
    """The text of ``protocol.yaml``: every setting that is not the usual one.

    Args:
        protocol: What to write; `load_protocol` of the text gives the same.
    """
    usual = Protocol().model_dump(mode="json")
    given = {
        key: value
        for key, value in protocol.model_dump(mode="json").items()
        if value != usual[key] or key in ("tiers", "state_values")
    }
    text: str = yaml.safe_dump(given, allow_unicode=True, sort_keys=False, default_flow_style=None)
    return "# Which tier means what; read with --protocol by wdmd check and wdmd build.\n" + text


def _type(protocol: Protocol, kind: str) -> EafLinguisticType:
    constraint = "" if kind in ("me", "state") else "Symbolic_Association"
    vocabulary = kind if vocabulary_of(protocol, kind) else ""
    return EafLinguisticType(f"{kind}-lt", constraint, vocabulary)


def _names(protocol: Protocol, kind: str) -> tuple[str, ...]:
    rating: Rating | None = protocol.ratings.get(kind)
    return rating.tiers if rating is not None else tuple(protocol.tiers.get(kind, ()))


def _tier_name(protocol: Protocol, kind: str, annotator: str, subject: str) -> str:
    name = _names(protocol, kind)[0]
    if is_pattern(name):
        given = {"annotator": annotator, "subject": subject, "recording": ""}
        for place in PLACES:
            if f"{{{place}}}" in name and not given[place]:
                raise ConfigError(f"the tier {name!r} needs --{place}; give one")
            name = name.replace(f"{{{place}}}", given[place])
        name = name.replace("*", "")
    elif annotator:
        name = f"{name}{protocol.annotator_separator}{annotator}"
    meaning = protocol.meaning_of(name)
    told = not annotator or meaning.annotator in ("", annotator)
    if meaning.kind != kind or not told:
        raise ConfigError(
            f"the tier {name!r} would be read as {meaning.kind or 'nothing'} by "
            f"{meaning.annotator or 'nobody'}; choose another annotator name or pattern"
        )
    return name
