"""`wdmd demo --as`: a tiny synthetic copy of a public data set in the layout of its release."""

from collections.abc import Collection
from pathlib import Path

_ALLOWED = frozenset({"as_", "out", "subjects", "seed", "size", "as_json"})
_SUBJECTS = 3
_SIZE = 320


def make_twin(
    name: str,
    out: Path,
    given: Collection[str],
    *,
    subjects: int | None,
    seed: int,
    size: int | None,
    as_json: bool,
) -> None:
    """Render the twin and say what is there.

    Args:
        name: The data set.
        out: Folder to write.
        given: Parameters that stand on the command line, by their name in `wdmd_tools.cli.demo.demo`.
        subjects: How many people; 3 when `None`.
        seed: Of the twin.
        size: Width of the pictures; 320 when `None`.
        as_json: Print one JSON document instead of text.

    Raises:
        ConfigError: An option does not go with `--as`, or a value is out of range.
        WdmdError: The twin could not be written.
    """
    from dataclasses import asdict

    from wdmd_tools.cli.console import out as stdout
    from wdmd_tools.cli.console import print_json, progress_bar
    from wdmd_tools.cli.paths import typed
    from wdmd_tools.errors import ConfigError
    from wdmd_tools.synth.twins.render import render_twin

    wrong = sorted(set(given) - _ALLOWED)
    if wrong:
        option = "--" + wrong[0].strip("_").replace("_", "-")
        raise ConfigError(
            f"{option}: not with --as, whose release decides; leave it out "
            "(--as goes with --out, --subjects, --seed, --size, --json)"
        )
    with progress_bar(enabled=not as_json) as bar:
        task = bar.add_task("rendering frames", total=None)
        report = render_twin(
            name,
            out,
            subjects=_SUBJECTS if subjects is None else subjects,
            seed=seed,
            size=_SIZE if size is None else size,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    truth = out / "truth.json"
    if as_json:
        print_json({**asdict(report), "out": str(out), "truth": str(truth), "synthetic": True})
        return
    summary = (
        f"{out}: synthetic, in the layout of {report.display}: {report.videos} videos of "
        f"{report.subjects} subjects, {report.frames} frames, {report.micro_expressions} micro- and "
        f"{report.macro_expressions} macro-expressions ({report.rendered} videos rendered now)"
    )
    following = typed("wdmd", "import", name, out, "--out", "data")
    for line in (summary, f"truth: {truth}", f"next: {following}"):
        stdout.print(line, markup=False, highlight=False, soft_wrap=True)
