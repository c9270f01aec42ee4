"""DATASHEET.md: the questions of "Datasheets for Datasets", measured answers filled in.

What only people know is marked `OPEN_ANSWER`. Consent and the rights in the films are always left blank:
no program can answer them, and no dataset should go out without an answer.

Reference: Gebru et al., Datasheets for Datasets, Communications of the ACM 64(12), 2021.
"""

from collections.abc import Mapping
from typing import Any

from wdmd_tools.atomic import write_text
from wdmd_tools.export.measured import Facts, agreement_sentence, measure
from wdmd_tools.export.options import Job
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.card import OPEN_ANSWER
from wdmd_tools.pipeline.import_facts import corrections, counts_apart, imported, licence

_BLANK = "**MANDATORY, to be answered by the lab before release:** ______"


def write(job: Job) -> None:
    """Write ``DATASHEET.md``."""
    write_text(job.folder / "DATASHEET.md", datasheet(job.dataset))


def datasheet(dataset: Dataset) -> str:
    """The datasheet of a dataset, in Markdown.

    Args:
        dataset: An opened dataset.
    """
    facts, info = measure(dataset), dataset.info
    lines = [f"# Datasheet: {plain(dataset.name)}", ""]
    if info.get("synthetic"):
        lines += ["> Synthetic: every film was rendered; no person was recorded.", ""]
    said = imported(info)
    for section, questions in _sections(dataset, facts):
        if said is not None:
            questions = [(one, import_answers(said).get(one, answer)) for one, answer in questions]
        lines += [f"## {section}", ""]
        for question, answer in questions:
            lines += [f"**{question}**", "", answer, ""]
    return "\n".join(lines)


def import_answers(said: Mapping[str, Any]) -> dict[str, str]:
    """Answers that are others for somebody else's release, by question.

    Args:
        said: What was imported, see `wdmd_tools.pipeline.import_facts`.
    """
    name = plain(str(said["display"]))
    theirs = f"The publication of {name} says so; see also its licence agreement."
    known = ", ".join(plain(f"{file} (sha256 {digest})") for file, digest in said["sheets"].items())
    lines = [*corrections(said), *counts_apart(said)]
    return {
        "For what purpose was the dataset created?": theirs,
        "Who created it, and who funded it?": f"The owners of {name}. {theirs}",
        "What errors and noise are known?": "\n".join(
            [
                "Corrections, and counts that are not as published:",
                "",
                *(f"- {plain(one)}" for one in lines),
            ]
        ),
        "Does it identify persons?": f"It shows faces, within the licence of {name}.",
        "How were the films acquired, when, and by whom?": theirs,
        "Did the persons shown consent, to what, and how can they revoke it?": theirs,
        "Who holds the rights in the films, and on what ground are they used?": (
            f"The owners of {name}; used by agreement with them."
        ),
        "Was there an ethical review?": theirs,
        "What was done to the data?": (
            f"Imported by `wdmd import {plain(str(said['dataset']))}` from {name}, "
            f"{plain(str(said['version']))}; pictures: {plain(str(said['layout']))}; annotation: "
            f"{known or 'n/a'}; settings in dataset.json."
        ),
        "Who labelled, with what training, and how were they paid?": theirs,
        "Under what licence is it distributed?": (
            f"It is not distributed. {plain(licence(said))} This sheet holds no picture."
        ),
        "Do third parties restrict it?": f"Yes, the owners of {name}.",
        "Who maintains it, and how are errors reported?": f"The owners of {name}.",
    }


def licence_lines(info: Mapping[str, Any]) -> list[str]:
    """A paragraph for READMEs of an imported dataset; nothing for one's own."""
    said = imported(info)
    if said is None:
        return []
    return [f"> **Not for passing on.** {plain(licence(said))}", ""]


