"""The pages of clips of all tables whose data are on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.leaderboard import Leaderboard
from benchmarks.report.board_views import table_name
from benchmarks.report.clips.write import Progress, write_clips
from benchmarks.results import DatasetRecord, read_records, read_results
from wdmd_tools.errors import ManifestError
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """What is made for clips.

    Args:
        data: Folders of datasets, tried before those of the results.
        media: Clips of each table with pictures; 0 for none.
        films: Whether those get a film.
        pages: Whether there are pages at all.
    """

    data: tuple[Path, ...] = ()
    media: int = 100
    films: bool = True
    pages: bool = True


def write_every_clip(
    board: Leaderboard,
    results: Path,
    folder: Path,
    options: ClipOptions,
    progress: Progress | None = None,
) -> tuple[dict[str, str], list[str]]:
    """Write the pages of every table.

    Args:
        board: The tables.
        results: Folder that `bench run` wrote.
        folder: Of the leaderboards; pages go to ``clips`` in it.
        options: What is made.
        progress: Called with clips done and all clips, one table after the other.

    Returns:
        Links by name of table, for `benchmarks.report.write_report`; and a line for each table without
        pages, that says why.

    Raises:
        ManifestError: A table of predictions is damaged.
    """
    if not options.pages:
        return {}, []
    records = {record.name: record for record in read_records(results)}
    every = read_results(results)
    links, problems = {}, []
    for table in board.tables:
        record = records[table.dataset]
        dataset = _find(record, options.data)
        if dataset is None:
            where = record.path or "any known place"
            problems.append(
                f"{table.dataset}: no pages of clips, its data are not at {where} or have changed; "
                "give the folder with bench leaderboard --data"
            )
            continue
        jobs = [
            one
            for one in every
            if one.job.dataset == table.dataset
            and one.job.protocol == table.protocol
            and one.data_hash == record.data_hash
        ]
        name = table_name(table)
        written = write_clips(
            table,
            dataset,
            results,
            jobs,
            folder / "clips" / name,
            media=options.media,
            films=options.films,
            progress=progress,
        )
        if written.index is not None:
            links[name] = f"clips/{name}/index.html"
    return links, problems


def _find(record: DatasetRecord, folders: Sequence[Path]) -> Dataset | None:
    """The dataset with the content that was run on."""
    for path in (*folders, *([Path(record.path)] if record.path else [])):
        try:
            dataset = Dataset.open(path)
            if dataset.data_hash == record.data_hash:
                return dataset
        except (ManifestError, OSError):
            continue
    return None
