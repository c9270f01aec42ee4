"""SMIC: clips cut from onset to offset, without a sheet; folders name subject and emotion.

    SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01/reg_image000000.bmp     0-based
    SMIC_all_cropped/HS/s1/non_micro/...                                   clips without micro-expression

The whole clip is the micro-expression. Nothing is known of its apex.
"""

from wdmd_tools.importers.model import Count, FrameSpan, Release, ReleaseEvent, ReleaseVideo
from wdmd_tools.importers.published import count_events
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.smic_camera import CAMERAS, EMOTIONS, Camera, clip_name
from wdmd_tools.importers.tree import Place, Tree


def is_there(tree: Tree, camera: Camera) -> bool:
    """Whether a camera's clips are in the release."""
    return any(map(_micro, _clips(tree, camera)))


def read(tree: Tree, camera: Camera, reader: RowReader) -> Release:
    """Read a camera of SMIC.

    Args:
        tree: A release in which `is_there`.
        camera: Which.
        reader: Takes the problems.
    """
    places = _clips(tree, camera)
    if not camera.named_by(tree.root.resolve().name) and not any(map(camera.has, places)):
        reader.tell(
            "W_CAMERA",
            str(tree.root),
            f"no folder names the camera; taken for {camera.name}, {camera.fps} fps",
            "if it is another, name a folder above HS, VIS or NIR, as released",
        )
    raw = [place for place in places if not place.has("crop")]
    layout = "raw clips" if any(map(_micro, raw)) else "cropped and registered clips"
    videos: dict[str, ReleaseVideo] = {}
    for place in raw if any(map(_micro, raw)) else places:
        video = _video(reader, place, camera)
        if video is None:
            continue
        if video.video_id in videos:
            reader.tell(
                "E_AMBIGUOUS_MEDIA",
                str(place.path),
                f"{video.video_id}: a second folder of this name, beside {videos[video.video_id].path}",
                "give the folder of one camera and one form of the pictures as SRC",
            )
            continue
        videos[video.video_id] = video
    events = [event for video in videos.values() for event in video.events]
    subjects = {video.subject_id for video in videos.values() if video.events}
    return Release(
        dataset="smic",
        display=f"SMIC ({camera.name})",
        version=f"clips of camera {camera.name}, no sheet: {len(events)} micro-expressions "
        f"({camera.clips} are known)",
        videos=tuple(videos.values()),
        problems=tuple(reader.problems),
        corrections=(),
        counts=(
            *count_events(events, {"micro-expressions": camera.clips}, camera.emotions),
            Count("subjects", camera.subjects, len(subjects)),
        ),
        layout=layout,
        clip_set=True,
    )


def _clips(tree: Tree, camera: Camera) -> list[Place]:
    root = tree.root.resolve().name
    if any(other is not camera and other.named_by(root) for other in CAMERAS):
        return []
    places = [
        place
        for place in tree.all_places()
        if camera.may_have(place) and (_micro(place) or "non_micro" in place.names)
    ]
    named = [place for place in places if camera.has(place)]
    # Folders that name no camera at all are taken for those of the first.
    unnamed = places if camera is CAMERAS[0] or camera.named_by(root) else []
    return sorted(named or unnamed, key=lambda place: place.path)


def _micro(place: Place) -> bool:
    return "micro" in place.names and clip_name(place.names[-1]) is not None


def _video(reader: RowReader, place: Place, camera: Camera) -> ReleaseVideo | None:
    named = clip_name(place.path.stem if place.film else place.path.name)
    if named is None or not _micro(place):
        subject = next((name for name in place.names if _is_subject(name)), None)
        if subject is None:
            reader.tell(
                "W_NOT_IMPORTED",
                str(place.path),
                "no folder above it names a subject; left out",
                "copy the folder from the release, as in HS/s1/non_micro",
            )
            return None
        own = place.path.stem if place.film else place.path.name
        identity = own if own.casefold().startswith("s") else f"s{subject[1:]}_{own}"
        return ReleaseVideo(identity, f"s{int(subject[1:]):02d}", place.path, camera.fps, ())
    emotion = EMOTIONS[named[1]]
    above = place.names[-2] if len(place.names) > 1 else ""
    if above in EMOTIONS.values() and above != emotion:
        reader.tell(
            "W_EMOTION",
            str(place.path),
            f"folder {above!r}, but its name says {emotion!r}; the folder is used",
            "compare with the release",
        )
        emotion = above
    identity = place.path.stem if place.film else place.path.name
    frames = len(place.numbers())
    event = ReleaseEvent(
        kind="me",
        # By place, from 1: the names count from 0, which elsewhere means "unknown".
        span=FrameSpan(1, None, frames),
        emotion=emotion,
        action_units=(),
        source=str(place.path),
        key=f"{camera.name}/{identity}",
    )
    return ReleaseVideo(
        identity, named[0], place.path, camera.fps, (event,) if frames else (), first_number=1
    )


def _is_subject(name: str) -> bool:
    return name.startswith("s") and name[1:].isdigit()
