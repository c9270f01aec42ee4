"""The settings of a protocol: names of tiers, values, and what is allowed."""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from wdmd_tools.annotations import STATES
from wdmd_tools.protocol.patterns import fold, is_pattern, match, parse

KINDS = ("me", "state", "au", "emotion")
"""Kinds of events that every protocol has, in the order of the tables."""

Source = Literal["tier", "attribute", "file", "author"]
_RATING_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Rating(BaseModel):
    """A further thing that annotators judge, such as intensity.

    Args:
        tiers: Names or patterns of its tiers.
        level: Level of measurement, by which agreement is computed.
        values: Allowed values, lowest first for an ordinal one; empty: any.
    """

    model_config = _FROZEN

    tiers: tuple[str, ...] = Field(min_length=1)
    level: Literal["nominal", "ordinal", "interval"] = "nominal"
    values: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_text(cls, given: Any) -> Any:
        lists = [key for key in ("tiers", "values") if _has(given, key)]
        return {**given, **{key: _texts(given[key]) for key in lists}} if lists else given

    @model_validator(mode="after")
    def _scale(self) -> "Rating":
        if self.level == "interval" and not all(_is_number(value) for value in self.values):
            raise ValueError("the values of an interval rating are numbers")
        return self


class Duration(BaseModel):
    """How long events of a kind may be.

    Args:
        min_ms: Shorter ones are reported.
        max_ms: Longer ones are reported; `None`: any length.
        reject: Whether they are left out (``E_``) instead of kept with a warning (``W_``).
    """

    model_config = _FROZEN

    min_ms: int = Field(default=0, ge=0)
    max_ms: int | None = Field(default=None, ge=1)
    reject: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> "Duration":
        if self.max_ms is not None and self.max_ms < self.min_ms:
            raise ValueError("max_ms is less than min_ms")
        return self


class TierMeaning(NamedTuple):
    """What the name of a tier says; empty where it says nothing."""

    kind: str | None
    annotator: str = ""
    subject: str = ""


