"""The agreement report as rows of text, for the terminal and for Markdown alike."""

from collections.abc import Mapping, Sequence

from wdmd_tools.agreement.gamma import Gamma
from wdmd_tools.agreement.render_details import (
    boundary_rows,
    disagreement_rows,
    kappa_rows,
    label_rows,
    rating_rows,
)
from wdmd_tools.agreement.report import DEFINITIONS, AgreementReport, Estimate

TITLES = {
    "alpha_state": "alpha, state (3 classes)",
    "alpha_speaking": "alpha, speaking or not",
    "alpha_me_clip": "alpha, clip holds an ME",
    "alpha_me_frame": "alpha, frame in an ME",
    "iou_matched": "ME IoU, matched",
    "match_rate": "ME match rate",
    "iou_strict": "ME IoU, strict",
    "iou_pooled": "ME IoU, pooled frames",
    "f1_at_0.3": "ME F1 at tIoU 0.3",
    "f1_at_0.5": "ME F1 at tIoU 0.5",
    "f1_at_0.7": "ME F1 at tIoU 0.7",
}
"""Short names of the figures, in order of print."""

PAIR_ALPHAS = {
    "alpha_state": "alpha state",
    "alpha_speaking": "alpha speaking",
    "alpha_me_clip": "alpha ME clip",
    "alpha_me_frame": "alpha ME frame",
}
"""Columns of the first table of pairs."""

PAIR_OVERLAPS = {
    "iou_matched": "matched",
    "match_rate": "match rate",
    "iou_strict": "strict",
    "iou_pooled": "pooled",
}
"""Columns of the second table of pairs."""

PAIR_F1 = {"f1_at_0.3": "tIoU > 0.3", "f1_at_0.5": "tIoU > 0.5", "f1_at_0.7": "tIoU > 0.7"}
"""Columns of the third table of pairs."""


def value_text(estimate: Estimate) -> str:
    """For example ``"0.851"``, or ``"n/a (no two MEs overlap)"``."""
    return f"n/a ({estimate.reason})" if estimate.value is None else f"{estimate.value:.3f}"


def interval_text(estimate: Estimate) -> str:
    """For example ``"0.812 to 0.884"``; ``"-"`` where there is none."""
    if estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def overall_rows(report: AgreementReport) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the overall table."""
    head = ["figure", "value", f"{report.bootstrap['level']:.0%} interval", "based on"]
    rows = []
    for key, title in TITLES.items():
        one = report.overall[key]
        rows.append([title, value_text(one), interval_text(one), f"{one.n:,} {one.unit}"])
    if report.gamma is not None:
        rows.append(_gamma_row(report.gamma))
    return head, rows


def _gamma_row(gamma: Gamma) -> list[str]:
    mes = sum(one.mes_per_annotator for one in gamma.recordings)
    value = f"n/a ({gamma.reason})" if gamma.value is None else f"{gamma.value:.3f}"
    between = gamma.low is not None and gamma.high is not None
    shown = f"{gamma.low:.3f} to {gamma.high:.3f}" if between else "-"
    based = f"{len(gamma.recordings):,} recordings, {mes:,.0f} MEs each"
    return ["gamma, ME positions", value, shown, based]


def pair_alpha_rows(report: AgreementReport) -> tuple[list[str], list[list[str]]]:
    """Head and rows: alpha of each pair; undefined is ``"n/a"``, with its reason in `notes`."""
    head = ["pair", *PAIR_ALPHAS.values(), "clips", "no ME"]
    rows = [
        [
            f"{pair.a} / {pair.b}",
            *(_short(pair.figures[key]) for key in PAIR_ALPHAS),
            f"{pair.counts['clips']:,.0f}",
            f"{pair.counts['clips_both_empty']:,.0f}",
        ]
        for pair in report.pairs
    ]
    return head, rows


def pair_overlap_rows(report: AgreementReport) -> tuple[list[str], list[list[str]]]:
    """Head and rows: IoU of each pair; undefined is ``"n/a"``, with its reason in `notes`."""
    head = ["pair", *PAIR_OVERLAPS.values(), "MEs", "pairs"]
    rows = [
        [
            f"{pair.a} / {pair.b}",
            *(_short(pair.figures[key]) for key in PAIR_OVERLAPS),
            f"{pair.counts['me_a']:,.0f} / {pair.counts['me_b']:,.0f}",
            f"{pair.counts['matched']:,.0f}",
        ]
        for pair in report.pairs
    ]
    return head, rows


def pair_f1_rows(report: AgreementReport) -> tuple[list[str], list[list[str]]]:
    """Head and rows: F1 of each pair at three thresholds."""
    head = ["pair", *PAIR_F1.values()]
    return head, [
        [f"{pair.a} / {pair.b}", *(_short(pair.figures[key]) for key in PAIR_F1)]
        for pair in report.pairs
    ]


def annotator_rows(report: AgreementReport) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of annotators."""
    head = ["annotator", "recordings", "clips", "frames", "frames with a state", "MEs"]
    rows = [
        [
            row["annotator"],
            *(f"{row[key]:,}" for key in ("recordings", "clips", "frames", "state_frames", "me")),
        ]
        for row in report.annotators
    ]
    return head, rows


