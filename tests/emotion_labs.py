"""Small datasets with emotions, for the tests of recognition."""

from collections.abc import Sequence
from pathlib import Path

from builders import clip_row, segment_row, write_dataset

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.emotions import scheme
from wdmd_tools.manifest import Dataset

THREE = scheme("3")

WORDS: dict[str, Sequence[str]] = {
    "S1": ("disgust", "happiness", "others"),
    "S2": ("surprise",),
    "S3": ("fear", "happy", "others"),
}


def lab(
    root: Path,
    words: dict[str, Sequence[str]],
    macro: Sequence[str] = (),
    *,
    imported: bool = True,
) -> Dataset:
    """Subjects and their emotions: a clip of 60 frames each, its ME at 20..29; without any state."""
    clips, segments = [], []
    for number, (subject, emotions) in enumerate(words.items()):
        split = ("train", "val", "test")[min(number, 2)]
        for index, word in enumerate(emotions):
            name = f"{subject}-{index}".lower()
            clips.append(
                clip_row(
                    name,
                    60,
                    recording_id=name,
                    source_video=f"{root.name}-{name}.mp4",
                    subject_id=subject,
                    split=split,
                    has_me=True,
                )
            )
            segments += [
                segment_row(name, CONSENSUS, 20, 29, label="ME", apex_frame=24),
                segment_row(name, CONSENSUS, 20, 29, kind="emotion", label=word),
            ]
            coarse = THREE.classify(word)
            if imported and coarse is not None:
                segments.append(segment_row(name, CONSENSUS, 20, 29, kind="emotion3", label=coarse))
            if subject in macro:
                segments.append(segment_row(name, CONSENSUS, 35, 55, kind="macro", label=""))
    return write_dataset(root, clips, segments, name=root.name)
