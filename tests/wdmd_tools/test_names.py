"""Names that can be files everywhere, and names that are too much alike."""

import unicodedata

import pytest

from wdmd_tools.errors import ConfigError
from wdmd_tools.names import check_file_name, lookalikes


@pytest.mark.parametrize("name", ["anna", "Ünal B", "com10", "null", "v1.2", "松本", "console"])
def test_usual_names_are_fine(name: str) -> None:
    check_file_name(name, "--name")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("CON", "Windows reserves"),
        ("nul.v2", "Windows reserves"),
        ("Com1", "Windows reserves"),
        ("a/b", "'/' cannot"),
        ("a\\b", "cannot"),
        ("a:b", "':' cannot"),
        ("a\nb", "cannot"),
        ("..", "dot or blank"),
        ("anna ", "dot or blank"),
        ("a" * 101, "100 bytes"),
        (" ", "empty"),
    ],
)
def test_what_some_system_refuses_is_refused_everywhere(name: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        check_file_name(name, "--name")
    assert str(caught.value).startswith("--name")
    assert "\n" not in str(caught.value)


def test_case_blanks_and_unicode_form_make_lookalikes() -> None:
    decomposed = unicodedata.normalize("NFD", "Zoë")
    names = ["Anna", "anna", "anna ", "Ben", "Zoë", decomposed, "P1", "P10"]
    assert lookalikes(names) == [
        ("Anna", "anna", "anna "),
        tuple(sorted(("Zoë", decomposed))),
    ]