def notes(report: AgreementReport) -> list[str]:
    """Lines below the tables: what was left out, how intervals were made, why something is undefined."""
    coverage, how = report.coverage, report.bootstrap
    shared = f"{coverage['shared_clips']:,} of {coverage['clips']:,} clips"
    frames = f"{coverage['shared_frames']:,} of {coverage['frames']:,} frames"
    compared = f"{coverage['state_frames_compared']:,} frames"
    empty = f"{coverage['shared_clips_without_any_me']:,} shared clips"
    drawn = f"{how['draws']:,} draws of {how['clusters']:,} {how['cluster']}s"
    lines = [
        f"{shared} ({frames}) were annotated by two or more; {compared} have a state from two or more.",
        f"{empty} hold no ME of anyone: they count in alpha, not in IoU.",
        "IoU, match rate and F1 overall are the unweighted mean over pairs of annotators.",
        f"Intervals: percentile bootstrap, {drawn}, seed {how['seed']}.",
    ]
    tolerant = report.details.alpha_state_tolerant
    shown = f"n/a ({tolerant.reason})" if tolerant.value is None else f"{tolerant.value:.3f}"
    lines.append(
        f"Alpha of the state without the frames within {report.details.tolerance_frames} of anyone's "
        f"change: {shown} ({tolerant.units:,} frames)."
    )
    gamma = report.gamma
    if gamma is not None:
        lines.append(
            f"Gamma: {gamma.samples} chance samples per recording, seed {gamma.seed}; intervals draw "
            f"recordings; {gamma.left_out:,} recordings without any ME left out."
        )
    if how["note"]:
        lines.append(f"{how['note']}.")
    if report.subset is not None:
        one = report.subset
        lines.append(
            f"Subset: {one['drawn']:,} of the {one['of']:,} clips that two or more annotated, drawn "
            f"with seed {one['seed']}; nothing else was read."
        )
    for value, count in coverage["unknown_state_segments"].items():
        shown = value or "(empty)"
        lines.append(f"{count:,} state segments have the unknown value {shown!r} and do not count.")
    reasons: dict[str, dict[str, list[str]]] = {}
    for key in (*PAIR_ALPHAS, *PAIR_OVERLAPS, *PAIR_F1):
        for pair in report.pairs:
            if pair.figures[key].value is None:
                by_key = reasons.setdefault(pair.figures[key].reason, {})
                by_key.setdefault(key, []).append(f"{pair.a} / {pair.b}")
    lines.extend(
        _undefined(reason, by_key, len(report.pairs)) for reason, by_key in reasons.items()
    )
    overall_reasons = dict.fromkeys(
        one.reason for one in report.overall.values() if one.value is not None and one.reason
    )
    lines.extend(f"{reason}." for reason in overall_reasons)
    return lines


def _undefined(reason: str, by_key: Mapping[str, Sequence[str]], pairs: int) -> str:
    """Which figures of which pairs are undefined for a reason, as few words as that takes."""
    by_pairs: dict[tuple[str, ...], list[str]] = {}
    for key, names in by_key.items():
        by_pairs.setdefault(tuple(names), []).append(TITLES[key])
    parts = []
    for names, titles in by_pairs.items():
        where = "all pairs" if len(names) == pairs else ", ".join(names)
        what = (
            "ME IoU, match rate and F1"
            if len(titles) == len(PAIR_OVERLAPS) + len(PAIR_F1)
            else ", ".join(titles)
        )
        parts.append(f"{what} of {where}")
    return f"n/a ({reason}): {'; '.join(parts)}."


def markdown(report: AgreementReport) -> str:
    """The whole report as a Markdown page."""
    parts = [f"# Agreement of annotators: {report.dataset}\n"]
    for title, (head, rows) in (
        ("Overall", overall_rows(report)),
        ("Pairs: alpha", pair_alpha_rows(report)),
        ("Pairs: IoU of micro-expressions", pair_overlap_rows(report)),
        ("Pairs: F1 of micro-expressions", pair_f1_rows(report)),
        ("Pairs: Cohen's kappa", kappa_rows(report)),
        ("Pairs: boundaries of matched MEs, second against first", boundary_rows(report)),
        ("Pairs: labels of matched MEs", label_rows(report)),
        ("Ratings", rating_rows(report)),
        ("Worst disagreements", disagreement_rows(report)),
        ("Annotators", annotator_rows(report)),
    ):
        if not rows:
            continue
        parts.append(f"## {title}\n\n{markdown_table(head, rows)}\n")
    parts.append("## Notes\n\n" + "\n".join(f"- {line}" for line in notes(report)) + "\n")
    defined = [f"- **{TITLES[key]}** (`{key}`): {text}" for key, text in DEFINITIONS.items()]
    if report.gamma is not None:
        defined.append(
            "- **gamma, ME positions** (`gamma`): 1 - observed / expected disorder of the best alignment "
            "(Mathet et al. 2015), positions only"
        )
    parts.append("## Definitions\n\n" + "\n".join(defined) + "\n")
    return "\n".join(parts)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A pipe table; the first column is left-aligned, the others right. Pipes in cells are escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    rule = "| --- |" + " ---: |" * (len(head) - 1)
    return "\n".join([line(head), rule, *(line(row) for row in rows)])


def _short(estimate: Estimate) -> str:
    return "n/a" if estimate.value is None else f"{estimate.value:.3f}"
