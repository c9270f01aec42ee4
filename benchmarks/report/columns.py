"""Which metrics a table shows, and by which datasets are compared.

    conversations    Acc_ME Acc_State F1_DR F1_speaking F1_listening F1 ...
    films            F1_MEGC F1 ...
    cut clips        UF1 UAR Acc_emotion, then as films

Emotions, STRS and macro-expressions have columns where some model has a number in them, and where papers
compare by them (`KnownDataset.columns`).
"""

from collections.abc import Mapping, Sequence

from benchmarks.catalogue.model import KnownDataset
from benchmarks.catalogue.read import find_known
from benchmarks.leaderboard import COLUMNS, Leaderboard, Table
from benchmarks.report import cells

TITLES: Mapping[str, str] = {
    **COLUMNS,
    "f1_megc": "F1_MEGC",
    "uf1": "UF1",
    "uar": "UAR",
    "acc_emotion": "Acc_emotion",
    "f1_analysis": "F1_analysis",
    "strs": "STRS",
    "f1_macro_expression": "F1_macro",
    "f1_overall": "F1_overall",
}
"""Metric to title, of every metric that a table may show."""

_STATES = ("acc_state", "f1_dr", "f1_speaking", "f1_listening")
_SPOTTING = ("f1_megc", "f1", "acc_me", "balanced_acc_me", "auroc_me")
_EMOTIONS = ("uf1", "uar", "acc_emotion")
_JOINT = ("f1_analysis", "strs")
_MACRO = ("f1_macro_expression", "f1_overall")

PAPER = ("wdmd", "casme2sq", "samm", "mmew")
"""Datasets of the paper's table 2."""

MAIN = (*PAPER, "casme3", "samm-lv")
"""Datasets that keep a place in the overview: the paper's, then those with STRS."""

_CONVERSATION = ("acc_me", "acc_state", "f1_dr")

SHORT_CLIPS = (
    "Each clip is cut around one micro-expression, so there is little to spot in; papers compare by the "
    "columns of emotions."
)


def columns_of(table: Table) -> dict[str, str]:
    """Metric to title, in order of the columns.

    Args:
        table: Any; of one without a finished row, what is usual for its dataset.
    """
    entry = find_known(table.dataset)
    spotting = tuple(COLUMNS) if _has_states(table) else _SPOTTING
    more = [group for group in (_EMOTIONS, _JOINT, _MACRO) if _known(table, group)]
    first = _EMOTIONS if _only_recognition(entry) else ()
    usual = entry.columns if entry is not None else ()
    names = dict.fromkeys([*first, *spotting, *(name for group in more for name in group), *usual])
    return {name: TITLES[name] for name in names}


def main_columns(name: str, table: Table | None = None) -> tuple[str, ...]:
    """The metrics by which a dataset is compared, in the order of papers.

    Args:
        name: Of the dataset.
        table: Its results; `None` without any.
    """
    entry = find_known(name)
    if entry is not None:
        return entry.columns
    if table is None or _has_states(table):
        return _CONVERSATION
    emotions = ("uf1", "uar") if _known(table, ("uf1", "uar")) else ()
    return (*emotions, "f1_megc", *(_JOINT if _known(table, _JOINT) else ()))


def picture_metric(table: Table) -> str:
    """The one metric that is drawn of a table."""
    entry = find_known(table.dataset)
    if entry is not None and entry.reader:
        first = [name for name in ("strs", *entry.columns) if name in entry.columns]
        return next((name for name in first if _known(table, (name,))), entry.columns[0])
    return "f1_dr" if _has_states(table) else "f1_megc"


def explanation(board: Leaderboard) -> str:
    """What the numbers of a board are; of emotions and STRS only where some table shows them."""
    shown = {name for table in board.tables for name in columns_of(table)}
    parts = [cells.EXPLANATION]
    if "f1_megc" in shown:
        parts.append("F1_MEGC: right when the IoU is at least 0.5, both end frames counted.")
    if shown & set(_EMOTIONS):
        parts.append(
            "UF1, UAR, Acc_emotion: of the emotions of annotated micro-expressions, whose places are given."
        )
    if shown & set(_JOINT):
        parts.append(
            "F1_analysis: of the emotions of spotted ones; STRS: F1_MEGC times F1_analysis, each over all "
            "folds together."
        )
    if shown & set(_MACRO):
        parts.append(
            "F1_macro, F1_overall: of macro-expressions, and of both, by the rule of MEGC."
        )
    return " ".join(parts)


def note(table: Table) -> str:
    """What to know of the columns; empty when nothing."""
    return SHORT_CLIPS if _only_recognition(find_known(table.dataset)) else ""


def _only_recognition(entry: KnownDataset | None) -> bool:
    return entry is not None and entry.task == ("recognition",)


def _has_states(table: Table) -> bool:
    """Whether somebody's state is known; yes while nothing is known at all of an own dataset."""
    if any(row.estimates for row in table.rows):
        return _known(table, _STATES)
    entry = find_known(table.dataset)
    return entry is None or not entry.reader


def _known(table: Table, names: Sequence[str]) -> bool:
    estimates = [row.estimates.get(name) for row in table.rows for name in names]
    return any(one is not None and one.value is not None for one in estimates)
