"""A folder that ``datasets.load_dataset("DIR")`` reads, and a hub shows.

    README.md                     card; its YAML names three configurations and their splits
    clips/train.parquet ...       the default configuration, one row per clip
    segments/train.parquet ...    one row per segment
    frames/train.parquet ...      one row per frame
    crops/<clip_id>.mkv           ``crop_path`` names them, relative to the folder
    DATASHEET.md

Tables rather than a VideoFolder: they load without a video decoder. The split ``val`` is called
``validation``, as there; clips without a split are ``all`` (``train`` would claim one).
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wdmd_tools.atomic import atomic_path, write_text
from wdmd_tools.export.crops import place_crops
from wdmd_tools.export.datasheet import datasheet, licence_lines, plain
from wdmd_tools.export.measured import Facts, agreement_sentence, measure
from wdmd_tools.export.options import Job
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.card import OPEN_ANSWER
from wdmd_tools.video.crop_codecs import crop_quality

SPLITS = {"train": "train", "val": "validation", "test": "test", None: "all"}
CONFIGS = ("clips", "segments", "frames")


def write(job: Job) -> None:
    """Write tables by split, crops, card and datasheet."""
    dataset = job.dataset
    found = dataset.clips["split"].to_pylist()
    splits = [name for name in SPLITS if name in found]
    tables = {"clips": dataset.clips, "segments": dataset.segments, "frames": dataset.frames}
    for split in splits:
        chosen = [
            clip_id
            for clip_id, held in zip(dataset.clips["clip_id"].to_pylist(), found, strict=True)
            if held == split
        ]
        for name, table in tables.items():
            rows = table.filter(pc.is_in(_text(table["clip_id"]), value_set=pa.array(chosen)))
            _write(job.folder / name / f"{SPLITS[split]}.parquet", _plain_table(rows))
    has_crops = place_crops(job)
    write_text(job.folder / "DATASHEET.md", datasheet(dataset))
    names = [SPLITS[split] for split in splits]
    write_text(job.folder / "README.md", card(dataset, measure(dataset), names, has_crops))


def card(dataset: Dataset, facts: Facts, splits: Iterable[str], has_crops: bool) -> str:
    """The dataset card: YAML that loaders read, then text for people.

    Args:
        dataset: An opened dataset.
        facts: Its counts.
        splits: Names of the splits that were written.
        has_crops: Whether the crop videos are there.
    """
    size = next(
        (f"n<{name}" if below == 1000 else name)
        for below, name in (
            (1000, "1K"),
            (10_000, "1K<n<10K"),
            (100_000, "10K<n<100K"),
            (10**18, "n>100K"),
        )
        if facts.clips < below
    )
    lines = ["---", "license: other", "task_categories: [video-classification]"]
    lines += ["tags: [micro-expression, affective-computing, ELAN]", f"size_categories: ['{size}']"]
    lines += ["configs:"]
    splits = list(splits)
    for config in CONFIGS:
        lines.append(f"- config_name: {config}")
        lines += ["  default: true"] if config == "clips" else []
        lines.append("  data_files:")
        for split in splits:
            lines += [f"  - split: {split}", f"    path: {config}/{split}.parquet"]
    lines += ["---", "", f"# {plain(dataset.name)}", ""]
    if dataset.info.get("synthetic"):
        lines += [
            "> Synthetic: every film was rendered by `wdmd demo`; no person was recorded.",
            "",
        ]
    lines += [
        (
            f"{facts.clips} clips ({facts.frames} frames, {facts.minutes:g} minutes) of {facts.subjects} "
            f"subjects in {facts.recordings} recordings; {facts.mes} micro-expressions in "
            f"{facts.clips_with_me} clips; {len(facts.annotators)} annotators."
        ),
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'clips = load_dataset("DIR")                  # one row per clip',
        'segments = load_dataset("DIR", "segments")   # one row per micro-expression, state, ...',
        'frames = load_dataset("DIR", "frames")       # one row per frame',
        "```",
        "",
        "Frames count from 0 within a clip, `offset_frame` is inclusive; times are milliseconds on "
        "ELAN's time line. "
        + (
            f"`crop_path` names the face crops, {crop_quality(dataset.info)} video, relative to this "
            "folder."
            if has_crops
            else "The face crops that `crop_path` names are not part of this folder."
        ),
        "",
        f"Agreement of the annotators. {agreement_sentence(dataset)}",
        "",
        *licence_lines(dataset.info),
        "## To be answered before release",
        "",
        "- Consent of the persons shown, and what it covers (mandatory): ______",
        "- Rights in the films (mandatory): ______",
        "- Licence (mandatory): ______",
        f"- How persons and films were chosen: {OPEN_ANSWER}",
        "",
        "More in [DATASHEET.md](DATASHEET.md).",
        "",
    ]
    return "\n".join(lines)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _plain_table(table: pa.Table) -> pa.Table:
    """Without our schema's metadata, and text instead of dictionaries, which hubs show as numbers."""
    columns = {}
    for column in table.schema:
        values = table[column.name]
        columns[column.name] = (
            values.cast(pa.string()) if pa.types.is_dictionary(column.type) else values
        )
    return pa.table(columns)


def _write(path: Path, table: pa.Table) -> None:
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)
