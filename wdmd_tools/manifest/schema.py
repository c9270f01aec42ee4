"""The columns of every table, with their meaning; the one place where the format is defined.

Conventions, stored in each file's schema metadata under the key ``wdmd``:

- ``*_ms`` are whole milliseconds on ELAN's time line (media time minus the medium's TIME_ORIGIN);
- ``onset_frame``, ``apex_frame``, ``offset_frame`` are clip-relative, 0-based, **offset inclusive**;
- ``start_frame``, ``end_frame`` are frames of the decoded source video, 0-based, half-open;
- undefined is null, never 0, -1 or NaN.

A change here bumps `SCHEMA_VERSION` and goes into CHANGELOG under "Data format".
"""

import pyarrow as pa

SCHEMA_VERSION = "1.0.0"
"""Version of the table formats, semantic: a reader accepts the same major version."""

_NAME = pa.dictionary(pa.int32(), pa.string())


def _column(name: str, kind: pa.DataType, meaning: str, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": meaning})


CLIPS = pa.schema(
    [
        _column("clip_id", pa.string(), "unique id, also the crop file's stem; [a-z0-9_-]{1,80}"),
        _column(
            "recording_id", pa.string(), "the recording (one source video) the clip was cut from"
        ),
        _column("subject_id", pa.string(), "the person shown, from PARTICIPANT"),
        _column("source_video", pa.string(), "path under the videos folder, with forward slashes"),
        _column("time_origin_ms", pa.int64(), "media time of annotation time 0"),
        _column("start_ms", pa.int64(), "annotation time of the clip's start"),
        _column("end_ms", pa.int64(), "annotation time of the clip's end, exclusive"),
        _column("start_frame", pa.int32(), "first decoded source frame"),
        _column("end_frame", pa.int32(), "first decoded source frame after the clip"),
        _column("fps_num", pa.int32(), "average frame rate, numerator"),
        _column("fps_den", pa.int32(), "average frame rate, denominator"),
        _column("n_frames", pa.int32(), "end_frame - start_frame, the frames in the crop file"),
        _column("width", pa.int32(), "width of the source video, px"),
        _column("height", pa.int32(), "height of the source video, px"),
        _column("has_me", pa.bool_(), "whether a consensus micro-expression lies in the clip"),
        _column("state", _NAME, "speaking, listening (or silent), mixed, unknown"),
        _column(
            "speaking_share",
            pa.float32(),
            "share of state-labelled frames that speak",
            nullable=True,
        ),
        _column("face_coverage", pa.float32(), "share of frames with a face, 0..1"),
        _column("yaw_max_deg", pa.float32(), "largest absolute head yaw, degrees", nullable=True),
        _column(
            "jitter_px",
            pa.float32(),
            "motion alignment left in rigid points, crop px",
            nullable=True,
        ),
        _column("flags", pa.list_(pa.string()), "quality codes, such as W_LOW_FPS"),
        _column("crop_path", pa.string(), "crop video, relative to the dataset folder"),
        _column("crop_sha256", pa.string(), "sha256 of the crop video"),
        _column("split", _NAME, "train, val or test, disjoint by subject", nullable=True),
    ]
)

SEGMENTS = pa.schema(
    [
        _column("clip_id", pa.string(), "the clip it lies in"),
        _column("segment_id", pa.string(), "unique in the table"),
        _column("annotator", _NAME, "annotator's id, or 'consensus'"),
        _column("kind", _NAME, "me, macro, state, au, emotion, emotion3"),
        _column("label", pa.string(), "the value annotated", nullable=True),
        _column("onset_ms", pa.int64(), "annotation time of the first instant, as annotated"),
        _column("offset_ms", pa.int64(), "annotation time of the end, as annotated, exclusive"),
        _column("onset_frame", pa.int32(), "clip-relative first frame"),
        _column("apex_frame", pa.int32(), "clip-relative apex", nullable=True),
        _column("offset_frame", pa.int32(), "clip-relative last frame, inclusive"),
        _column("state", _NAME, "majority state of its frames: speaking, listening, unknown"),
        _column("tier", pa.string(), "the ELAN tier", nullable=True),
        _column("source_annotation_id", pa.string(), "the ELAN annotation", nullable=True),
    ]
)

FRAMES = pa.schema(
    [
        _column("clip_id", _NAME, "the clip"),
        _column("frame_index", pa.int32(), "clip-relative, 0-based"),
        _column("pts_us", pa.int64(), "media time of the frame, microseconds"),
        _column("source_frame", pa.int32(), "decoded source frame"),
        _column("is_me", pa.bool_(), "inside a consensus micro-expression"),
        _column(
            "state",
            _NAME,
            "consensus: speaking, listening or silent; null where none",
            nullable=True,
        ),
        _column("face_found", pa.bool_(), "whether the landmarker found the face"),
        _column(
            "bbox",
            pa.list_(pa.float32(), 4),
            "x0 y0 x1 y1 of the landmarks, source px",
            nullable=True,
        ),
        _column(
            "affine",
            pa.list_(pa.float32(), 6),
            "2x3 row-major, source px to crop px",
            nullable=True,
        ),
        _column("yaw", pa.float32(), "degrees, positive to the subject's left", nullable=True),
        _column("pitch", pa.float32(), "degrees, positive up", nullable=True),
        _column("roll", pa.float32(), "degrees, positive clockwise in the image", nullable=True),
        _column(
            "face_flags",
            pa.list_(pa.string()),
            "of profile, out_of_frame, occluded; null where no face was found",
            nullable=True,
        ),
    ]
)

REJECTS = pa.schema(
    [
        _column("eaf", pa.string(), "the ELAN file, as the user named it"),
        _column("tier", pa.string(), "the tier", nullable=True),
        _column("annotation_id", pa.string(), "the annotation", nullable=True),
        _column("line", pa.int32(), "line in the ELAN file", nullable=True),
        _column("code", pa.string(), "what kind of problem, see docs"),
        _column("reason", pa.string(), "what is wrong and how to mend it"),
    ]
)

PREDICTIONS = pa.schema(
    [
        _column("clip_id", pa.string(), "the clip"),
        _column("onset_frame", pa.int32(), "clip-relative first frame"),
        _column("offset_frame", pa.int32(), "clip-relative last frame, inclusive"),
        _column("label", _NAME, "'me' or 'macro'"),
        _column("score", pa.float32(), "confidence, 0..1"),
        _column("emotion", _NAME, "class of emotion, where one is said", nullable=True),
    ]
)

FRAME_SCORES = pa.schema(
    [
        _column("clip_id", _NAME, "the clip"),
        _column("frame_index", pa.int32(), "clip-relative, 0-based"),
        _column("score", pa.float32(), "confidence that the frame is in a micro-expression, 0..1"),
    ]
)

CLIP_SCORES = pa.schema(
    [
        _column("clip_id", pa.string(), "the clip"),
        _column(
            "p_me",
            pa.float32(),
            "probability that the clip holds a micro-expression",
            nullable=True,
        ),
        _column(
            "p_state", pa.float32(), "probability that the subject speaks (majority)", nullable=True
        ),
    ]
)

RECOGNITIONS = pa.schema(
    [
        _column("sample_id", pa.string(), "segment_id of the micro-expression's consensus row"),
        _column("clip_id", pa.string(), "the clip"),
        _column("emotion", _NAME, "the class said"),
        _column(
            "probabilities",
            pa.map_(pa.string(), pa.float32()),
            "class to probability, 0..1",
            nullable=True,
        ),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "clips": CLIPS,
    "segments": SEGMENTS,
    "frames": FRAMES,
    "rejects": REJECTS,
    "predictions": PREDICTIONS,
    "frame_scores": FRAME_SCORES,
    "clip_scores": CLIP_SCORES,
    "recognitions": RECOGNITIONS,
}
"""Every table by name; the file is ``<name>.parquet``."""
