"""`truth.json`: what really happens in a twin, what its sheets say, and what a reader should make of it."""

from typing import Any

from wdmd_tools.synth.twins.model import NUMBERS, TwinEvent, TwinPlan, TwinVideo, moved_units

THREE_CLASSES = {
    "negative": "negative",
    "anger": "negative",
    "contempt": "negative",
    "disgust": "negative",
    "fear": "negative",
    "sad": "negative",
    "sadness": "negative",
    "repression": "negative",
    "positive": "positive",
    "happiness": "positive",
    "happy": "positive",
    "surprise": "surprise",
}
"""Emotion word in lower case -> class; a word that is not here has none."""


def truth_document(plan: TwinPlan, seed: int, size: int) -> dict[str, Any]:
    """The document.

    Args:
        plan: What was rendered.
        seed: Of the twin.
        size: Of the pictures, in pixels.
    """
    return {
        "synthetic": True,
        "dataset": plan.name,
        "fps": [plan.fps.numerator, plan.fps.denominator],
        "seed": seed,
        "size": size,
        "notes": list(plan.notes),
        "legend": {
            "onset, apex, offset": "numbers of frame files; the face is at rest in the files of onset and "
            "offset, and moved most in the file of the apex",
            "written": "the cells of the sheet",
            "form": "main, or another form of the pictures that lies beside it",
            "read": "what a reader makes of them with its corrections; null is "
            "unknown, or left out",
        },
        "sheets": {path: [sheet.name for sheet in sheets] for path, sheets in plan.books.items()},
        "videos": [_video(video) for video in plan.videos],
    }


def _video(video: TwinVideo) -> dict[str, Any]:
    return {
        "video_id": video.video_id,
        "subject_id": video.subject_id,
        "folder": video.folder,
        "form": video.form,
        "first_number": video.numbers[0],
        "last_number": video.numbers[-1],
        "frames": len(video.numbers),
        "gaps": list(video.gaps),
        "broken": list(video.broken),
        "first_file": video.name(video.numbers[0]),
        "oddities": list(video.oddities),
        "events": [_event(event) for event in video.events],
    }


def _event(event: TwinEvent) -> dict[str, Any]:
    word = event.emotion.strip().lower()
    return {
        "kind": event.kind,
        "onset": event.onset,
        "apex": event.apex,
        "offset": event.offset,
        "written": {name: event.cell(name) for name in NUMBERS},
        "read": None if event.left_out else {name: event.reading(name) for name in NUMBERS},
        "emotion": word or None,
        "emotion3": THREE_CLASSES.get(word),
        "action_units": list(event.labels),
        "moved": [{"unit": unit, "side": side} for unit, side in moved_units(event.units)],
        "oddities": list(event.oddities),
    }
