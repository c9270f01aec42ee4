"""The ELAN files of a synthetic recording, in either habit of labs."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from wdmd_tools.elan.writer import (
    EafAligned,
    EafDocument,
    EafLinguisticType,
    EafMedia,
    EafRef,
    EafTier,
    EafVocabulary,
    write_eaf,
)
from wdmd_tools.synth.annotators import ANNOTATORS, Marking
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.script import EMOTIONS

STATE_VALUES = {"speaking": "Speaking", "listening": "Listening", "silent": "Silent"}

_TYPES = (
    EafLinguisticType("me-lt"),
    EafLinguisticType("state-lt", vocabulary="State"),
    EafLinguisticType("au-lt", "Symbolic_Association"),
    EafLinguisticType("emotion-lt", "Symbolic_Association", "Emotion"),
)
_VOCABULARIES = (
    EafVocabulary(
        "State", tuple((value, "") for value in STATE_VALUES.values()), "Conversational state"
    ),
    EafVocabulary("Emotion", tuple((name, "") for name in EMOTIONS), "Emotion label of an ME"),
)


def project_paths(folder: Path, config: SynthConfig, index: int) -> tuple[Path, ...]:
    """The EAF files of one recording.

    Args:
        folder: Folder of the annotations.
        config: Settings; `layout` decides between one file and one per annotator.
        index: 0-based number of the recording.
    """
    recording = config.recording_id(index)
    if config.layout == "tiers":
        return (folder / f"{recording}.eaf",)
    return tuple(folder / f"{recording}.{annotator}.eaf" for annotator in ANNOTATORS)


def write_projects(
    folder: Path, config: SynthConfig, index: int, markings: tuple[Marking, ...]
) -> None:
    """Write the EAF files of one recording atomically.

    Args:
        folder: Folder of the annotations.
        config: Settings.
        index: 0-based number of the recording.
        markings: What the annotators wrote, in the order of `ANNOTATORS`.
    """
    paths = project_paths(folder, config, index)
    # No wall clock: the same seed must give the same bytes.
    date = project_date(config.seed, index)
    video, subject = f"{config.recording_id(index)}.mp4", config.subject_id(index)
    if config.layout == "tiers":
        write_project(paths[0], markings, subject, video, date, "wdmd demo")
        return
    for path, marking in zip(paths, markings, strict=True):
        write_project(path, (marking,), subject, video, date, marking.annotator, suffixed=False)


def project_date(seed: int, index: int) -> dt.datetime:
    """A date for a file that is the same whenever it is written.

    Args:
        seed: Of the data set.
        index: 0-based number of the recording.
    """
    start = dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC)
    return start + dt.timedelta(days=seed % 1461, minutes=index)


def write_project(
    path: Path,
    markings: Sequence[Marking],
    subject: str,
    video: str,
    date: dt.datetime,
    author: str,
    *,
    suffixed: bool = True,
    properties: tuple[tuple[str, str], ...] = (),
) -> None:
    """Write one EAF file atomically.

    Args:
        path: The file.
        markings: What is in it, annotator by annotator.
        subject: PARTICIPANT of all tiers.
        video: Name of the film under ``../raw``.
        date: Of the file.
        author: Of the file.
        suffixed: Whether tiers are called ``ME@<annotator>`` or just ``ME``.
        properties: Further name and value pairs of the header.
    """
    tiers = [tier for marking in markings for tier in _tiers(marking, subject, suffixed)]
    document = EafDocument(
        tiers=tuple(tiers),
        media=(EafMedia(f"file:///{quote(video)}", f"../raw/{quote(video)}", "video/mp4"),),
        author=author,
        date=date,
        types=_TYPES,
        vocabularies=_VOCABULARIES,
        properties=(("wdmd_synthetic", "true"), *properties),
    )
    write_eaf(path, document)


def _tiers(marking: Marking, subject: str, suffixed: bool) -> list[EafTier]:
    suffix = f"@{marking.annotator}" if suffixed else ""
    who = {"participant": subject, "annotator": marking.annotator}
    me = f"ME{suffix}"
    spans = tuple(
        EafAligned(event.interval.start_ms, event.interval.end_ms, "ME") for event in marking.mes
    )
    states = tuple(
        EafAligned(span.start_ms, span.end_ms, STATE_VALUES[state])
        for span, state in marking.states
    )
    units = tuple(EafRef(number, event.action_units) for number, event in enumerate(marking.mes))
    labels = tuple(EafRef(number, event.emotion) for number, event in enumerate(marking.mes))
    return [
        EafTier(me, spans, "me-lt", **who),
        EafTier(f"State{suffix}", states, "state-lt", **who),
        EafTier(f"AU{suffix}", units, "au-lt", parent=me, **who),
        EafTier(f"Emotion{suffix}", labels, "emotion-lt", parent=me, **who),
    ]
