"""Small datasets on disk, for every test that starts from a built folder.

`tiny_dataset` makes a whole valid one from a seed; `clip_row`, `segment_row` and `write_dataset` build one
row by row, for tests with numbers derived by hand. Everything goes through `wdmd_tools.manifest`, so a
dataset made here has the schema of a real one.

    dataset = tiny_dataset(tmp_path, n_recordings=3, with_crops=True)
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.atomic import write_json
from wdmd_tools.manifest import SCHEMA_VERSION, Dataset, write_table
from wdmd_tools.split import assign_splits

Frames = npt.NDArray[np.uint8]
WriteCrop = Callable[[Path, Frames, Fraction], None]
"""Takes the path, RGB frames of shape (T, H, W, 3) and the frame rate."""

STATE_PATTERNS = (("speaking",), ("listening",), ("speaking", "listening"))
"""Clip number n has the states of entry n mod 3, in equal parts."""

EMOTIONS = ("happiness", "surprise", "disgust")
AUS = ("AU12", "AU1+AU2", "AU4")


def clip_row(clip_id: str, n_frames: int, **changes: Any) -> dict[str, Any]:
    """A valid row of the clips table; any column can be given.

    `fps` (a Fraction or number) may stand for ``fps_num`` and ``fps_den``.
    """
    fps = Fraction(changes.pop("fps", 30))
    row: dict[str, Any] = {
        "clip_id": clip_id,
        "recording_id": "rec0",
        "subject_id": "s0",
        "source_video": "rec0.mp4",
        "time_origin_ms": 0,
        "start_ms": 0,
        "end_ms": max(1, round(n_frames * 1000 / fps)),
        "start_frame": 0,
        "end_frame": n_frames,
        "fps_num": fps.numerator,
        "fps_den": fps.denominator,
        "n_frames": n_frames,
        "width": 640,
        "height": 480,
        "has_me": False,
        "state": "unknown",
        "speaking_share": None,
        "face_coverage": 1.0,
        "yaw_max_deg": 5.0,
        "jitter_px": 0.1,
        "flags": [],
        "crop_path": f"crops/{clip_id}.mkv",
        "crop_sha256": "0" * 64,
        "split": None,
    }
    assert not set(changes) - set(row), f"no such column: {set(changes) - set(row)}"
    return row | changes


def segment_row(
    clip_id: str,
    annotator: str,
    onset_frame: int,
    offset_frame: int,
    kind: str = "me",
    label: str | None = None,
    fps: Fraction | float = 30,
    **changes: Any,
) -> dict[str, Any]:
    """A valid row of the segments table; `offset_frame` is inclusive."""
    rate = Fraction(fps)
    row: dict[str, Any] = {
        "clip_id": clip_id,
        "segment_id": f"{clip_id}-{annotator}-{kind}-{onset_frame}-{offset_frame}-{label}",
        "annotator": annotator,
        "kind": kind,
        "label": label,
        "onset_ms": round(onset_frame * 1000 / rate),
        "offset_ms": round((offset_frame + 1) * 1000 / rate),
        "onset_frame": onset_frame,
        "apex_frame": None,
        "offset_frame": offset_frame,
        "state": "unknown",
        "tier": None if annotator == CONSENSUS else f"{kind.upper()}@{annotator}",
        "source_annotation_id": None,
    }
    assert not set(changes) - set(row), f"no such column: {set(changes) - set(row)}"
    return row | changes


def frame_rows(
    clip: Mapping[str, Any],
    is_me: npt.NDArray[np.bool_] | None = None,
    states: Sequence[str | None] | None = None,
) -> list[dict[str, Any]]:
    """Rows of the frames table for one row of the clips table."""
    rate = Fraction(clip["fps_num"], clip["fps_den"])
    return [
        {
            "clip_id": clip["clip_id"],
            "frame_index": index,
            "pts_us": round((clip["start_frame"] + index) * 1_000_000 / rate),
            "source_frame": clip["start_frame"] + index,
            "is_me": bool(is_me[index]) if is_me is not None else False,
            "state": states[index] if states is not None else None,
            "face_found": True,
            "bbox": [10.0, 10.0, 100.0, 100.0],
            "affine": [1.0, 0.0, -10.0, 0.0, 1.0, -10.0],
            "yaw": 1.0,
            "pitch": 0.0,
            "roll": 0.0,
        }
        for index in range(clip["n_frames"])
    ]


def write_dataset(
    root: Path,
    clips: Iterable[Mapping[str, Any]],
    segments: Iterable[Mapping[str, Any]],
    frames: Iterable[Mapping[str, Any]] | None = None,
    rejects: Iterable[Mapping[str, Any]] = (),
    **info: Any,
) -> Dataset:
    """Write the tables and dataset.json into `root`, and open it.

    Without `frames`, plain frames without a state are made.
    """
    clips = list(clips)
    segments = list(segments)
    if frames is None:
        frames = [row for clip in clips for row in frame_rows(clip)]
    write_table(root / "clips.parquet", "clips", clips)
    write_table(root / "segments.parquet", "segments", segments)
    write_table(root / "frames.parquet", "frames", frames)
    write_table(root / "rejects.parquet", "rejects", rejects)
    counts = {
        "clips": len(clips),
        "frames": sum(clip["n_frames"] for clip in clips),
        "me": sum(row["kind"] == "me" and row["annotator"] == CONSENSUS for row in segments),
    }
    write_json(
        root / "dataset.json",
        {"schema_version": SCHEMA_VERSION, "name": "tiny", "config": {}, "counts": counts} | info,
    )
    return Dataset.open(root)


def tiny_dataset(
    root: Path,
    *,
    n_recordings: int = 4,
    clips_per_recording: int = 3,
    n_frames: int = 40,
    fps: Fraction | int = 30,
    n_subjects: int | None = None,
    crop_size: int = 32,
    annotators: Sequence[str] = ("ann1", "ann2", "ann3"),
    mes_per_clip: int | Sequence[int] = (1, 0),
    jitter_frames: float = 0.7,
    miss: float = 0.0,
    seed: int = 0,
    splits: bool = True,
    with_crops: bool = False,
    write_crop: WriteCrop | None = None,
) -> Dataset:
    """Write a small valid dataset and open it; the same arguments give the same tables.

    Args:
        root: The folder to write into.
        n_recordings: Source videos.
        clips_per_recording: Clips of each.
        n_frames: Frames per clip, at least 12 per ME.
        fps: Frames per second.
        n_subjects: Persons, dealt out to the recordings in turn; one per recording when `None`.
        crop_size: Height and width of the crops, px.
        annotators: Who annotated; the consensus is the truth that they err around.
        mes_per_clip: MEs in a clip; a sequence is gone through clip by clip.
        jitter_frames: Standard deviation of an annotator's boundaries, frames.
        miss: Chance that an annotator misses an ME.
        seed: Of everything random.
        splits: Whether to fill the split column (by subject).
        with_crops: Whether to write lossless crop videos; an ME moves the upper half of the picture, and
            speech the lower half.
        write_crop: Writes one crop; FFV1 in Matroska when `None`.
    """
    generator = np.random.default_rng(seed)
    cycle = (mes_per_clip,) if isinstance(mes_per_clip, int) else tuple(mes_per_clip)
    rate = Fraction(fps)
    recordings = [
        (f"rec{number}", f"s{number % (n_subjects or n_recordings)}")
        for number in range(n_recordings)
    ]
    split_of = assign_splits(
        [subject for _, subject in recordings for _ in range(clips_per_recording)], seed
    )
    clips: list[dict[str, Any]] = []
    segments: list[dict[str, Any]] = []
    frames: list[dict[str, Any]] = []
    for recording_id, subject_id in recordings:
        for position in range(clips_per_recording):
            number = len(clips)
            clip_id = f"{recording_id}_{position:04d}"
            runs = _equal_runs(STATE_PATTERNS[number % len(STATE_PATTERNS)], n_frames)
            spans = _place_mes(cycle[number % len(cycle)], n_frames, generator)
            states = [state for start, end, state in runs for _ in range(start, end)]
            is_me = np.zeros(n_frames, dtype=bool)
            for onset, offset in spans:
                is_me[onset : offset + 1] = True
            share = states.count("speaking") / n_frames
            start = position * n_frames
            path = root / "crops" / f"{clip_id}.mkv"
            digest = "0" * 64
            if with_crops:
                path.parent.mkdir(parents=True, exist_ok=True)
                picture = _draw(is_me, np.array(states) == "speaking", crop_size, number, seed)
                (write_crop or write_ffv1)(path, picture, rate)
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
            clip = clip_row(
                clip_id,
                n_frames,
                fps=rate,
                recording_id=recording_id,
                subject_id=subject_id,
                source_video=f"{recording_id}.mp4",
                start_frame=start,
                end_frame=start + n_frames,
                start_ms=round(start * 1000 / rate),
                end_ms=round((start + n_frames) * 1000 / rate),
                has_me=bool(spans),
                state="mixed" if len(runs) > 1 else runs[0][2],
                speaking_share=share,
                crop_sha256=digest,
                split=split_of[subject_id] if splits else None,
            )
            clips.append(clip)
            frames.extend(frame_rows(clip, is_me, states))
            for annotator in (CONSENSUS, *annotators):
                segments.extend(
                    _annotate(clip, annotator, runs, spans, states, jitter_frames, miss, generator)
                )
    return write_dataset(root, clips, segments, frames)


def write_ffv1(path: Path, frames: Frames, fps: Fraction) -> None:
    """Write RGB frames of shape (T, H, W, 3) losslessly, as FFV1 in Matroska."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=fps)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "bgr0"
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _equal_runs(pattern: Sequence[str], n_frames: int) -> list[tuple[int, int, str]]:
    edges = [round(part * n_frames / len(pattern)) for part in range(len(pattern) + 1)]
    return [
        (edges[part], edges[part + 1], pattern[part])
        for part in range(len(pattern))
        if edges[part] < edges[part + 1]
    ]


