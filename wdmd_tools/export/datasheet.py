"""DATASHEET.md: the questions of "Datasheets for Datasets", measured answers filled in.

What only people know is marked `OPEN_ANSWER`. Consent and the rights in the films are always left blank:
no program can answer them, and no dataset should go out without an answer.

Reference: Gebru et al., Datasheets for Datasets, Communications of the ACM 64(12), 2021.
"""

from wdmd_tools.atomic import write_text
from wdmd_tools.export.measured import Facts, agreement_sentence, measure
from wdmd_tools.export.options import Job
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.card import OPEN_ANSWER

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
    for section, questions in _sections(dataset, facts):
        lines += [f"## {section}", ""]
        for question, answer in questions:
            lines += [f"**{question}**", "", answer, ""]
    return "\n".join(lines)


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
                        f"Clips of a face in conversation: {facts.clips} clips, {facts.frames} frames, "
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