def plain(text: str) -> str:
    """Text of users on one line of Markdown, without markup of its own."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in " ".join(text.split()))


def _sections(dataset: Dataset, facts: Facts) -> list[tuple[str, list[tuple[str, str]]]]:
    info = dataset.info
    config = info.get("config", {})
    rejects = sum(info.get("rejects", {}).values())
    codes = ", ".join(f"{code} {n}" for code, n in info.get("rejects", {}).items()) or "none"
    people = ", ".join(plain(name) for name in facts.annotators) or "none"
    shape = facts.durations_ms
    where = " in conversation" if imported(info) is None else ""
    lengths = (
        f"{shape[0]} / {shape[1]} / {shape[2]} ms (shortest, median, longest)" if shape else "n/a"
    )
    return [
        (
            "Motivation",
            [
                ("For what purpose was the dataset created?", OPEN_ANSWER),
                ("Who created it, and who funded it?", OPEN_ANSWER),
            ],
        ),
        (
            "Composition",
            [
                (
                    "What do the instances represent, and how many are there?",
                    (
                        f"Clips of a face{where}: {facts.clips} clips, {facts.frames} frames, "
                        f"{facts.minutes:g} minutes, from {facts.recordings} recordings of "
                        f"{facts.subjects} subjects. {facts.clips_with_me} clips hold at least one of "
                        f"{facts.mes} consensus micro-expressions; their durations: {lengths}."
                    ),
                ),
                ("Is it a sample of a larger set, and how was it drawn?", OPEN_ANSWER),
                (
                    "Is there a label with each instance?",
                    (
                        f"Segments by {len(facts.annotators)} annotators ({people}) and their consensus, "
                        "per frame: micro-expression and conversational state; see segments and frames."
                    ),
                ),
                (
                    "Is anything missing?",
                    f"{rejects} inputs could not be used ({codes}); further: {OPEN_ANSWER}",
                ),
                (
                    "Are there recommended splits?",
                    ", ".join(f"{name}: {n} clips" for name, n in facts.splits.items())
                    + (
                        "; no subject is in two of them."
                        if facts.disjoint
                        else "; subjects are in several of them."
                    )
                    if set(facts.splits) != {"none"}
                    else "None are stored.",
                ),
                (
                    "What errors and noise are known?",
                    f"Agreement of the annotators. {agreement_sentence(dataset)}",
                ),
                ("Does it identify persons?", OPEN_ANSWER),
            ],
        ),
        (
            "Collection",
            [
                ("How were the films acquired, when, and by whom?", OPEN_ANSWER),
                ("Did the persons shown consent, to what, and how can they revoke it?", _BLANK),
                ("Who holds the rights in the films, and on what ground are they used?", _BLANK),
                ("Was there an ethical review?", OPEN_ANSWER),
            ],
        ),
        (
            "Preprocessing and labelling",
            [
                (
                    "What was done to the data?",
                    (
                        "Built by `wdmd build` "
                        f"(wdmd {plain(str(info.get('tools', {}).get('wdmd', 'n/a')))}, settings in "
                        f"dataset.json; crops {config.get('crop', {}).get('size', 'n/a')} px, alignment "
                        f"{config.get('crop', {}).get('align', 'n/a')})."
                    ),
                ),
                ("Who labelled, with what training, and how were they paid?", OPEN_ANSWER),
                ("Are the raw films kept?", OPEN_ANSWER),
            ],
        ),
        (
            "Uses",
            [
                ("What has it been used for?", OPEN_ANSWER),
                (
                    "What should it not be used for?",
                    "Judging what a single person feels, hides or intends. Further: " + OPEN_ANSWER,
                ),
            ],
        ),
        (
            "Distribution",
            [
                ("Under what licence is it distributed?", _BLANK),
                ("Do third parties restrict it?", OPEN_ANSWER),
            ],
        ),
        (
            "Maintenance",
            [
                ("Who maintains it, and how are errors reported?", OPEN_ANSWER),
                (
                    "Which version is this?",
                    f"Format {info.get('schema_version')}, data hash `{dataset.data_hash}`.",
                ),
            ],
        ),
    ]
