"""The pages of clips of all tables whose data are on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.leaderboard import Leaderboard
from benchmarks.protocols.pooled import pool
from benchmarks.report.board_views import table_name
from benchmarks.report.clips.write import Progress, write_clips
from benchmarks.results import DatasetRecord, JobResult, read_records, read_results
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
    known = _Known((*options.data, *(Path(one.path) for one in records.values() if one.path)))
    every = read_results(results)
    links, problems = {}, []
    for table in board.tables:
        record = records[table.dataset]
        jobs = [
            one
            for one in every
            if one.job.dataset == table.dataset
            and one.job.protocol == table.protocol
            and one.data_hash == record.data_hash
        ]
        dataset = known.dataset(record, jobs)
        if dataset is None:
            where = record.path or "any known place"
            problems.append(
                f"{table.dataset}: no pages of clips, its data are not at {where} or have changed; "
                "give the folder with bench leaderboard --data"
            )
            continue
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


class _Known:
    """Datasets on this machine by their content, opened once.

    Args:
        folders: Where to look.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(dict.fromkeys(folders))

    @cached_property
    def _by_hash(self) -> dict[str, Dataset]:
        found: dict[str, Dataset] = {}
        for folder in self._folders:
            try:
                dataset = Dataset.open(folder)
                found.setdefault(dataset.data_hash, dataset)
            except (ManifestError, OSError):
                continue
        return found

    def dataset(self, record: DatasetRecord, jobs: Sequence[JobResult]) -> Dataset | None:
        """The dataset whose clips were tested; `None` when it, or a part of it, is not here.

        Args:
            record: Of the table.
            jobs: Of the table; what they say of their protocol names the target of a pair of datasets, and
                the parts of several.
        """
        said = jobs[0].protocol if jobs else {}
        target, parts = said.get("target"), said.get("parts")
        if isinstance(parts, dict):
            opened = {str(name): self._by_hash.get(str(one)) for name, one in parts.items()}
            whole = {name: one for name, one in opened.items() if one is not None}
            return pool(whole) if len(whole) == len(opened) > 1 else None
        if isinstance(target, dict):
            return self._by_hash.get(str(target.get("data_hash")))
        return self._by_hash.get(record.data_hash)
