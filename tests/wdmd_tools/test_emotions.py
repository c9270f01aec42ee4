"""Words to classes, as the protocols say."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdmd_tools.emotions import SCHEMES, EmotionScheme, scheme
from wdmd_tools.errors import UnknownNameError


@pytest.mark.parametrize(
    ("word", "three", "four"),
    [
        ("happiness", "positive", "positive"),
        ("Happy ", "positive", "positive"),
        ("disgust", "negative", "negative"),
        ("repression", "negative", "negative"),
        ("Contempt", "negative", "negative"),
        ("sad", "negative", "negative"),
        ("sadness", "negative", "negative"),
        ("SURPRISE", "surprise", "surprise"),
        ("negative", "negative", "negative"),
        ("Others", None, "others"),
        ("other", None, "others"),
        ("confused", None, None),
        ("", None, None),
    ],
)
def test_three_and_four_classes(word: str, three: str | None, four: str | None) -> None:
    assert scheme("3").classify(word) == three
    assert scheme("4").classify(word) == four


@pytest.mark.parametrize(
    ("name", "word", "expected"),
    [
        ("casme2-5", "repression", "repression"),
        ("casme2-5", "fear", None),
        ("samm-5", "Other", "others"),
        ("samm-5", "disgust", None),
        ("casme3-7", "sad", "sadness"),
        ("casme3-7", "Others", "others"),
        ("mmew-4", "fear", None),
        ("mmew-6", "others", None),
        ("ekman-7", "contempt", "contempt"),
    ],
)
def test_classes_of_datasets(name: str, word: str, expected: str | None) -> None:
    assert scheme(name).classify(word) == expected


@given(st.sampled_from(SCHEMES), st.text(max_size=12), st.sampled_from([" ", "\t", "  "]))
def test_case_and_blanks_do_not_matter(one: EmotionScheme, word: str, blank: str) -> None:
    said = one.classify(word)
    assert said is None or said in one.classes
    assert one.classify(blank + word + blank) == said
    for name in one.classes:
        assert one.classify(name.upper()) == name


def test_a_scheme_survives_pickling_and_compares() -> None:
    one = scheme("samm-5")
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301
    assert hash(one) == hash(scheme("samm-5"))
    assert one.index("contempt") == 1


def test_wrong_names_and_wrong_schemes() -> None:
    with pytest.raises(UnknownNameError, match="casme2-5"):
        scheme("casme2-6")
    with pytest.raises(ValueError, match="distinct"):
        EmotionScheme("x", ("a", "a"), {})
    with pytest.raises(ValueError, match="'c'"):
        EmotionScheme("x", ("a", "b"), {"word": "c"})
