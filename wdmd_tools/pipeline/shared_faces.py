"""Two recordings of one film must not show the same face.

Each recording chooses its subject by itself, so where nobody said who is where, two people may both get
the face that moves or is largest. Nothing that is trained on somebody else's face may pass in silence.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wdmd_tools.annotations import Problem
from wdmd_tools.pipeline.part import EmptyPart, Part
from wdmd_tools.pipeline.plan import Plan, RecordingPlan

Boxes = npt.NDArray[np.float64]
_SAME_BOX = 0.6
_SAME_SHARE = 0.5
_GUESS = "W_GUESSED_SUBJECT"


@dataclass(frozen=True)
class _Faces:
    """Frames of the film with a face, and its box there: (F,), (F, 4)."""

    frames: npt.NDArray[np.int64]
    boxes: Boxes


def refuse_shared_faces(plan: Plan, parts: Mapping[str, Part]) -> dict[str, Part]:
    """Empty the parts of recordings that show another recording's face.

    Two recordings of one film show the same face where their boxes overlap by more than 0.6 in more than
    half of the frames that both have. The one whose subject was guessed goes; where both were, or neither,
    both go: E_SAME_FACE.

    Args:
        plan: The project.
        parts: By recording.

    Returns:
        The parts, the refused ones without clips and with the problem.
    """
    by_film: dict[str, list[RecordingPlan]] = defaultdict(list)
    for one in plan.recordings:
        if parts[one.recording_id].clips.num_rows:
            by_film[one.source_video].append(one)
    result = dict(parts)
    for film, people in by_film.items():
        if len(people) < 2:
            continue
        faces = {one.recording_id: _faces(parts[one.recording_id]) for one in people}
        for one, other in combinations(people, 2):
            if not same_face(faces[one.recording_id], faces[other.recording_id]):
                continue
            guessed = [person for person in (one, other) if _guessed(parts[person.recording_id])]
            for person in guessed if len(guessed) == 1 else (one, other):
                rival = other if person is one else one
                result[person.recording_id] = _refused(
                    result[person.recording_id], person, rival, film
                )
    return result


def same_face(one: _Faces, other: _Faces) -> bool:
    """Whether two tracks follow the same face in most of the frames that both have."""
    _, first, second = np.intersect1d(one.frames, other.frames, return_indices=True)
    if not len(first):
        return False
    overlaps = box_iou(one.boxes[first], other.boxes[second])
    return bool((overlaps > _SAME_BOX).mean() > _SAME_SHARE)


def box_iou(one: Boxes, other: Boxes) -> npt.NDArray[np.float64]:
    """Intersection over union of boxes x0 y0 x1 y1, (F, 4) each; 0 where both are empty."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    inside = np.clip(high - low, 0, None).prod(axis=1)
    areas = [np.clip(box[:, 2:] - box[:, :2], 0, None).prod(axis=1) for box in (one, other)]
    union = areas[0] + areas[1] - inside
    result: npt.NDArray[np.float64] = np.divide(
        inside, union, out=np.zeros_like(inside), where=union > 0
    )
    return result


def _faces(part: Part) -> _Faces:
    frames, boxes = [], []
    for table in part.tables("frames"):
        seen = table.filter(table["face_found"])
        frames.append(seen["source_frame"].to_numpy().astype(np.int64))
        flat = pa.chunked_array(seen["bbox"]).combine_chunks().flatten().to_numpy()
        boxes.append(flat.astype(np.float64).reshape(-1, 4))
    if not frames:
        return _Faces(np.zeros(0, dtype=np.int64), np.zeros((0, 4)))
    return _Faces(np.concatenate(frames), np.concatenate(boxes))


def _guessed(part: Part) -> bool:
    return any(_GUESS in flags for flags in part.clips["flags"].to_pylist())


def _refused(part: Part, mine: RecordingPlan, rival: RecordingPlan, film: str) -> Part:
    problem = Problem(
        "E_SAME_FACE",
        f"{mine.subject_id} and {rival.subject_id} got the same face in {film}",
        "say in subjects.csv where in the picture each of them is",
        mine.events_file,
    )
    if isinstance(part, EmptyPart):
        return part
    empty = EmptyPart(**{name: getattr(part, name) for name in Part.__dataclass_fields__})
    return replace(empty, clips=part.clips.slice(0, 0), problems=(*part.problems, problem))
