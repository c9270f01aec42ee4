"""`wdmd stats`: what does a dataset hold?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wdmd_tools.cli.console import print_json, say

if TYPE_CHECKING:
    from wdmd_tools.stats import DatasetStatistics


def stats(
    data: Annotated[Path, typer.Argument(help="Dataset folder.")] = Path("data"),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Also write stats.json, stats.md, tables for spreadsheets (CSV) and the pictures states "
            "and durations (PNG, SVG) here.",
        ),
    ] = None,
) -> None:
    """Micro-expressions by state and duration; counts per subject, recording, annotator, emotion, AU.

    Exit codes: 0, 2 wrong usage, 3 the dataset cannot be used.
    """
    from wdmd_tools.cli.paths import check_out_folder
    from wdmd_tools.manifest import Dataset
    from wdmd_tools.stats import dataset_statistics

    check_out_folder(out_dir)
    statistics = dataset_statistics(Dataset.open(data))
    if out_dir is not None:
        _write(statistics, out_dir)
    if json:
        print_json(statistics.to_json())
    else:
        from wdmd_tools.cli.tables import print_table
        from wdmd_tools.stats_tables import statistics_tables

        for title, head, rows in statistics_tables(statistics):
            print_table(title, head, rows)
    if out_dir is not None:
        say(
            f"wrote stats.json, stats.md, five CSV files, states and durations (.png, .svg) to {out_dir}"
        )


def _write(statistics: "DatasetStatistics", folder: Path) -> None:
    from wdmd_tools import atomic
    from wdmd_tools.plots.distributions import plot_durations, plot_states
    from wdmd_tools.stats_csv import write_statistics_csv
    from wdmd_tools.stats_tables import markdown

    atomic.write_json(folder / "stats.json", statistics.to_json())
    atomic.write_text(folder / "stats.md", markdown(statistics))
    write_statistics_csv(folder, statistics)
    for suffix in (".png", ".svg"):
        plot_states(folder / f"states{suffix}", statistics)
        plot_durations(folder / f"durations{suffix}", statistics)
