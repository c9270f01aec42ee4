"""Numbers found in a release beside those that its publication or its known file gives."""

from collections import Counter
from collections.abc import Iterable, Mapping

from wdmd_tools.importers.model import Count, EventKind, ReleaseEvent

_KINDS: dict[EventKind, str] = {
    "me": "micro-expressions",
    "macro": "macro-expressions",
    "blink": "blinks",
}


def count_events(
    events: Iterable[ReleaseEvent], expected: Mapping[str, int], emotions: Mapping[str, int]
) -> list[Count]:
    """Counts of expressions, and of micro-expressions by emotion.

    Args:
        events: All of the sheet that can be used, with frames or without.
        expected: ``"micro-expressions"`` and so on, to the published number.
        emotions: Emotion of micro-expressions, lower case, to the published number; emotions that are found
            and not named here are counted with nothing expected.
    """
    events = list(events)
    kinds = Counter(event.kind for event in events)
    counts = [
        Count(name, expected.get(name), kinds[kind])
        for kind, name in _KINDS.items()
        if kinds[kind] or name in expected
    ]
    found = Counter(event.emotion for event in events if event.kind == "me" and event.emotion)
    listed = list(emotions) + sorted(set(found) - set(emotions))
    counts += [
        Count(f"micro-expressions: {name}", emotions.get(name), found[name]) for name in listed
    ]
    return counts
