"""Releases of short clips: a row of the sheet, a folder of frames around its one expression.

row --names--> folder         one form of the pictures for the whole release, never a mixture
                 |  none: E_NO_FRAMES     two: E_AMBIGUOUS_MEDIA     else ReleaseVideo
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from wdmd_tools.errors import DataError
from wdmd_tools.importers.model import Count, EventKind, ReleaseEvent, ReleaseVideo
from wdmd_tools.importers.published import count_events
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.sheets import Row
from wdmd_tools.importers.tree import Place, Tree


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms in which a release has its pictures.

    Args:
        display: For people.
        words: One of these texts is in the name of a folder above; see `Place.has`.
        without: None of these is.
    """

    display: str
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def fits(self, place: Place) -> bool:
        """Whether a place is of this form."""
        return (not self.words or any(map(place.has, self.words))) and not any(
            map(place.has, self.without)
        )


ANY = Form("frames as found")
"""A release that has its pictures in one form only."""


@dataclass(frozen=True, slots=True)
class ClipRow:
    """A row of the sheet, and where its frames should be.

    Args:
        row: Of the sheet.
        video_id: Unique in the release; rows of one video share it.
        subject_id: The person shown.
        folders: Accepted endings of the path, each from the outermost name to the own one.
        key: See `ReleaseEvent.key`.
        cells: See `RowReader.event`.
        kind: See `ReleaseEvent`.
    """

    row: Row
    video_id: str
    subject_id: str
    folders: tuple[tuple[str, ...], ...]
    key: str
    cells: Mapping[str, str]
    kind: EventKind = "me"


@dataclass(frozen=True, slots=True)
class FoundClips:
    """What was found of a sheet.

    Args:
        videos: With frames.
        events: Every usable row, also those without frames.
        subjects: People of all usable rows.
        layout: The form of pictures that was taken.
    """

    videos: tuple[ReleaseVideo, ...]
    events: tuple[ReleaseEvent, ...]
    subjects: frozenset[str]
    layout: str

    def counts(
        self, expected: Mapping[str, int], emotions: Mapping[str, int], subjects: int | None
    ) -> list[Count]:
        """Published numbers beside those of the sheet; frames that are missing are told apart."""
        return [
            *count_events(self.events, expected, emotions),
            Count("subjects", subjects, len(self.subjects)),
            Count("videos with frames", None, len(self.videos)),
        ]


def read_clips(
    tree: Tree,
    reader: RowReader,
    clips: Sequence[ClipRow],
    *,
    fps: Fraction,
    layout: str,
    forms: Sequence[Form] = (ANY,),
) -> FoundClips:
    """Events and videos of a release of clips.

    Args:
        tree: The release on disk.
        reader: Takes the problems.
        clips: Rows in the order of the sheet.
        fps: As published.
        layout: An example of a path as released, for messages.
        forms: Of the pictures, the preferred first; the first of which there is anything is taken.

    Raises:
        DataError: There are no frames for any row.
    """
    places = {clip.video_id: _places(tree, clip) for clip in clips}
    form = _form(tree, [place for group in places.values() for place in group], forms, layout)
    videos: dict[str, ReleaseVideo] = {}
    events: list[ReleaseEvent] = []
    subjects = set[str]()
    told = set[str]()
    for clip in clips:
        event = reader.event(clip.row, clip.key, clip.kind, clip.cells)
        if event is None:
            continue
        events.append(event)
        subjects.add(clip.subject_id)
        there = [place for place in places[clip.video_id] if form.fits(place)]
        if len(there) != 1:
            if clip.video_id not in told:
                _tell(reader, tree, clip, there, form, layout)
            told.add(clip.video_id)
            continue
        earlier = videos.get(clip.video_id)
        videos[clip.video_id] = ReleaseVideo(
            video_id=clip.video_id,
            subject_id=clip.subject_id,
            path=there[0].path,
            fps=fps,
            events=(*(earlier.events if earlier else ()), event),
        )
    return FoundClips(tuple(videos.values()), tuple(events), frozenset(subjects), form.display)


def _places(tree: Tree, clip: ClipRow) -> list[Place]:
    found = {place.path: place for names in clip.folders for place in tree.find(*names)}
    return list(found.values())


def _form(tree: Tree, places: Sequence[Place], forms: Sequence[Form], layout: str) -> Form:
    if not places:
        raise DataError(
            f"{tree.root}: no frames for any row of the sheet; expected {layout} in this folder or below"
        )
    for form in forms:
        if any(map(form.fits, places)):
            return form
    return ANY


def _tell(
    reader: RowReader, tree: Tree, clip: ClipRow, there: Sequence[Place], form: Form, layout: str
) -> None:
    if there:
        paths = ", ".join(str(place.path.relative_to(tree.root)) for place in there)
        reader.tell(
            "E_AMBIGUOUS_MEDIA",
            clip.row,
            f"{clip.key}: frames in more than one folder: {paths}",
            "give the folder of one form of the pictures, or move the others away",
        )
        return
    kind = "" if form is ANY else f" ({form.display})"
    reader.tell(
        "E_NO_FRAMES",
        clip.row,
        f"{clip.key}: no folder of frames {'/'.join(clip.folders[0])}{kind}",
        f"copy it from the release, as in {layout}",
    )
