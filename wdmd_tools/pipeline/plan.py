"""What is to be built: ELAN files and videos brought together, without decoding anything.

Files of several annotators that name the same video are one recording. Everything wrong with the input is
collected, nothing stops at the first problem.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from wdmd_tools.annotations import AnnotationDocument, Problem
from wdmd_tools.clips import slug
from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import AnnotationError, ConfigError
from wdmd_tools.faces.choose import SubjectPlace
from wdmd_tools.intervals import Interval
from wdmd_tools.names import lookalikes
from wdmd_tools.pipeline.lookalikes import lookalike_names
from wdmd_tools.pipeline.people import by_person, person_ids
from wdmd_tools.pipeline.subjects import find_subjects
from wdmd_tools.protocol import Event, FileNames, Interpretation, Protocol, interpret
from wdmd_tools.video.media import MediaIndex, MediaMatch


@dataclass(frozen=True)
class RecordingPlan:
    """One video and all that was annotated on it.

    Args:
        recording_id: ``[a-z0-9_-]``, unique.
        subject_id: The person shown.
        video: The file, or a folder of numbered frames.
        source_video: Its path under the videos folder, with forward slashes.
        events_file: The first ELAN file, as the user named it, for messages.
        eaf_hashes: SHA-256 of each ELAN file by name, sorted.
        annotators: Who looked at it, sorted.
        events: On the time line of the first ELAN file.
        time_origin_ms: Media time of that line's 0.
        place: Where in the picture the subject is, if a person said so.
        shares_film: Whether other people of the same film are recordings too.
        rate: Frames per second, where `video` is a folder of frames.
        facts: What else the result depends on, where no ELAN file says it; empty or a digest.
    """

    recording_id: str
    subject_id: str
    video: Path
    source_video: str
    events_file: str
    eaf_hashes: tuple[tuple[str, str], ...]
    annotators: tuple[str, ...]
    events: tuple[Event, ...]
    time_origin_ms: int
    place: SubjectPlace | None = None
    shares_film: bool = False
    rate: Fraction | None = None
    facts: str = ""

    @property
    def clip_intervals(self) -> list[Interval]:
        """Annotations of Clip tiers."""
        return sorted({event.interval for event in self.events if event.kind == "clip"})


@dataclass(frozen=True)
class Plan:
    """A project.

    Args:
        recordings: Sorted by id.
        problems: In all files, errors and warnings.
        n_eaf: ELAN files looked at.
    """

    recordings: tuple[RecordingPlan, ...]
    problems: tuple[Problem, ...]
    n_eaf: int


@dataclass(frozen=True)
class _Read:
    document: AnnotationDocument
    match: MediaMatch
    said: Interpretation
    digest: str
    file_annotator: str


def plan_project(
    elan: Path,
    videos: Path,
    protocol: Protocol,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    subjects: Path | None = None,
) -> Plan:
    """Read all ELAN files and find their videos.

    Args:
        elan: A folder, searched with its subfolders, or one file.
        videos: A folder, searched with its subfolders, or one file.
        protocol: Which tier means what.
        progress: Called with files read and files in all.
        subjects: Table of where in the picture each participant is; ``subjects.csv`` beside the ELAN
            files when `None`, if there is one.

    Returns:
        The recordings that can be built, and all problems.

    Raises:
        ConfigError: A path does not exist, or holds no ELAN file or no video.
    """
    paths = find_eafs(elan)
    places = find_subjects(subjects, elan)
    index = MediaIndex(videos)
    problems: list[Problem] = []
    by_video: dict[Path, list[_Read]] = defaultdict(list)
    for number, path in enumerate(paths):
        progress(number, len(paths))
        try:
            document = read_eaf(path)
        except AnnotationError as error:
            problems.append(unreadable(path, error))
            continue
        match = index.find(document)
        if isinstance(match, Problem):
            problems.append(match)
            continue
        names = names_of_file(path, match.path, protocol)
        said = interpret(document, protocol, names)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        by_video[match.path].append(_Read(document, match, said, digest, names.annotator))
    ids = _recording_ids(list(by_video), index.root)
    recordings: list[RecordingPlan] = []
    for video, reads in sorted(by_video.items()):
        recordings.extend(
            replace(plan, place=places.find(plan.subject_id, plan.source_video))
            for plan in _combine(ids[video], video, reads, index.root, elan, problems)
        )
    recordings.sort(key=lambda plan: plan.recording_id)
    everything = [(read.document.path, read.said) for reads in by_video.values() for read in reads]
    problems.extend(lookalike_names(everything))
    problems.extend(places.unused((one.subject_id, one.source_video) for one in recordings))
    return Plan(tuple(recordings), tuple(problems), len(paths))


def find_eafs(root: Path) -> list[Path]:
    """The ELAN files under a folder; backups, templates and hidden files are none.

    Args:
        root: A folder, or one file.

    Raises:
        ConfigError: There is none.
    """
    if not root.exists():
        raise ConfigError(f"--elan: {root}: no such file or folder")
    if root.is_file():
        if root.suffix.lower() != ".eaf":
            raise ConfigError(f"--elan: {root}: not an ELAN file (.eaf); give one, or their folder")
        return [root]
    found = [
        path
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() == ".eaf"
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]
    if not found:
        raise ConfigError(f"--elan: {root}: no .eaf file here; is this the folder of annotations?")
    return found


def names_of_file(path: Path, video: Path | None, protocol: Protocol) -> FileNames:
    """Annotator and subject as the name of an ELAN file tells them.

    Args:
        path: The ELAN file.
        video: The video it belongs to, where that is known.
        protocol: Its `files` patterns go first; else ``<film>.<annotator>.eaf``.
    """
    found = protocol.of_file(path.stem)
    annotator = found.get("annotator") or _annotator_from_name(path, video or path)
    return FileNames(annotator, found.get("subject", ""), fallback="annotator")


def _annotator_from_name(path: Path, video: Path) -> str:
    """``film.A1.eaf`` on ``film.mp4`` -> ``A1``; empty where there is no such part."""
    stem = path.stem
    if stem.startswith(f"{video.stem}.") and len(stem) > len(video.stem) + 1:
        return stem[len(video.stem) + 1 :]
    return stem.rsplit(".", 1)[1] if "." in stem.strip(".") else ""


def unreadable(path: Path, error: AnnotationError) -> Problem:
    """The error of a whole file as a problem.

    Args:
        path: The file.
        error: Its text begins with the file and perhaps a line.
    """
    text = str(error).removeprefix(str(path)).lstrip(":").strip()
    line, _, rest = text.partition(":")
    message, _, fix = (rest if line.isdigit() else text).strip().partition("; ")
    return Problem(
        "E_EAF",
        message,
        fix or "open and save it in ELAN",
        str(path),
        line=int(line) if line.isdigit() else 0,
    )


def _recording_ids(videos: Sequence[Path], root: Path) -> dict[Path, str]:
    """Ids from stems; from whole relative paths where two videos share a stem."""
    stems: dict[str, list[Path]] = defaultdict(list)
    for video in videos:
        stems[slug(video.stem)].append(video)
    ids = {}
    for stem, sharing in stems.items():
        for video in sharing:
            ids[video] = stem if len(sharing) == 1 else slug(video.relative_to(root).as_posix())
    return ids


def _combine(
    recording_id: str,
    video: Path,
    reads: list[_Read],
    root: Path,
    elan: Path,
    problems: list[Problem],
) -> list[RecordingPlan]:
    reads = _distinct_annotators(reads)
    origin = reads[0].match.time_origin_ms
    events: list[Event] = []
    judged: dict[tuple[str, str], Path] = {}
    used: list[Interpretation] = []
    for read in reads:
        problems.extend(read.said.problems)
        taken = sorted(pair for pair in read.said.judged if _clash(pair, judged))
        if taken:
            name = taken[0][0]
            other = next(path for (who, _), path in judged.items() if who == name)
            problems.append(_same_annotator(read, name, video, other))
            continue
        used.append(read.said)
        judged.update(dict.fromkeys(read.said.judged, read.document.path))
        events.extend(e.shift(read.match.time_origin_ms - origin) for e in read.said.events)
    if not judged:
        return []
    # Tiers, not annotations: an empty ME tier says "nothing found", of a person all the same.
    people = sorted({person for said in used for person in said.people})
    if not people:
        people = sorted({person for said in used for person in said.others})
    if len(people) > 1 and (lookalikes(people) or not any(person for _, person in judged)):
        problems.append(_several_people(reads[0], people))
        return []
    if not people:
        problems.append(_no_participant(reads[0], recording_id))
    base = elan if elan.is_dir() else elan.parent
    whole = RecordingPlan(
        recording_id=recording_id,
        subject_id=people[0] if people else recording_id,
        video=video,
        source_video=video.relative_to(root).as_posix(),
        events_file=str(reads[0].document.path),
        eaf_hashes=tuple(
            sorted((r.document.path.relative_to(base).as_posix(), r.digest) for r in reads)
        ),
        annotators=tuple(sorted({annotator for annotator, _ in judged})),
        events=tuple(events),
        time_origin_ms=origin,
    )
    if len(people) < 2:
        return [whole]
    names = person_ids(recording_id, people)
    return [
        replace(
            whole,
            recording_id=names[person.name],
            subject_id=person.name,
            annotators=person.annotators,
            events=person.events,
            shares_film=True,
        )
        for person in by_person(people, list(judged), events, problems)
    ]


def _clash(pair: tuple[str, str], known: Iterable[tuple[str, str]]) -> bool:
    """Whether an annotator has looked at this person before; nobody named may be anybody."""
    return any(pair[0] == who and (pair[1] == p or not (pair[1] and p)) for who, p in known)


def _distinct_annotators(reads: list[_Read]) -> list[_Read]:
    """Files whose ANNOTATOR attribute is the same (a lab's name) are told apart by their names."""
    names = [name for read in reads for name in read.said.annotators]
    from_files = [read.file_annotator for read in reads]
    whole = all(len(read.said.annotators) <= 1 for read in reads)
    if len(set(names)) == len(names) or not whole or len(set(from_files) - {""}) < len(reads):
        return reads
    return [
        replace(
            read,
            said=replace(
                read.said,
                annotators=(name,) if read.said.annotators else (),
                judged=tuple((name, person) for _, person in read.said.judged),
                events=tuple(replace(event, annotator=name) for event in read.said.events),
            ),
        )
        for read, name in zip(reads, from_files, strict=True)
    ]


def _same_annotator(read: _Read, name: str, video: Path, used: Path) -> Problem:
    return Problem(
        "E_DUPLICATE_ANNOTATOR",
        f"{used} has annotated {video.name} as {name!r} too; that one is used, this one is left out",
        "if one is a backup or copy, move it out of the folder; if two people made them, name the files "
        f"{video.stem}.<annotator>.eaf, or set ANNOTATOR in ELAN",
        str(read.document.path),
    )


def _several_people(read: _Read, people: Sequence[str]) -> Problem:
    alike = lookalikes(people)
    if alike:
        same = " and ".join(map(repr, alike[0]))
        cure = (
            f"{same} differ only in case, blanks or Unicode form: write one person one way in ELAN"
        )
    else:
        cure = (
            "give each person a video of their own (a cut of their side of the picture) and an EAF"
        )
    return Problem(
        "E_SEVERAL_PARTICIPANTS",
        f"micro-expressions of {len(people)} people: {', '.join(people)}; whose face is whose is unknown",
        cure,
        str(read.document.path),
    )


def _no_participant(read: _Read, recording_id: str) -> Problem:
    return Problem(
        "W_NO_PARTICIPANT",
        f"no tier names a PARTICIPANT, so the subject is called {recording_id!r}",
        "set the participant of the ME tier in ELAN: a person in two recordings must not be in both "
        "training and test data",
        str(read.document.path),
    )
