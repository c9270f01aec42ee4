"""What the first page says of the whole dataset."""

import shlex
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.config import BuildConfig
from wdmd_tools.importers.model import RELEASE
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.tables import read_table
from wdmd_tools.pipeline.import_facts import imported
from wdmd_tools.protocol import load_protocol
from wdmd_tools.report.code_texts import CodeText, code_texts
from wdmd_tools.report.histogram import histogram, named_histogram
from wdmd_tools.report.model import Histogram, Overview, ProblemExample, ProblemGroup
from wdmd_tools.report.release import import_words, release_facts

MOST_EXAMPLES = 50
"""Problems of a code that are listed; the rest is in rejects.parquet."""


def overview(dataset: Dataset) -> Overview:
    """Gather the first page.

    Args:
        dataset: An open dataset.

    Raises:
        ManifestError: The rejects table is absent or damaged.
    """
    info = dataset.info
    clips = dataset.clips.to_pylist()
    rejects = read_table(dataset.root / "rejects.parquet", "rejects").to_pylist()
    mes = _me_table(dataset.segments)
    return Overview(
        name=dataset.name,
        synthetic=bool(info.get("synthetic", False)),
        counts=_counts(clips, mes, len(rejects)),
        annotators=_annotators(mes, dataset.segments, len(clips)),
        rejects=_reject_groups(rejects),
        warnings=_groups(info.get("warnings") or {}),
        flags=_groups(Counter(code for clip in clips for code in clip["flags"])),
        histograms=_histograms(clips, mes),
        settings=yaml.safe_dump(info.get("config") or {}, sort_keys=False, allow_unicode=True),
        versions=tuple((str(k), str(v)) for k, v in (info.get("tools") or {}).items()),
        command=rebuild_command(info),
        release=release_facts(info),
        data_hash=dataset.data_hash,
        schema_version=str(info.get("schema_version", "")),
    )


def _me_table(segments: pa.Table) -> list[dict[str, Any]]:
    is_me = pc.equal(segments["kind"].cast(pa.string()), "me")
    wanted = ["clip_id", "annotator", "onset_ms", "offset_ms", "state"]
    return list(segments.filter(is_me).select(wanted).to_pylist())


def _counts(
    clips: Sequence[Mapping[str, Any]], mes: Sequence[Mapping[str, Any]], rejects: int
) -> tuple[tuple[str, str], ...]:
    minutes = sum(clip["end_ms"] - clip["start_ms"] for clip in clips) / 60_000
    agreed = sum(me["annotator"] == CONSENSUS for me in mes)
    with_me = sum(clip["has_me"] for clip in clips)
    length = f"{minutes:.1f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
    return (
        ("recordings", f"{len({clip['recording_id'] for clip in clips}):,}"),
        ("subjects", f"{len({clip['subject_id'] for clip in clips}):,}"),
        ("clips", f"{len(clips):,}"),
        ("length of all clips", length),
        ("frames", f"{sum(clip['n_frames'] for clip in clips):,}"),
        ("micro-expressions (MEs)", f"{agreed:,}"),
        ("clips with an ME", f"{with_me:,}"),
        ("MEs per minute", f"{agreed / minutes:.1f}" if minutes else "n/a (no clips)"),
        ("clips with a flag", f"{sum(bool(clip['flags']) for clip in clips):,}"),
        ("rejects", f"{rejects:,}"),
    )


def _annotators(
    mes: Sequence[Mapping[str, Any]], segments: pa.Table, clips: int
) -> tuple[tuple[str, int, str], ...]:
    names = {str(n) for n in pc.unique(segments["annotator"].cast(pa.string())).to_pylist()}
    tally = Counter(me["annotator"] for me in mes)
    lengths: dict[str, list[int]] = {}
    for me in mes:
        lengths.setdefault(me["annotator"], []).append(me["offset_ms"] - me["onset_ms"])
    order = [*sorted(names - {CONSENSUS}), *([CONSENSUS] if clips else [])]
    return tuple((name, tally[name], _median(lengths.get(name, []))) for name in order)


