"""Keyword rules: a user's list of terms as one safe search, without regular expressions of theirs."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wdmd_tools.errors import ConfigError, describe_os_error

_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


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
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        rules = Rules.model_validate(given)
    except OSError as error:
        raise ConfigError(describe_os_error(error, path)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not YAML in UTF-8 ({reason})") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "top level"
        raise ConfigError(
            f"{path}: {key}: {first['msg']}; a rule has term, category and action"
        ) from error
    for text in (*rules.allow, *(rule.term for rule in rules.rules)):
        if not fold(text):
            raise ConfigError(f"{path}: an empty term matches everything; remove it")
    return rules
