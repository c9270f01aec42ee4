"""README.md and croissant.json of a dataset."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from wdmd_tools.manifest.schema import TABLES

_SYNTHETIC = (
    "> **Synthetic.** Every film was rendered by `wdmd demo`; nobody said or felt any of this. Numbers "
    "measured on it say whether software works and nothing about people.\n"
)
_TYPES = (
    (pa.types.is_boolean, "sc:Boolean"),
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
)


def readme(info: Mapping[str, Any]) -> str:
    """The README of a dataset, in the form that dataset hubs read.

    Args:
        info: The content of ``dataset.json``.
    """
    counts = info["counts"]
    lines = [
        "---",
        "task_categories: [video-classification]",
        "tags: [micro-expression, affective-computing, ELAN]",
        "license: other",
        "---",
        f"# {info['name']}",
        "",
        *([_SYNTHETIC] if info["synthetic"] else []),
        (
            f"{counts['clips']} clips ({counts['frames']} frames) of {counts['subjects']} subjects in "
            f"{counts['recordings']} recordings, {counts['me']} micro-expressions in "
            f"{counts['clips_with_me']} clips, {counts['annotators']} annotators."
        ),
        "",
        (
            "Made by `wdmd build`. Open it with `wdmd_tools.manifest.Dataset.open(folder)`, or read the "
            "Parquet files with any tool."
        ),
        "",
        "| file | one row is |",
        "| --- | --- |",
        "| clips.parquet | a clip: source, person, state, quality, split |",
        (
            "| segments.parquet | a micro-expression, state, action unit or emotion, by one annotator "
            "or the consensus |"
        ),
        "| frames.parquet | a frame: time, labels, face, crop transform, head pose |",
        "| rejects.parquet | an input that could not be used, and why |",
        "| crops/*.mkv | aligned face crops, lossless |",
        "",
        (
            "Frames count from 0 within the clip; `offset_frame` is inclusive; times are milliseconds on "
            "ELAN's time line. Check the files with `sha256sum -c SHA256SUMS`."
        ),
        "",
        "## To be filled in by the people who publish it",
        "",
        "- Consent of the persons shown, and what it covers:",
        "- Rights in the footage:",
        "- How persons and films were chosen:",
        "- Licence:",
        "",
    ]
    return "\n".join(lines)


def croissant(info: Mapping[str, Any], sums: Mapping[str, str]) -> dict[str, Any]:
    """A Croissant 1.0 description, in JSON-LD.

    Args:
        info: The content of ``dataset.json``.
        sums: SHA-256 of each file by its path.

    Reference:
        MLCommons Croissant format specification 1.0.
    """
    tables = ("clips", "segments", "frames", "rejects")
    files = [
        {
            "@type": "cr:FileObject",
            "@id": f"{name}.parquet",
            "name": f"{name}.parquet",
            "contentUrl": f"{name}.parquet",
            "encodingFormat": "application/x-parquet",
            "sha256": sums[f"{name}.parquet"],
        }
        for name in tables
    ]
    return {
        "@context": {
            "@language": "en",
            "@vocab": "https://schema.org/",
            "sc": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/",
            "dct": "http://purl.org/dc/terms/",
            "conformsTo": "dct:conformsTo",
            "column": "cr:column",
            "data": {"@id": "cr:data", "@type": "@json"},
            "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
            "extract": "cr:extract",
            "field": "cr:field",
            "fileObject": "cr:fileObject",
            "includes": "cr:includes",
            "isArray": "cr:isArray",
            "recordSet": "cr:recordSet",
            "source": "cr:source",
        },
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": info["name"],
        "description": ("Synthetic. " if info["synthetic"] else "")
        + "Face crops of conversations with micro-expression, state and action unit annotations.",
        "version": info["schema_version"],
        "distribution": [
            *files,
            {
                "@type": "cr:FileSet",
                "@id": "crops",
                "name": "crops",
                "encodingFormat": "video/x-matroska",
                "includes": "crops/*.mkv",
            },
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": name,
                "name": name,
                "field": [_field(name, column) for column in TABLES[name]],
            }
            for name in tables
        ],
    }


def _field(table: str, column: pa.Field) -> dict[str, Any]:
    kind = column.type
    is_array = pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind)
    element = kind.value_type if is_array or pa.types.is_dictionary(kind) else kind
    data_type = next((name for fits, name in _TYPES if fits(element)), "sc:Text")
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": column.metadata[b"description"].decode("utf-8"),
        "dataType": data_type,
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": column.name}},
    }
    return described | ({"isArray": True} if is_array else {})