def _median(values: list[int]) -> str:
    if not values:
        return "n/a (no ME)"
    return f"{statistics.median(values):.0f} ms"


def _reject_groups(rows: Sequence[Mapping[str, Any]]) -> tuple[ProblemGroup, ...]:
    by_code: dict[str, list[ProblemExample]] = {}
    for row in rows:
        place = [row["eaf"]]
        place += [f"tier {row['tier']}"] if row["tier"] else []
        place += [f"annotation {row['annotation_id']}"] if row["annotation_id"] else []
        place += [f"line {row['line']}"] if row["line"] else []
        example = ProblemExample(", ".join(place), row["reason"])
        by_code.setdefault(row["code"], []).append(example)
    counts = {code: len(found) for code, found in by_code.items()}
    return _groups(counts, {code: found[:MOST_EXAMPLES] for code, found in by_code.items()})


def _groups(
    counts: Mapping[str, int], examples: Mapping[str, Sequence[ProblemExample]] | None = None
) -> tuple[ProblemGroup, ...]:
    texts, unknown = code_texts(), CodeText("", "")
    return tuple(
        ProblemGroup(
            code=code,
            count=count,
            meaning=texts.get(code, unknown).meaning,
            cure=texts.get(code, unknown).cure,
            examples=tuple((examples or {}).get(code, ())),
        )
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _histograms(
    clips: Sequence[Mapping[str, Any]], mes: Sequence[Mapping[str, Any]]
) -> tuple[Histogram, ...]:
    agreed = [me for me in mes if me["annotator"] == CONSENSUS]
    sizes = [f"{clip['width']}×{clip['height']}" for clip in clips]
    return (
        named_histogram("State of clips", [clip["state"] for clip in clips], "clips"),
        named_histogram("State of MEs", [me["state"] for me in agreed], "MEs"),
        histogram(
            "Duration of MEs", [me["offset_ms"] - me["onset_ms"] for me in agreed], "MEs", " ms", 0
        ),
        histogram(
            "Length of clips",
            [(clip["end_ms"] - clip["start_ms"]) / 1000 for clip in clips],
            "clips",
            " s",
        ),
        histogram(
            "Frame rate", [clip["fps_num"] / clip["fps_den"] for clip in clips], "clips", " fps", 2
        ),
        named_histogram("Resolution of films", sizes, "clips"),
        histogram("Jitter left in crops", [clip["jitter_px"] for clip in clips], "clips", " px", 3),
        histogram("Largest yaw", [clip["yaw_max_deg"] for clip in clips], "clips", "°"),
        histogram(
            "Frames with a face", [100 * clip["face_coverage"] for clip in clips], "clips", " %"
        ),
    )


def rebuild_command(info: Mapping[str, Any]) -> str:
    """The command that makes the same dataset again; the folders are the user's to fill in.

    Args:
        info: `dataset.json`.
    """
    said = imported(info)
    words = ["wdmd", "build", "--elan", "ann/", "--videos", "raw/", "--out", "data"]
    usual = dict(_flat(BuildConfig().model_dump(mode="json")))
    if said is not None:
        # An import makes these settings itself.
        words = import_words(said)
        usual |= {"clips.annotated_only": False}
        usual |= {"consensus.rule": "annotator", "consensus.annotator": RELEASE}
    if info.get("name") and (said is None or info["name"] != said["display"]):
        words += ["--name", str(info["name"])]
    for key, value in _flat(info.get("config") or {}):
        if key not in usual or usual[key] != value:
            written = "null" if value is None else str(value)
            words += ["--set", f"{key}={written}"]
    protocol = info.get("protocol")
    if protocol and protocol != load_protocol(None).model_dump(mode="json"):
        words += ["--protocol", "protocol.yaml"]
    return shlex.join(words)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
