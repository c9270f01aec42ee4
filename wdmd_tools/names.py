"""Names given by people: which can be part of a file's name everywhere, and which are too much alike.

Windows reserves ``CON``, ``NUL``, ``COM1`` ... in any case and with any ending, and drops dots and blanks
at the end of a name; a project that is copied there must keep its files.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from wdmd_tools.errors import ConfigError

_RESERVED = frozenset(
    (
        *("con", "prn", "aux", "nul", "conin$", "conout$"),
        *(f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789¹²³"),
    )
)
_FORBIDDEN = frozenset('<>:"/\\|?*')


def check_file_name(text: str, option: str) -> None:
    """Refuse a name that cannot be part of a file's name on Windows, macOS and Linux alike.

    Args:
        text: The name as given, without the ending of the file.
        option: Where it was given, for example ``"--name"``.

    Raises:
        ConfigError: It is empty, has a slash, another forbidden or an unprintable character, ends in a dot
            or blank, is longer than 100 bytes, or is reserved.

    Example:
        >>> check_file_name("anna", "--annotator")
    """
    shown = text if len(text) <= 60 else f"{text[:60]}..."
    bad = next((c for c in text if c in _FORBIDDEN or not c.isprintable()), None)
    if not text.strip():
        reason = "an empty name; give one"
    elif bad is not None:
        reason = f"{bad!r} cannot be in the name of a file; leave it out"
    elif text != text.strip() or text.endswith(".") or text.startswith("."):
        reason = "a name of a file neither begins nor ends with a dot or blank; leave it out"
    elif len(text.encode()) > 100:
        reason = "longer than 100 bytes; choose a shorter name"
    elif text.split(".", 1)[0].strip().casefold() in _RESERVED:
        reason = "Windows reserves this name; choose another"
    else:
        return
    raise ConfigError(f"{option} {shown!r}: {reason}")


def alike(text: str) -> str:
    """The form in which two names of one person are equal: NFKC, casefolded, single blanks.

    Example:
        >>> alike("Anna  B") == alike("anna b ")
        True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def lookalikes(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Names that differ only in case, blanks or Unicode form.

    Args:
        names: In any order, also repeated.

    Returns:
        Each group of two or more, sorted.

    Example:
        >>> lookalikes(["Anna", "ben", "anna", "Anna"])
        [('Anna', 'anna')]
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[alike(name)].add(name)
    return sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1)
