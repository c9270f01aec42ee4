"""Bytes of a text file as text: its mark, UTF-8, or the most plausible of the older encodings.

    mark at the start --> UTF-8, UTF-16        sure
    valid UTF-8       --> UTF-8                sure
    else              --> best by letters      a guess, and told as one

A guess is made from letters alone: which are frequent in the language that an encoding was made for, and
which stand where that language has none (a capital inside a word, one Chinese character between Latin
letters). Short texts can be guessed wrongly, so whoever calls this says so to the user.
"""

import unicodedata
from pathlib import Path
from typing import NamedTuple

from wdmd_tools.errors import ConfigError, DataError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OLDER = ("cp1252", "cp1250", "cp1251", "gb18030", "big5", "shift_jis", "euc_kr", "cp932", "cp949")
"""Candidates; the earlier one is taken where two are equally plausible."""

_SAMPLE = 20_000
_WESTERN = frozenset("éèàùâêîôûçëïüöäßñáíóúåøæãõœÉÈÀÜÖÄÑÇÅØÓ")
_CENTRAL = frozenset("ąęłńśźżćóčěřšžýůťďňáíéúőűöüäľĺŕșţăâîđŁŚŻŹČŠŽŘŐŰ")
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё")
_CHINESE = frozenset(
    "的一是不了我你在有他这這个個们們来來大就到说說要以时時会會和对對可着那没沒好为為上下她也去能吗嗎么麼什得过過"
    "还還很看天人中国國都想知道自己出后後里裡事样樣让讓给給把它吧啊呢请請谢謝再见見现現真问問开開回家话話点點"
    "生子多之只用做怎今别別小地而年起让等世界您死杀殺爱愛"
)
_KOREAN = frozenset(
    "이다는을가에고하지의나한어그사요도해로아서기리거게들은니를인있안내자시라너네대무우야일보만전여면수당말정어"
    "까오습그래세데제모않없지뭐저스원"
)
_MARKS_OF_TEXT = frozenset("‘’“”„–—…«»¿¡°♪♫·€№„‚‹›、。，！？；：「」『』（）・ー　￥《》")


class Decoded(NamedTuple):
    """A text and how it was read.

    Args:
        text: Without a byte order mark.
        encoding: Its Python name.
        guessed: Neither a mark nor valid UTF-8 nor the user says so.
    """

    text: str
    encoding: str
    guessed: bool


def decode(
    data: bytes, path: Path, encoding: str | None = None, option: str = "--encoding"
) -> Decoded:
    """Bytes of a text file as text.

    Args:
        data: The file.
        path: For messages.
        encoding: The user's word; nothing is guessed then.
        option: By which the user can say it; empty: there is none.

    Raises:
        ConfigError: An encoding that Python does not know.
        DataError: Bytes that are not of the encoding, or of none that is known here.
    """
    if encoding is not None:
        return Decoded(_as_told(data, path, encoding), encoding, guessed=False)
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked is None and b"\0" in data:
        ending = "le" if data[1::2].count(0) >= data[0::2].count(0) else "be"
        raise DataError(
            f"{path}: has NUL bytes and no byte order mark: looks like UTF-16; save it as UTF-8"
            + (f", or give {option} utf-16-{ending}" if option else "")
        )
    try:
        return Decoded(data.decode(marked or "utf-8"), marked or "utf-8", guessed=False)
    except UnicodeDecodeError:
        if marked is not None:
            raise DataError(
                f"{path}: begins as {marked} but is not; save it anew as UTF-8"
            ) from None
    texts = {name: text for name in _OLDER if (text := _or_none(data, name)) is not None}
    if not texts:
        raise DataError(
            f"{path}: not text in UTF-8, {', '.join(_OLDER)}; save it as UTF-8"
            + (f", or name its encoding with {option}" if option else "")
        )
    best = max(texts, key=lambda name: plausibility(texts[name]))
    return Decoded(texts[best], best, guessed=True)


def plausibility(text: str) -> float:
    """How much a text looks like language, by its letters outside of ASCII.

    Args:
        text: As one encoding reads the bytes.

    Returns:
        Their mean score, at most 1; 0 if there are none.
    """
    scores = []
    for index, letter in enumerate(text):
        if letter < "\x80":
            continue
        before = text[index - 1] if index else " "
        after = text[index + 1] if index + 1 < len(text) else " "
        scores.append(_score(letter, before, after))
        if len(scores) >= _SAMPLE:
            break
    return sum(scores) / len(scores) if scores else 0.0


def _score(letter: str, before: str, after: str) -> float:
    latin_beside = any(c.isascii() and c.isalpha() for c in (before, after))
    if letter in "¿¡" and not before.isalnum():
        return 1.0
    if letter in _MARKS_OF_TEXT:
        return 0.4 if not (before.isalpha() and after.isalpha()) or letter in "’·ー" else 0.0
    kind = _kind(letter)
    if kind == "latin":
        strangers = all(not c.isascii() and c.isalpha() for c in (before, after))
        capital_inside = (before.islower() and letter.isupper()) or (
            letter.islower() and after.isupper()
        )
        if strangers or capital_inside:
            return -1.0
        return 1.0 if letter in _WESTERN or letter in _CENTRAL else 0.1
    if latin_beside:
        return -1.0
    if kind == "cyrillic":
        if before.islower() and letter.isupper():
            return -1.0
        return 1.0 if letter.lower() in _CYRILLIC else 0.3 if letter in "іїєґІЇЄҐ" else -0.5
    if kind == "kana":
        return 1.0
    if kind == "hangul":
        return 1.0 if letter in _KOREAN else 0.2 if _or_none_text(letter, "euc_kr") else -1.0
    if kind == "han":
        return 1.0 if letter in _CHINESE else 0.0 if _is_common_han(letter) else -0.7
    return -1.0


def _kind(letter: str) -> str:
    name = unicodedata.name(letter, "")
    starts = {
        "LATIN": "latin",
        "CYRILLIC": "cyrillic",
        "HIRAGANA": "kana",
        "KATAKANA": "kana",
        "HANGUL SYLLABLE": "hangul",
        "CJK UNIFIED": "han",
    }
    return next((kind for start, kind in starts.items() if name.startswith(start)), "")


def _is_common_han(letter: str) -> bool:
    """In the first level of GB 2312 (by pronunciation), of Big5, or of JIS X 0208."""
    return any(
        low <= (_or_none_text(letter, name) or b"\0") < high
        for name, low, high in (
            ("gb2312", b"\xb0", b"\xd8"),
            ("big5", b"\xa4", b"\xc7"),
            ("shift_jis", b"\x88", b"\x99"),
        )
    )


def _as_told(data: bytes, path: Path, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: is not text in {encoding}, as given (byte {error.start}); choose another encoding, "
            "or leave the option out"
        ) from None
    except (LookupError, ValueError):
        raise ConfigError(
            f"--encoding {encoding!r} is not known; try utf-8, cp1252 or gb18030"
        ) from None


def _or_none(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _or_none_text(letter: str, name: str) -> bytes | None:
    try:
        return letter.encode(name)
    except UnicodeEncodeError:
        return None
