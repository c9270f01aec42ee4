"""The fields of a dataset's entry."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedCounts(_Frozen):
    """What is in it by its publication; several numbers where releases or papers differ.

    Args:
        me: Micro-expressions.
        macro: Macro-expressions.
        subjects: Persons.
        recordings: Films, or sequences of pictures.
        clips: Clips.
    """

    me: tuple[int, ...] = ()
    macro: tuple[int, ...] = ()
    subjects: tuple[int, ...] = ()
    recordings: tuple[int, ...] = ()
    clips: tuple[int, ...] = ()

    def known(self) -> dict[str, tuple[int, ...]]:
        """Those that are known, by what is counted."""
        return {name: value for name, value in self if value}


class KnownDataset(_Frozen):
    """A dataset, whether it is on this machine or not.

    Args:
        name: As in ``datasets.toml`` and `bench.yaml`, and of its importer where it has one.
        display: As shown in tables.
        aliases: Further names that files may call it by.
        rank: Place in lists and tables, from 1.
        what: One or two sentences.
        task: What it is used for.
        frames_per_second: Of its films, in words.
        counts: By its publication.
        counts_note: What to know about them.
        emotions: Its words for emotions, in words; empty without.
        licence: In a sentence.
        apply: How to come by it.
        source: Citation.
        reader: Name for `wdmd import`; empty where there is none.
        layout: Files and folders in which the importer looks.
        columns: Metrics by which papers compare on it, in their order.
        notes: Traps, most important first.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    display: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    rank: int = Field(ge=1)
    what: str = Field(min_length=1)
    task: tuple[Literal["spotting", "recognition"], ...] = Field(min_length=1)
    frames_per_second: str = ""
    counts: PublishedCounts = PublishedCounts()
    counts_note: str = ""
    emotions: str = ""
    licence: str = Field(min_length=1)
    apply: str = Field(min_length=1)
    source: str = Field(min_length=1)
    reader: str = ""
    layout: tuple[str, ...] = ()
    columns: tuple[str, ...] = Field(min_length=1)
    notes: tuple[str, ...] = ()

    @field_validator("layout")
    @classmethod
    def _has_no_root(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if one.startswith(("/", "~")):
                raise ValueError(f"{one!r}: give it relative to the folder of the release")
        return value

    def import_command(self, release: str = "RELEASE", out: str = "") -> str:
        """The command that makes a dataset of it; empty without an importer.

        Args:
            release: The folder as released.
            out: Where the dataset shall be; ``data/<name>`` when empty.
        """
        if not self.reader:
            return ""
        return f"wdmd import {self.reader} {quoted(release)} --out {quoted(out or f'data/{self.name}')}"


def quoted(text: str) -> str:
    """A word of a command line as a shell of any system takes it."""
    plain = all(character.isalnum() or character in "._-/\\:" for character in text)
    return text if plain and text else '"' + text.replace('"', '\\"') + '"'
