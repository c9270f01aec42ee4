"""`wdmd agreement`: how far do the annotators of a dataset agree?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wdmd_tools.cli.console import out, print_json, say

if TYPE_CHECKING:
    from wdmd_tools.agreement.report import AgreementReport


def agreement(
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Also write agreement.json, agreement.md, agreement.png and agreement.svg here.",
        ),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(help="What the bootstrap draws: clip, or recording (all its clips together)."),
    ] = "clip",
    draws: Annotated[
        int, typer.Option(min=0, help="Bootstrap draws; 0 for no intervals.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
) -> None:
    """Krippendorff's alpha of states and pairwise IoU of micro-expressions, with 95 % intervals."""
    from wdmd_tools.agreement.report import Cluster, measure_agreement
    from wdmd_tools.errors import UnknownNameError
    from wdmd_tools.manifest import Dataset

    names = [str(one) for one in Cluster]
    if cluster not in names:
        raise UnknownNameError("cluster", cluster, names)
    report = measure_agreement(Dataset.open(data), cluster=Cluster(cluster), draws=draws, seed=seed)
    if out_dir is not None:
        _write(report, out_dir)
    if json:
        print_json(report.to_json())
    else:
        _print(report)
    if out_dir is not None:
        say(f"wrote {out_dir / 'agreement.md'}, agreement.json, agreement.png and agreement.svg")


def _write(report: "AgreementReport", folder: Path) -> None:
    from wdmd_tools import atomic
    from wdmd_tools.agreement.render import markdown
    from wdmd_tools.plots.agreement_matrix import plot_agreement_matrix

    atomic.write_json(folder / "agreement.json", report.to_json())
    atomic.write_text(folder / "agreement.md", markdown(report))
    for suffix in (".png", ".svg"):
        plot_agreement_matrix(folder / f"agreement{suffix}", report)


def _print(report: "AgreementReport") -> None:
    from wdmd_tools.agreement.render import (
        annotator_rows,
        notes,
        overall_rows,
        pair_alpha_rows,
        pair_overlap_rows,
    )
    from wdmd_tools.cli.tables import print_table

    print_table(f"Agreement of annotators: {report.dataset}", *overall_rows(report))
    print_table("Pairs: Krippendorff's alpha", *pair_alpha_rows(report))
    print_table("Pairs: IoU of micro-expressions (MEs)", *pair_overlap_rows(report))
    print_table("Annotators", *annotator_rows(report))
    for line in notes(report):
        out.print(line, markup=False, highlight=False)
