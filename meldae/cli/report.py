"""What the commands of `meldae` print alike."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

from wdmd_tools.cli.console import out

if TYPE_CHECKING:
    from meldae.run_folder import RunFolder
    from wdmd_tools.manifest import Dataset

_ROWS = (
    ("F1_DR", "f1_dr"),
    ("F1 speaking", "f1_speaking"),
    ("F1 listening", "f1_listening"),
    ("F1", "f1"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("Acc_ME", "acc_me"),
    ("balanced Acc_ME", "balanced_acc_me"),
    ("Acc_State", "acc_state"),
    ("UF1 emotions", "uf1"),
    ("UAR emotions", "uar"),
    ("F1 macro", "f1_macro"),
    ("ECE frames", "ece_frames"),
    ("ECE ME", "ece_me"),
    ("ECE state", "ece_state"),
)


def print_result(title: str, scores: Mapping[str, Any]) -> None:
    """A short table; undefined values are a dash."""
    out.print(title, markup=False, highlight=False)
    for name, key in _ROWS:
        if key in ("uf1", "uar", "f1_macro") and key not in scores:
            continue  # a run that was not asked for it
        value = scores.get(key)
        text = "—" if value is None else f"{value:.3f}"
        out.print(f"  {name:<16} {text}", markup=False, highlight=False)
    counts = f"{scores['tp']} found, {scores['fp']} invented, {scores['fn']} missed"
    out.print(f"  events           {counts}", markup=False, highlight=False)


def bar_callback(bar: Progress) -> Callable[[str, int, int], None]:
    """A callback that keeps one line per stage of the work, training epochs together."""
    tasks: dict[str, Any] = {}

    def tell(what: str, done: int, total: int) -> None:
        stage = what.partition(",")[0]
        if stage not in tasks:
            tasks[stage] = bar.add_task(what, total=total)
        bar.update(tasks[stage], description=what, completed=done, total=total)

    return tell


def use_own_split(run: "RunFolder", dataset: "Dataset") -> "Dataset":
    """The dataset under the split that a run was trained on.

    Under another split the run may have been trained on what it is tested on. A dataset that it was not
    trained on is left as it is.
    """
    from wdmd_tools.split.stored import with_split

    trained = run.read("config.json").get("dataset", {})
    chosen = trained.get("split") if trained.get("name") == dataset.name else None
    return dataset if chosen is None else with_split(dataset, chosen["name"], chosen["fold"])