class Protocol(BaseModel):
    """Names of tiers and values.

    Args:
        tiers: For each kind of event the tier names that hold it, case-insensitive. A plain name stands
            for itself and for itself with separator and annotator; a pattern is described in
            `wdmd_tools.protocol.patterns`.
        clip_tiers: Tiers whose annotations are the clips to cut.
        annotator_separator: Stands between a plain tier name and the annotator.
        files: Patterns of file names without ``.eaf``, for example ``{subject}_{recording}.{annotator}``.
        annotator_from: Where the annotator is looked for, first to last: ``tier`` (suffix or pattern),
            ``attribute`` (ANNOTATOR), ``file`` (name of the file), ``author`` (AUTHOR of the document).
        subject_from: The same for the person shown; ``attribute`` is PARTICIPANT.
        state_values: For each state the values that mean it, case-insensitive.
        labels: For each other kind the canonical labels, and the values that mean them. Labels of action
            units are mapped one by one (``AU6+AU12``).
        allowed: For each other kind the labels that may be there after mapping; left out: any.
        durations: For each kind the length allowed.
        ratings: Further kinds, by name.
    """

    model_config = _FROZEN

    tiers: Mapping[str, tuple[str, ...]] = Field(
        default_factory=lambda: {
            "me": ("ME",),
            "state": ("State",),
            "au": ("AU",),
            "emotion": ("Emotion",),
        }
    )
    clip_tiers: tuple[str, ...] = ("Clip",)
    annotator_separator: str = Field(default="@", min_length=1)
    files: tuple[str, ...] = ()
    annotator_from: tuple[Source, ...] = ("tier", "attribute", "file")
    subject_from: tuple[Literal["tier", "attribute", "file"], ...] = ("tier", "attribute", "file")
    state_values: Mapping[str, tuple[str, ...]] = Field(
        default_factory=lambda: {state: (state,) for state in STATES}
    )
    labels: Mapping[str, Mapping[str, tuple[str, ...]]] = Field(default_factory=dict)
    allowed: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    durations: Mapping[str, Duration] = Field(default_factory=dict)
    ratings: Mapping[str, Rating] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_text(cls, given: Any) -> Any:
        """YAML reads ``[1, 2, 12]`` as numbers; action units are names. One name is a list of one."""
        if not isinstance(given, Mapping):
            return given
        given = dict(given)
        for key in ("allowed", "tiers", "state_values"):
            if _has(given, key, Mapping):
                given[key] = {k: _texts(v) for k, v in given[key].items()}
        for key in ("clip_tiers", "files", "annotator_from", "subject_from"):
            if _has(given, key, str):
                given[key] = [given[key]]
        if _has(given, "labels", Mapping):
            given["labels"] = {
                kind: {str(k): _texts(v) for k, v in names.items()}
                if isinstance(names, Mapping)
                else names
                for kind, names in given["labels"].items()
            }
        return given

    def model_post_init(self, _context: Any) -> None:
        """Refuse kinds and states that the tables do not know."""
        _refuse_unknown("tiers", self.tiers, KINDS)
        _refuse_unknown("state_values", self.state_values, STATES)
        _refuse_unknown("labels", self.labels, ("me", "au", "emotion"))
        _refuse_double("state_values", self.state_values)
        for kind, names in self.labels.items():
            _refuse_double(f"labels.{kind}", names)
        _refuse_unknown("allowed", self.allowed, ("me", "au", "emotion"))
        _refuse_unknown("durations", self.durations, (*KINDS, "clip", *self.ratings))
        for name in self.ratings:
            if not _RATING_NAME.fullmatch(name) or name in (*KINDS, "clip"):
                raise ValueError(
                    f"ratings: {name!r}: a name of a-z, 0-9 and _, other than "
                    f"{', '.join((*KINDS, 'clip'))}"
                )
        if not self.tiers.get("me"):
            raise ValueError("tiers.me: expected at least one tier name")
        for _, tiers in self._names():
            for name in tiers:
                parse(name)
        for name in self.files:
            parse(name)

    def _names(self) -> list[tuple[str, tuple[str, ...]]]:
        ratings = [(name, rating.tiers) for name, rating in self.ratings.items()]
        return [("clip", self.clip_tiers), *self.tiers.items(), *ratings]

    def meaning_of(self, tier_id: str) -> TierMeaning:
        """What the name of a tier says; plain names go before patterns.

        Example:
            >>> Protocol().meaning_of("ME@A1")
            TierMeaning(kind='me', annotator='A1', subject='')
        """
        name, _, annotator = tier_id.partition(self.annotator_separator)
        for wanted, suffix in ((tier_id, ""), (name, annotator)):
            folded = fold(wanted).strip()
            for kind, names in self._names():
                if any(folded == fold(item).strip() for item in names if not is_pattern(item)):
                    return TierMeaning(kind, suffix.strip())
        for kind, names in self._names():
            for item in names:
                found = match(item, tier_id) if is_pattern(item) else None
                if found is not None:
                    return TierMeaning(kind, found.get("annotator", ""), found.get("subject", ""))
        return TierMeaning(None)

    def kind_of(self, tier_id: str) -> tuple[str | None, str]:
        """Kind of event on a tier and annotator.

        Returns:
            One of `KINDS`, the name of a rating, ``"clip"`` for clips, or `None`; and the annotator as
            the tier's name tells, or an empty text.

        Example:
            >>> Protocol().kind_of("ME@A1")
            ('me', 'A1')
        """
        meaning = self.meaning_of(tier_id)
        return meaning.kind, meaning.annotator

    def of_file(self, stem: str) -> Mapping[str, str]:
        """Annotator, subject and recording as the name of a file tells them."""
        return next((found for item in self.files if (found := match(item, stem))), {})

    def state_of(self, value: str) -> str | None:
        """The state that a value means, or `None`."""
        return _canonical(value, self.state_values)

    def label_of(self, kind: str, value: str) -> str:
        """The canonical label of a value; the value itself where none is given."""
        names = self.labels.get(kind, {})
        if kind == "au":
            return "+".join(_canonical(part, names) or part for part in split_units(value))
        return _canonical(value, names) or value.strip()

    def refused(self, kind: str, label: str) -> list[str]:
        """The parts of a label that its kind does not allow."""
        rating = self.ratings.get(kind)
        allowed = rating.values if rating is not None else self.allowed.get(kind, ())
        if not allowed:
            if rating is not None and rating.level == "interval" and not _is_number(label):
                return [label]
            return []
        known = {fold(item).strip() for item in allowed}
        parts = split_units(label) if kind == "au" else [label]
        return [part for part in parts or [""] if fold(part).strip() not in known]


def split_units(label: str) -> list[str]:
    """``AU1+AU2`` or ``AU1, AU2`` to the units."""
    return [part.strip() for part in label.replace(",", "+").split("+") if part.strip()]


def _canonical(value: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    wanted = fold(value).strip()
    for label, values in names.items():
        if wanted == fold(label) or wanted in {fold(item).strip() for item in values}:
            return label
    return None


def _has(given: Any, key: str, kind: type = object) -> bool:
    value = given.get(key) if isinstance(given, Mapping) else None
    return value is not None and isinstance(value, kind)


def _texts(given: Any) -> Any:
    if isinstance(given, str):
        return [given]
    if not isinstance(given, (list, tuple)):
        return given
    return [
        str(item) if isinstance(item, (int, float)) and not isinstance(item, bool) else item
        for item in given
    ]


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text) and abs(float(text)) != float("inf")
    except ValueError:
        return False


def _refuse_double(key: str, given: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a value that means two labels: which one would be taken could not be seen."""
    meant: dict[str, str] = {}
    for label, values in given.items():
        for value in (label, *values):
            before = meant.setdefault(fold(value).strip(), label)
            if before != label:
                raise ValueError(
                    f"{key}: {value!r} means both {before} and {label}; keep it in one of them"
                )


def _refuse_unknown(key: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{key}: unknown key {', '.join(unknown)}; known: {', '.join(known)}")
