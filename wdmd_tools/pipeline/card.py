"""README.md and croissant.json of a dataset."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from wdmd_tools.manifest.schema import TABLES
from wdmd_tools.pipeline.import_facts import based_on, corrections, imported, is_bound, licence
from wdmd_tools.video.crop_codecs import crop_quality

_SYNTHETIC = (
    "> **Synthetic.** Every film was rendered by `wdmd demo`; nobody said or felt any of this. Numbers "
    "measured on it say whether software works and nothing about people.\n"
)
TABLE_NAMES = ("clips", "segments", "frames", "rejects")

OPEN_ANSWER = "To be answered by the lab."
"""Stands wherever only people know the answer."""

_CONTEXT_KEYS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject"),
    *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
    *("path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{key: f"cr:{key}" for key in _CONTEXT_KEYS},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "sc": "https://schema.org/",
}
"""The context of the Croissant 1.0 specification, word for word, since readers compare it."""

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
            f"Made by `wdmd {'import' if info.get('import') else 'build'}`. Open it with "
            "`wdmd_tools.manifest.Dataset.open(folder)`, or read the Parquet files with any tool."
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
        f"| crops/*.mkv | aligned face crops, {crop_quality(info)} |",
        "",
        (
            "Frames count from 0 within the clip; `offset_frame` is inclusive; times are milliseconds "
            f"{_time_line(info)}. Check the files with `sha256sum -c SHA256SUMS`."
        ),
        "",
        *_imported(info),
        "## To be filled in by the people who publish it",
        "",
        "- Consent of the persons shown, and what it covers:",
        "- Rights in the footage:",
        "- How persons and films were chosen:",
        "- Licence:",
        "",
    ]
    return "\n".join(lines)


def _time_line(info: Mapping[str, Any]) -> str:
    return "from a video's first frame" if info.get("import") else "on ELAN's time line"


def _imported(info: Mapping[str, Any]) -> list[str]:
    """Where an imported dataset comes from, in the README."""
    said = info.get("import")
    if not said:
        return []
    differing = [
        f"- {count['what']}: {count['found']} here, {count['expected']} published"
        for count in said["counts"]
        if count["expected"] not in (None, count["found"])
    ]
    return [
        "## Imported",
        "",
        (
            f"From {said['display']}, {said['version']}; pictures: {said['layout']}; "
            f"{len(said['corrections']['applied'])} corrections ({said['corrections']['origin']}), listed "
            "in dataset.json. Its licence binds: the crops and tables must not be passed on."
        ),
        "",
        *([*differing, ""] if differing else []),
    ]


def croissant(
    info: Mapping[str, Any],
    sums: Mapping[str, str],
    *,
    crops: str | None = "crops/*.mkv",
    agreement: str | None = None,
) -> dict[str, Any]:
    """A Croissant 1.0 description with the responsible-AI vocabulary, in JSON-LD.

    What is measured is filled in; what only people know says so and has to be answered before release.

    Args:
        info: The content of ``dataset.json``.
        sums: SHA-256 of each file by its path.
        crops: Pattern of the crop videos, or `None` where there are none. Those of an imported dataset are
            never described: its owners' licence keeps them where they are.
        agreement: What was measured of the annotators' agreement, in a sentence.

    Reference:
        MLCommons Croissant format specification 1.0; Croissant RAI vocabulary 1.0.
    """
    said = imported(info)
    if is_bound(info):
        crops = None  # they lie beside it for whoever holds the licence, and are not for passing on
    names = [name for name in TABLE_NAMES if f"{name}.parquet" in sums]
    files: list[dict[str, Any]] = [
        {
            "@type": "cr:FileObject",
            "@id": f"{name}.parquet",
            "name": f"{name}.parquet",
            "contentUrl": f"{name}.parquet",
            "encodingFormat": "application/x-parquet",
            "sha256": sums[f"{name}.parquet"],
        }
        for name in names
    ]
    if crops is not None:
        files.append(
            {
                "@type": "cr:FileSet",
                "@id": "crops",
                "name": "crops",
                "encodingFormat": "video/x-matroska",
                "includes": crops,
            }
        )
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": info["name"],
        "description": ("Synthetic. " if info.get("synthetic") else "")
        + ("Face crops" if crops is not None else "Annotations")
        + _content(info),
        "version": info["schema_version"],
        "license": licence(said) if said else OPEN_ANSWER,
        **({"isBasedOn": based_on(said)} if said else {}),
        **_responsible(info, agreement),
        "distribution": files,
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": name,
                "name": name,
                "field": [_field(name, column) for column in TABLES[name]],
            }
            for name in names
        ],
    }


def _responsible(info: Mapping[str, Any], agreement: str | None) -> dict[str, Any]:
    counts = info["counts"]
    per_recording = [len(names) for names in info.get("annotators_by_recording", {}).values()]
    rule = info.get("config", {}).get("consensus", {}).get("rule", "majority")
    answers = {
        "dataCollection": OPEN_ANSWER,
        "dataCollectionType": OPEN_ANSWER,
        **_annotated(info),
        "dataAnnotationAnalysis": agreement or "Measure it with `wdmd agreement`.",
        "annotatorDemographics": OPEN_ANSWER,
        "dataPreprocessingProtocol": f"Frames by presentation time; consensus by {rule}; aligned face "
        "crops, one similarity transform per clip or a smoothed one.",
        "personalSensitiveInformation": "None: the films are rendered."
        if info.get("synthetic")
        else f"Faces of persons. Consent and what it covers: {OPEN_ANSWER}",
        "dataBiases": OPEN_ANSWER,
        "dataLimitations": f"{counts.get('subjects', OPEN_ANSWER)} subjects; further: {OPEN_ANSWER}",
        "dataUseCases": "Spotting of micro-expressions in conversations; agreement of annotators."
        if imported(info) is None
        else "Spotting and recognition of micro-expressions, within its licence.",
        "dataSocialImpact": OPEN_ANSWER,
        "dataReleaseMaintenancePlan": OPEN_ANSWER,
    }
    described: dict[str, Any] = {f"rai:{key}": value for key, value in answers.items()}
    if per_recording:
        low, high = min(per_recording), max(per_recording)
        described["rai:annotationsPerItem"] = str(low) if low == high else f"{low} to {high}"
    return described


def _content(info: Mapping[str, Any]) -> str:
    said = info.get("import")
    if said:
        return f" of {said['display']}: micro- and macro-expressions, emotions and action units."
    return " of conversations: micro-expressions, conversational states and action units."


def _annotated(info: Mapping[str, Any]) -> dict[str, str]:
    said = info.get("import")
    if said:
        return {
            "dataAnnotationPlatform": f"As published with {said['display']}.",
            "dataAnnotationProtocol": f"The labels of {said['display']} ({said['version']}), with "
            + "; ".join(corrections(said))
            + ".",
        }
    return {
        "dataAnnotationPlatform": "ELAN",
        "dataAnnotationProtocol": "Onset and offset of micro-expressions and the conversational state, "
        "marked in ELAN on the source film; the mapping of tiers is stored in dataset.json.",
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
    return described | ({"repeated": True} if is_array else {})
