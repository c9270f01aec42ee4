"""Keyword rules: a user's list of terms as one safe search, without regular expressions of theirs."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wdmd_tools.errors import ConfigError
from wdmd_tools.settings_errors import settings_fault
from wdmd_tools.yaml_in import read_yaml

_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")

_RULE = "a rule is - {term: kill, category: violence}, perhaps with action"


class Rule(BaseModel):
    """A term to look for.

    Args:
        term: Text, matched whole words after NFKC and casefold.
        category: Why, for example ``violence``.
        action: What the reviewer is asked to do; nothing is ever done by the program.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    term: str = Field(min_length=1, max_length=200)
    category: str = Field(min_length=1)
    action: str = "review"


class Rules(BaseModel):
    """``rules.yaml``.

    Args:
        rules: What to find.
        allow: Longer texts in which a term is harmless, for example ``shoot a film``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rules: tuple[Rule, ...]
    allow: tuple[str, ...] = ()

    def find(self, text: str) -> Iterator[Rule]:
        """The rules that match a text, each once, in their order."""
        folded = fold(text)
        for allowed in self.allow:
            folded = _pattern(allowed).sub(" \n ", folded)
        for rule in self.rules:
            if _pattern(rule.term).search(folded):
                yield rule


def fold(text: str) -> str:
    """NFKC, casefold and single spaces: the form in which terms and texts are compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _pattern(term: str) -> re.Pattern[str]:
    # Escaped literals need linear time; Chinese, Japanese and Korean put no spaces between words.
    literal = re.escape(fold(term))
    return re.compile(literal if _CJK.search(term) else rf"(?<!\w){literal}(?!\w)")


def load_rules(path: Path) -> Rules:
    """Read ``rules.yaml``.

    Raises:
        ConfigError: No YAML, an unknown key, or an empty term.
    """
    given = read_yaml(path)
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: expected `rules:` and a list below; {_RULE}")
    if isinstance(given.get("allow"), str):
        given = {**given, "allow": [given["allow"]]}
    try:
        rules = Rules.model_validate(given)
    except ValidationError as error:
        raise ConfigError(f"{path}: {settings_fault(error, Rules, hint=f'; {_RULE}')}") from None
    for text in (*rules.allow, *(rule.term for rule in rules.rules)):
        if not fold(text):
            raise ConfigError(f"{path}: an empty term matches everything; remove it")
    return rules
