"""Faults of settings, in plain words and with the key."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from wdmd_tools.settings_errors import settings_fault


@dataclass(frozen=True)
class Inner:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    depth: int = 1
    width: int = 2


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = Field(default=1, ge=1, le=9)
    share: float = Field(default=0.5, gt=0, lt=1)
    kind: Literal["flow", "rgb"] = "flow"
    name: str = ""
    units: tuple[str, ...] = ()
    inner: Inner = field(default_factory=Inner)

    @field_validator("name")
    @classmethod
    def _no_blank(cls, value: str) -> str:
        if " " in value:
            raise ValueError("no blanks, please")
        return value


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    part: Part = Part()
    parts: dict[str, Part] = {}
    maybe: Part | None = None
    needed: int


def fault(**values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate({"needed": 1, **values})
    return settings_fault(caught.value, Whole)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"part": {"size": 0}}, "part.size: expected at least 1, found 0"),
        ({"part": {"size": 10}}, "part.size: expected at most 9, found 10"),
        ({"part": {"size": 1.5}}, "part.size: expected a whole number, found 1.5"),
        ({"part": {"size": "x"}}, "part.size: expected a whole number, found x"),
        ({"part": {"share": 0}}, "part.share: expected more than 0, found 0"),
        ({"part": {"share": 1}}, "part.share: expected less than 1, found 1"),
        ({"part": {"kind": "flwo"}}, "part.kind: expected 'flow' or 'rgb', found flwo"),
        ({"part": {"name": "a b"}}, "part.name: no blanks, please"),
        (
            {"part": {"name": True}},
            (
                "part.name: YAML reads yes, no, on and off as true and false; put quotes around the word: "
                '"yes"'
            ),
        ),
        (
            {"part": {"units": "AU1"}},
            "part.units: expected a list; write it in brackets: [AU1]",
        ),
        (
            {"part": {"sice": 1}},
            "part.sice: no such key; did you mean 'size'? known: inner, kind, name, share, size, units",
        ),
        (
            {"part": {"inner": {"deph": 1}}},
            "part.inner.deph: no such key; did you mean 'depth'? known: depth, width",
        ),
        (
            {"parts": {"a": {"zzz": 1}}},
            "parts.a.zzz: no such key; known: inner, kind, name, share, size, units",
        ),
        (
            {"maybe": {"sizes": 1}},
            "maybe.sizes: no such key; did you mean 'size'? known: inner, kind, name, share, size, units",
        ),
        ({"needed": None}, "needed: expected a whole number, found None"),
    ],
)
def test_the_line(values: dict[str, Any], expected: str) -> None:
    assert fault(**values) == expected


def test_a_missing_key_is_named_with_the_hint() -> None:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate({})
    assert (
        settings_fault(caught.value, Whole, hint="; see the docs")
        == "needed: is missing; see the docs"
    )


def test_known_keys_can_be_given() -> None:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate({"needed": 1, "extra": 2})
    assert settings_fault(caught.value, known=["extras"]).endswith(
        "did you mean 'extras'? known: extras"
    )


def test_no_word_of_the_validator_is_left() -> None:
    assert "Input should" not in fault(part={"size": []})
    assert "Input should" not in fault(part=3)