def _place_mes(count: int, n_frames: int, generator: np.random.Generator) -> list[tuple[int, int]]:
    """`count` spans of 5 to 8 frames, one in each equal part of the clip, 2 frames from its edges."""
    if not count:
        return []
    part = n_frames // count
    assert part >= 12, "too few frames for so many MEs"
    spans = []
    for index in range(count):
        length = int(generator.integers(5, 9))
        onset = index * part + int(generator.integers(2, part - length - 1))
        spans.append((onset, onset + length - 1))
    return spans


def _annotate(
    clip: Mapping[str, Any],
    annotator: str,
    runs: Sequence[tuple[int, int, str]],
    spans: Sequence[tuple[int, int]],
    states: Sequence[str],
    jitter: float,
    miss: float,
    generator: np.random.Generator,
) -> list[dict[str, Any]]:
    """One annotator's rows of one clip; the consensus makes no errors."""
    exact = annotator == CONSENSUS
    fps, clip_id = Fraction(clip["fps_num"], clip["fps_den"]), clip["clip_id"]
    n_frames = clip["n_frames"]
    rows = []
    cuts = [start for start, _, _ in runs] + [n_frames]
    if not exact:
        for index in range(1, len(cuts) - 1):
            cuts[index] += round(float(generator.normal(0, 2 * jitter)))
            cuts[index] = min(max(cuts[index], cuts[index - 1] + 1), n_frames - 1)
    for index, (_, _, state) in enumerate(runs):
        rows.append(
            segment_row(
                clip_id,
                annotator,
                cuts[index],
                cuts[index + 1] - 1,
                kind="state",
                label=state,
                fps=fps,
                state=state,
            )
        )
    for index, (onset, offset) in enumerate(spans):
        if not exact:
            if generator.random() < miss:
                continue
            onset += round(float(generator.normal(0, jitter)))
            offset += round(float(generator.normal(0, jitter)))
            onset = min(max(onset, 0), n_frames - 1)
            offset = min(max(offset, onset), n_frames - 1)
        under = states[onset : offset + 1]
        majority = "speaking" if 2 * under.count("speaking") >= len(under) else "listening"
        name = (onset + index) % len(EMOTIONS)
        for kind, label in (("me", "ME"), ("emotion", EMOTIONS[name]), ("au", AUS[name])):
            rows.append(
                segment_row(
                    clip_id,
                    annotator,
                    onset,
                    offset,
                    kind=kind,
                    label=label,
                    fps=fps,
                    apex_frame=(onset + offset) // 2 if kind == "me" else None,
                    state=majority,
                )
            )
    return rows


def _draw(
    is_me: npt.NDArray[np.bool_],
    speaking: npt.NDArray[np.bool_],
    size: int,
    number: int,
    seed: int,
) -> Frames:
    """A smooth texture whose upper half shifts in an ME and whose lower half sways in speech."""
    generator = np.random.default_rng([seed, number])
    phase = generator.uniform(0, 2 * np.pi, size=3)
    y, x = np.mgrid[0:size, 0:size].astype(np.float64)
    # Onset and offset are smooth: the mask is filtered with a short triangle.
    strength = np.convolve(is_me.astype(float), [0.25, 0.5, 0.25], mode="same")
    pictures = []
    for index in range(len(is_me)):
        upper = 2.0 * strength[index]
        lower = 1.5 * np.sin(index * 0.9) * speaking[index]
        moved = x + np.where(y < size / 2, upper, lower)
        grey = 128 + 40 * np.sin(moved * 0.9 + phase[0]) + 30 * np.sin(y * 0.5 + phase[1])
        grey += generator.normal(0, 1.5, size=grey.shape)
        pictures.append(np.stack([grey, 0.9 * grey, 0.8 * grey + 10 * np.sin(phase[2])], axis=-1))
    return np.clip(np.stack(pictures), 0, 255).astype(np.uint8)
