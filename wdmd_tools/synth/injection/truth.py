"""What was injected, exactly: tables beside the films.

truth.parquet    one row per ME: times, frames, AUs, amplitude in per cent and px, speech around it
activity.parquet one row per frame: how much the mouth moves, and whether that counts as speaking
truth.json       the films (source, hash, control or not) and all settings
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wdmd_tools.atomic import atomic_path, write_json
from wdmd_tools.errors import ManifestError

TRUTH, ACTIVITY, FILMS = "truth.parquet", "activity.parquet", "truth.json"

_TRUTH_SCHEMA = pa.schema(
    [
        pa.field("recording_id", pa.string(), nullable=False),
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("onset_ms", pa.int32(), nullable=False),
        pa.field("apex_ms", pa.int32(), nullable=False),
        pa.field("offset_ms", pa.int32(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("action_units", pa.list_(pa.string()), nullable=False),
        pa.field("side", pa.string(), nullable=False),
        pa.field("amplitude_percent", pa.float32(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("onset_frame", pa.int32(), nullable=False),
        pa.field("apex_frame", pa.int32(), nullable=False),
        pa.field("offset_frame", pa.int32(), nullable=False),
        pa.field("amplitude_px", pa.float32(), nullable=False),
        pa.field("iod_px", pa.float32(), nullable=False),
        pa.field("yaw_deg", pa.float32(), nullable=False),
        pa.field("activity", pa.float32()),
        pa.field("source", pa.string(), nullable=False),
    ],
    metadata={
        "synthetic": "micro-expressions synthetic, footage as given",
        "times": "milliseconds from the first frame of the film, half-open [onset_ms, offset_ms)",
        "frames": "0-based in the film; offset_frame is inclusive",
        "amplitude_percent": "largest displacement in percent of the inter-ocular distance of the face "
        "seen from the front",
        "amplitude_px": "largest displacement in the picture over all frames of the ME",
        "activity": "mean opening speed of the lips around the apex, inter-ocular distances per second",
        "state": "a guess from activity: speaking or listening",
        "side": "both, or left or right of the image",
    },
)

_ACTIVITY_SCHEMA = pa.schema(
    [
        pa.field("recording_id", pa.string(), nullable=False),
        pa.field("frame", pa.int32(), nullable=False),
        pa.field("time_ms", pa.int32(), nullable=False),
        pa.field("activity", pa.float32()),
        pa.field("speaking", pa.bool_(), nullable=False),
    ],
    metadata={"activity": "inter-ocular distances per second; null without a face"},
)


def write_truth(
    out: Path, films: Sequence[Mapping[str, Any]], config: Mapping[str, Any], dropped: Sequence[str]
) -> None:
    """Write the three files, each atomically.

    Args:
        out: Folder of the injected films.
        films: One mapping per output film: ``recording_id``, ``subject_id``, ``source``,
            ``source_sha256``, ``control``, ``frames``, ``fps``, ``width``, ``height``, ``variable_rate``,
            ``repaired``, ``events`` (rows of the truth table) and ``activity`` (columns per frame).
        config: Settings, JSON values.
        dropped: Films that could not be used, and why.
    """
    rows = [row for film in films for row in film["events"]]
    rows.sort(key=lambda row: (row["recording_id"], row["onset_ms"]))
    _write(out / TRUTH, pa.Table.from_pylist(rows, schema=_TRUTH_SCHEMA))
    columns: dict[str, list[Any]] = {name: [] for name in _ACTIVITY_SCHEMA.names}
    for film in films:
        activity = film["activity"]
        count = len(activity["activity"])
        columns["recording_id"] += [film["recording_id"]] * count
        columns["frame"] += range(count)
        for name in ("time_ms", "activity", "speaking"):
            columns[name] += activity[name]
    _write(out / ACTIVITY, pa.Table.from_pydict(columns, schema=_ACTIVITY_SCHEMA))
    kept = [
        {key: value for key, value in film.items() if key not in ("events", "activity")}
        | {"micro_expressions": len(film["events"])}
        for film in films
    ]
    write_json(
        out / FILMS,
        {
            "kind": "wdmd-injection",
            "schema_version": "1.0.0",
            "state": "a guess from the movement of the mouth, not heard and not annotated",
            "audio": "dropped",
            "config": dict(config),
            "films": kept,
            "dropped": list(dropped),
        },
    )


def _write(path: Path, table: pa.Table) -> None:
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)


def read_truth(folder: Path) -> tuple[dict[str, Any], pa.Table, pa.Table]:
    """Read what `write_truth` wrote.

    Args:
        folder: Folder of the injected films.

    Returns:
        The JSON document, the truth table and the activity table.

    Raises:
        ManifestError: A file is missing or damaged.
    """
    import json

    hint = "make it with `wdmd demo --from VIDEO --out FOLDER`"
    path = folder / FILMS
    if not path.is_file():
        raise ManifestError(f"{folder}: no injected films here ({FILMS} is missing); {hint}")
    try:
        films = json.loads(path.read_text("utf-8"))
        tables = [
            pq.read_table(folder / name, schema=schema)
            for name, schema in ((TRUTH, _TRUTH_SCHEMA), (ACTIVITY, _ACTIVITY_SCHEMA))
        ]
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise ManifestError(f"{folder}: the truth cannot be read ({reason}); {hint}") from error
    if not isinstance(films, dict) or films.get("kind") != "wdmd-injection":
        raise ManifestError(f"{path}: not written by `wdmd demo --from`; {hint}")
    return films, tables[0], tables[1]
