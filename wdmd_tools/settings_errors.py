"""What is wrong with settings, in one line and without the words of the validator."""

import dataclasses
import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

_LISTED = 12


def settings_fault(
    error: ValidationError,
    model: type[Any] | None = None,
    *,
    known: Iterable[str] | None = None,
    hint: str = "",
) -> str:
    """The first thing that is wrong.

    Args:
        error: As caught.
        model: What was validated: tells which keys an unknown one may have meant.
        known: Those keys, where `model` cannot tell.
        hint: Added to faults that say nothing about the cure.

    Returns:
        ``"key.of.value: expected at least 1, found 0"``; without the key where the whole is at fault.

    Example:
        >>> class Crop(BaseModel, extra="forbid"):
        ...     size: int = 112
        >>> try:
        ...     Crop(sice=3)
        ... except ValidationError as error:
        ...     settings_fault(error, Crop)
        "sice: no such key; did you mean 'size'? known: size"
    """
    first = error.errors()[0]
    names = list(known) if known is not None else _keys(model, first["loc"][:-1])
    text = _in_plain_words(first, names, hint)
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {text}" if where else text


def option_fault(error: ValidationError) -> str:
    """The same for settings that come from options of a command: ``"--me-rate: expected ..."``.

    Args:
        error: As caught; its keys are the options' names.
    """
    key, colon, text = settings_fault(error).partition(": ")
    return (
        f"--{key.replace('_', '-')}: {text}"
        if colon and error.errors()[0]["loc"]
        else key + colon + text
    )


def _in_plain_words(first: Any, names: Sequence[str], hint: str) -> str:
    kind, given = first["type"], first.get("input")
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        ordered = sorted(names)
        close = difflib.get_close_matches(str(first["loc"][-1]), ordered, n=1)
        near = f"did you mean {close[0]!r}? " if close else ""
        shown = ", ".join(ordered[:_LISTED]) + (", ..." if len(ordered) > _LISTED else "")
        return f"no such key; {near}known: {shown}" if ordered else "no such key"
    if kind == "string_type" and isinstance(given, bool):
        return 'YAML reads yes, no, on and off as true and false; put quotes around the word: "yes"'
    if kind in ("tuple_type", "list_type"):
        return f"expected a list; write it in brackets: [{_short(given)}]" + hint
    if kind == "missing":
        return "is missing" + hint
    message = str(first["msg"]).removeprefix("Value error, ")
    plain = message
    for words, others in _PLAIN:
        plain = plain.replace(words, others)
    return plain if plain == message else f"{plain}, found {_short(given)}{hint}"


_PLAIN = (
    ("Input should be a valid integer, unable to parse string as an integer", "expected a whole number"),
    ("Input should be a valid integer, got a number with a fractional part", "expected a whole number"),
    ("Input should be a valid integer", "expected a whole number"),
    ("Input should be a valid number, unable to parse string as a number", "expected a number"),
    ("Input should be a valid boolean, unable to interpret input", "expected true or false"),
    ("Input should be a valid boolean", "expected true or false"),
    ("Input should be a valid string", "expected a text"),
    ("Input should be a valid dictionary or instance of", "expected keys and values of a"),
    ("Input should be a dictionary or an instance of", "expected keys and values of a"),
    ("Input should be a valid ", "expected a "),
    ("Input should be greater than or equal to", "expected at least"),
    ("Input should be less than or equal to", "expected at most"),
    ("Input should be greater than", "expected more than"),
    ("Input should be less than", "expected less than"),
    ("Input should be ", "expected "),
)  # fmt: skip


def _short(given: Any) -> str:
    text = " ".join(str(given).split())
    return text if len(text) <= 40 else f"{text[:40]}..."


def _keys(model: Any, path: Sequence[int | str]) -> list[str]:
    """The keys that may stand at a place of a nested model; none where that cannot be told."""
    here, of_many = model, False
    for part in path:
        # In a list or mapping of models the next part only says which of them.
        here, of_many = (here, False) if of_many else _field(here, str(part))
    if isinstance(here, type) and issubclass(here, BaseModel):
        return list(here.model_fields)
    if isinstance(here, type) and dataclasses.is_dataclass(here):
        return [field.name for field in dataclasses.fields(here)]
    return []


def _field(model: Any, name: str) -> tuple[Any, bool]:
    """The model that a field holds (`None` when it holds none), and whether it holds many of them."""
    declared: Any = None
    if isinstance(model, type) and issubclass(model, BaseModel):
        field = model.model_fields.get(name)
        declared = None if field is None else field.annotation
    elif isinstance(model, type) and dataclasses.is_dataclass(model):
        declared = next((one.type for one in dataclasses.fields(model) if one.name == name), None)
    origin = get_origin(declared)
    many = isinstance(origin, type) and issubclass(origin, Collection)
    for one in reversed([declared, *get_args(declared)]):
        if isinstance(one, type) and (issubclass(one, BaseModel) or dataclasses.is_dataclass(one)):
            return one, many
    return None, False
