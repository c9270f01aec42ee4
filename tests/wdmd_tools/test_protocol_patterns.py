"""Patterns of names: what fits, what is captured, and that nothing makes them slow."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.protocol.patterns import match, parse


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("ME", " me ", {}),
        ("ME", "ME2", None),
        ("ME@{annotator}", "me@Anna", {"annotator": "Anna"}),
        ("ME@{annotator}", "ME@", None),
        ("ME@{annotator}", "ME@ ", None),
        ("{subject}-ME-{annotator}", "P-01-ME-A-1", {"subject": "P-01", "annotator": "A-1"}),
        ("{annotator}_ME", "Anna_ME_ME", {"annotator": "Anna_ME"}),
        ("ME*", "ME", {}),
        ("ME (*)", "ME (second)", {}),
        ("*{annotator}", "x", "error"),
        ("{who}", "x", "error"),
        ("{subject}.{subject}", "x", "error"),
        ("Größe {annotator}", "GRÖßE İlker", {"annotator": "İlker"}),
    ],
)
def test_what_fits_and_what_is_captured(pattern: str, name: str, found: object) -> None:
    if found == "error":
        with pytest.raises(ValueError, match="place"):
            parse(pattern)
    else:
        assert match(pattern, name) == found


def test_decomposed_accents_of_a_mac_are_the_same_name() -> None:
    assert match("Zustand-ü", unicodedata.normalize("NFD", "Zustand-ü")) == {}


_WORD = st.text(st.characters(exclude_characters="-*{}", codec="utf-8"), min_size=1).filter(
    lambda text: bool(text.strip())
)


@given(subject=_WORD, annotator=_WORD)
def test_a_name_made_from_a_pattern_gives_its_parts_back(subject: str, annotator: str) -> None:
    found = match("{subject}-ME-{annotator}", f"{subject}-ME-{annotator}")
    assert found is not None
    normal = [unicodedata.normalize("NFC", part).strip() for part in (subject, annotator)]
    assert [found["subject"], found["annotator"]] == normal


def test_a_hostile_pattern_and_name_take_no_time() -> None:
    started = time.perf_counter()
    assert match("a*" * 200 + "b", "a" * 100_000) is None
    assert time.perf_counter() - started < 1.0
