"""Cut a recording into clips, never through a micro-expression.

nominal cuts every 4 s   |-----------|-----------|-----------|--|
MEs                            ###          ####
cuts                     |-----------|---------|----------------|
"""

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Sequence

from wdmd_tools.config import ClipConfig
from wdmd_tools.intervals import Interval


def plan_clips(
    start_ms: int,
    end_ms: int,
    clip_annotations: Sequence[Interval],
    mes: Sequence[Interval],
    config: ClipConfig,
    annotated: Sequence[Interval] = (),
) -> list[Interval]:
    """Where the clips of a recording lie.

    Args:
        start_ms: First instant of the video, on ELAN's time line.
        end_ms: End of the video, on ELAN's time line.
        clip_annotations: Annotations of the Clip tier; if there are any, they are the clips.
        mes: MEs of all annotators, which no cut may cross.
        config: Lengths.
        annotated: All annotations; of a long recording only what lies near one is cut into clips
            (`skips_unannotated`).

    Returns:
        The clips in order; they do not overlap.
    """
    whole = Interval(start_ms, end_ms)
    if clip_annotations:
        clipped = [whole & interval for interval in sorted(clip_annotations)]
        return [interval for interval in clipped if interval is not None]
    if whole.duration_ms <= config.whole_up_to_s * 1000:
        return [whole]
    closed = merge_overlapping(mes)
    if annotated and skips_unannotated(whole.duration_ms, config):
        spans = near_annotations(whole, annotated, config)
        return [window for span in spans for window in _windows(span, closed, config)]
    return _windows(whole, closed, config)


def skips_unannotated(duration_ms: int, config: ClipConfig) -> bool:
    """Whether a recording of that length is built only near its annotations.

    Args:
        duration_ms: Of the recording.
        config: Its `annotated_only`, and `long_film_s` where that is left open.
    """
    if config.annotated_only is None:
        return duration_ms > config.long_film_s * 1000
    return config.annotated_only


def near_annotations(
    whole: Interval, annotated: Sequence[Interval], config: ClipConfig
) -> list[Interval]:
    """The spans of a recording within `annotated_margin_s` of any annotation.

        annotations        |--|   |---|                    |-|
        margin          <--    -->     -->              <--   -->
        spans          |--------------------|           |---------|

    Args:
        whole: The recording.
        annotated: Its annotations, in any order.
        config: Lengths.

    Returns:
        Spans in order that do not touch.
    """
    margin = round(config.annotated_margin_s * 1000)
    wide = [Interval(i.start_ms - margin, i.end_ms + margin) & whole for i in annotated]
    return merge_overlapping([interval for interval in wide if interval is not None])


def _windows(whole: Interval, closed: Sequence[Interval], config: ClipConfig) -> list[Interval]:
    step, least = round(config.window_s * 1000), round(config.min_window_s * 1000)
    cuts = [whole.start_ms]
    while whole.end_ms - cuts[-1] > step + least:
        cut = _outside(cuts[-1] + step, closed, cuts[-1])
        if cut >= whole.end_ms:
            break
        cuts.append(cut)
    cuts.append(whole.end_ms)
    return [Interval(a, b) for a, b in itertools.pairwise(cuts)]


def _outside(cut: int, closed: Sequence[Interval], after: int) -> int:
    """The nearest instant to `cut` that lies strictly inside of no ME and after `after`."""
    for interval in closed:
        if interval.start_ms < cut < interval.end_ms:
            before, behind = cut - interval.start_ms, interval.end_ms - cut
            if before <= behind and interval.start_ms > after:
                return interval.start_ms
            return interval.end_ms
    return cut


def merge_overlapping(intervals: Sequence[Interval]) -> list[Interval]:
    """Overlapping or touching intervals as one each, in order."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start_ms <= merged[-1].end_ms:
            last = merged.pop()
            interval = Interval(last.start_ms, max(last.end_ms, interval.end_ms))
        merged.append(interval)
    return merged


def slug(text: str, longest: int = 64) -> str:
    """A name for files and ids: ``[a-z0-9_-]``, with a short hash where letters were lost.

    Args:
        text: Any text, such as the stem of a video.
        longest: Most characters, at least 12.

    Example:
        >>> slug("film_01")
        'film_01'
        >>> slug("Fïlm 01").startswith("film-01-")
        True
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    plain = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")
    if plain and plain == text and len(plain) <= longest:
        return plain
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[: longest - 9].strip('-')}-{digest}".strip("-")
