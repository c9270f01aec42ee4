"""Cards as text: pages of the documentation and lines of a terminal."""

from collections.abc import Iterable

from benchmarks.cards.model import GRADES, ModelCard, Speed
from benchmarks.registry import ModelEntry

MADE = "<!-- Made by `python -m benchmarks.cards docs/models`; change benchmarks/cards instead. -->"
_TASKS = {
    "spotting": "spotting",
    "recognition": "recognition of cut clips",
    "detection": "detection of actions in films",
    "none": "-",
}


def facts(card: ModelCard) -> list[tuple[str, str]]:
    """The short fields of a card: title and value."""
    return [
        ("Source", card.source),
        ("Made for", _TASKS[card.task]),
        ("Fidelity", f"{card.grade}: {card.fidelity}"),
        ("Sees", card.sees),
        ("Licence of the source", card.licence),
        (
            "Parameters",
            "depends on the data" if card.parameters is None else f"{card.parameters:,}",
        ),
        ("Speed", _speed(card.speed)),
    ]


def lists(card: ModelCard) -> list[tuple[str, tuple[str, ...]]]:
    """The long fields of a card that are not empty: title and entries."""
    found = [
        ("Chosen on the validation split", card.chosen_on_validation),
        ("Where it differs from its source", card.deviations),
        ("Read with care", card.warnings),
    ]
    return [(title, entries) for title, entries in found if entries]


def _speed(speed: Speed | None) -> str:
    if speed is None:
        return "not measured"
    features = {"none": "", "computed": ", features computed", "cached": ", features cached"}
    return (
        f"fitted in {speed.fit_seconds:,.0f} s, then {speed.frames_per_second:,.0f} frames/s"
        f"{features[speed.features]} ({speed.data}; {speed.machine}; {speed.command})"
    )


def card_lines(entry: ModelEntry) -> list[str]:
    """A model and its card for a terminal.

    Args:
        entry: With or without a card.
    """
    lines = [f"{entry.name}: {entry.display}"]
    if entry.card is None:
        return [*lines, "  no card"]
    lines.append(f"  {entry.card.summary}")
    width = max(len(title) for title, _ in facts(entry.card)) + 2
    lines += [f"  {title:<{width}}{value}" for title, value in facts(entry.card)]
    for title, entries in lists(entry.card):
        lines.append(f"  {title}")
        lines += [f"    - {one}" for one in entries]
    return lines


def card_page(entry: ModelEntry) -> str:
    """A model's page in Markdown.

    Args:
        entry: With a card.

    Raises:
        ValueError: It has none.
    """
    if entry.card is None:
        raise ValueError(f"Expected a card but {entry.name!r} has none.")
    parts = [MADE, f"# {entry.display}", f"`{entry.name}`: {entry.card.summary}"]
    rows = [f"| Group | {entry.group} |", "| --- | --- |"]
    rows += [f"| {title} | {_cell(value)} |" for title, value in facts(entry.card)]
    parts.append("\n".join(rows))
    for title, entries in lists(entry.card):
        parts += [f"## {title}", "\n".join(f"- {one}" for one in entries)]
    return "\n\n".join(parts) + "\n"


def index_page(entries: Iterable[ModelEntry]) -> str:
    """The table of all cards in Markdown.

    Args:
        entries: In the order of rows; those without a card are left out.
    """
    head = ["| model | row | fidelity | source |", "| --- | --- | --- | --- |"]
    rows = [
        f"| [`{entry.name}`]({entry.name}.md) | {_cell(entry.display)} | {entry.card.grade} "
        f"| {_cell(entry.card.source)} |"
        for entry in entries
        if entry.card is not None
    ]
    how = "`bench list --cards` prints them all, `bench list NAME` one."
    grades = "\n".join(f"- **{grade}**: {meaning}" for grade, meaning in GRADES.items())
    return (
        "\n\n".join(
            [
                MADE,
                "# Model cards",
                f"Every model that `bench run` knows. {how}",
                "\n".join(head + rows),
                "## Grades of fidelity",
                grades,
            ]
        )
        + "\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
