"""Kappa, boundary errors, labels, ratings and disagreements as rows of text."""

from wdmd_tools.agreement.boundaries import BoundaryError
from wdmd_tools.agreement.disagreements import Disagreement
from wdmd_tools.agreement.figures import AgreementReport

Rows = tuple[list[str], list[list[str]]]


def kappa_rows(report: AgreementReport) -> Rows:
    """Head and rows: kappa and raw agreement of each pair, whole and tolerant."""
    k = report.details.tolerance_frames
    head = ["pair", "state kappa", "raw", f"kappa, ±{k} frames", "raw", "ME in clip, kappa", "raw"]
    rows = []
    for pair in report.details.pairs:
        cells = [f"{pair.a} / {pair.b}"]
        for one in (pair.state, pair.state_tolerant, pair.me_clip):
            cells += [_or_reason(one.kappa, one.reason), _or_reason(one.raw, "")]
        rows.append(cells)
    return head, rows


def confusion_rows(report: AgreementReport) -> Rows:
    """Head and rows: frames by both annotators' states, one row per value of the first."""
    values = report.details.pairs[0].state.values
    head = ["pair: first says", *(f"second: {value}" for value in values)]
    rows = [
        [f"{pair.a} / {pair.b}: {value}", *(f"{cell:,}" for cell in row)]
        for pair in report.details.pairs
        for value, row in zip(values, pair.state.confusion, strict=True)
        if pair.state.units
    ]
    return head, rows


def boundary_rows(report: AgreementReport) -> Rows:
    """Head and rows: each pair, then each annotator against the consensus."""
    head = ["second - first", "onset bias", "onset MAE", "offset bias", "offset MAE"]
    head += ["duration ratio", "matched"]
    named = [(f"{pair.a} / {pair.b}", pair.boundaries) for pair in report.details.pairs]
    named += [(f"consensus / {who}", one) for who, one in report.details.against_consensus.items()]
    return head, [[name, *_boundary_cells(one)] for name, one in named]


def label_rows(report: AgreementReport) -> Rows:
    """Head and rows: action units (2 x agreed / total) and emotions of matched MEs."""
    head = ["pair", "AU: 2 x agreed / total", "MEs", "emotion raw", "emotion kappa", "MEs"]
    rows = [
        [
            f"{pair.a} / {pair.b}",
            _or_reason(pair.action_units.agreement, pair.action_units.reason),
            f"{pair.action_units.mes:,}",
            _or_reason(pair.emotions.raw, pair.emotions.reason),
            _or_reason(pair.emotions.kappa, pair.emotions.reason),
            f"{pair.emotions.units:,}",
        ]
        for pair in report.details.pairs
        if pair.action_units.mes or pair.emotions.units
    ]
    return head, rows


def rating_rows(report: AgreementReport) -> Rows:
    """Head and rows: alpha of each rating of the protocol."""
    head = ["rating", "level", "alpha", "frames"]
    return head, [
        [one.name, one.level, _or_reason(one.alpha, one.reason), f"{one.units:,}"]
        for one in report.details.ratings
    ]


def disagreement_rows(report: AgreementReport, limit: int = 10) -> Rows:
    """Head and rows: the first `limit` disagreements."""
    head = ["time", "recording", "clip", "kind", "severity", "who says what"]
    rows = [
        [one.time, one.recording_id, one.clip_id, one.kind, f"{one.severity:.2f}", said_text(one)]
        for one in report.disagreements[:limit]
    ]
    return head, rows


def said_text(one: Disagreement) -> str:
    """For example ``"A1: frames 3 to 9; A2: no ME"``."""
    return "; ".join(f"{who}: {what}" for who, what in one.said.items())


def _boundary_cells(one: BoundaryError) -> list[str]:
    cells = []
    for edge in ("onset", "offset"):
        for kind, sign in (("bias", "+"), ("mae", "")):
            frames = getattr(one, f"{edge}_{kind}_frames")
            ms = getattr(one, f"{edge}_{kind}_ms")
            plain = frames is None
            cells.append(
                f"n/a ({one.reason})" if plain else f"{frames:{sign}.2f} fr, {ms:{sign}.1f} ms"
            )
    ratio = one.duration_ratio
    return [*cells, "n/a" if ratio is None else f"{ratio:.3f}", f"{one.matched:,}"]


def _or_reason(value: float | None, reason: str) -> str:
    if value is None:
        return f"n/a ({reason})" if reason else "n/a"
    return f"{value:.3f}"
