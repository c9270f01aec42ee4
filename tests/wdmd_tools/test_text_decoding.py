"""Bytes to text: sure where there is a mark or UTF-8, else the most plausible, and told as a guess."""

from pathlib import Path

import pytest

from wdmd_tools.errors import ConfigError, DataError
from wdmd_tools.text_decoding import decode

FILE = Path("film.srt")
FRAME = "1\n00:00:01,000 --> 00:00:02,500\n{}\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("cp1252", "Le café est fermé. Où êtes-vous allés, déjà?"),
        ("cp1252", "Schöne Grüße aus München"),
        ("cp1252", "¿Qué pasó, señor? It’s me"),
        ("cp1250", "Żółw jest już gotów, przyjdź. Gdzie są moje rzeczy?"),
        ("cp1250", "Příliš žluťoučký kůň úpěl"),
        ("cp1251", "Привет, как дела? Я тебя убью"),
        ("cp1251", "Де ти був? Я їду додому"),
        ("gb18030", "你好，我要杀了你。你在说什么？"),
        ("big5", "你好，我要殺了你。你在說什麼？"),
        ("shift_jis", "こんにちは、お前を殺す。何を言ってるの？"),
        ("euc_kr", "안녕하세요, 너를 죽일 거야. 뭐라고 했어?"),
    ],
)
def test_a_short_line_of_each_language_is_guessed(encoding: str, said: str) -> None:
    read = decode(FRAME.format(said).encode(encoding), FILE)
    assert read.text == FRAME.format(said)
    assert (read.encoding, read.guessed) == (encoding, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_utf_is_no_guess(encoding: str) -> None:
    read = decode("Я, café, 你".encode(encoding), FILE)
    assert read == ("Я, café, 你", encoding, False)


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_recognised_and_read_when_told(name: str) -> None:
    data = FRAME.format("kill").encode(name)
    with pytest.raises(DataError, match=f"looks like UTF-16.*--encoding {name}"):
        decode(data, FILE)
    assert decode(data, FILE, name) == (FRAME.format("kill"), name, False)


def test_a_wrong_word_of_the_user_is_not_answered_with_the_same_cure() -> None:
    with pytest.raises(DataError, match=r"as given .byte 3.; choose another") as caught:
        decode("café".encode("cp1252"), FILE, "utf-8")
    assert "--encoding" not in str(caught.value)
    for name in ("klingon", "base64", "utf-8\0"):
        with pytest.raises(ConfigError, match="is not known"):
            decode(b"x", FILE, name)
