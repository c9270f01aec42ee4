"""`write_clips`: the clips of one table of the leaderboard as pages."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.leaderboard import Table
from benchmarks.protocols.pooled import PooledDataset
from benchmarks.report.clips.cases import clip_case
from benchmarks.report.clips.media import MediaFolder
from benchmarks.report.clips.model import ClipCase, Media
from benchmarks.report.clips.pages import GENERATOR, clips_page, list_page
from benchmarks.report.clips.rows import ClipRow, clip_row, entries
from benchmarks.results import JobResult
from wdmd_tools.atomic import write_text
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction, read_predictions
from wdmd_tools.report.text import file_stem

CLIPS_PER_PAGE = 40

Progress = Callable[[int, int], None]
"""Called with clips done and all clips."""

_Model = tuple[str, str, dict[str, tuple[float | None, ClipPrediction]]]


@dataclass(frozen=True, slots=True)
class WrittenClips:
    """What `write_clips` wrote.

    Args:
        index: The list of clips; `None` when no model said anything about a clip of the dataset.
        clips: Clips shown.
        with_media: Of these, with pictures.
    """

    index: Path | None
    clips: int
    with_media: int


def write_clips(
    table: Table,
    dataset: Dataset,
    results: Path,
    jobs: Sequence[JobResult],
    folder: Path,
    *,
    media: int = 100,
    films: bool = True,
    progress: Progress | None = None,
) -> WrittenClips:
    """Write the list of a table's clips and the pages of its recordings.

    Args:
        table: Whose models are shown, the first seed of each.
        dataset: The data that the jobs ran on.
        results: Folder that `bench run` wrote.
        jobs: Of this table; those that failed are left out.
        folder: Made if absent; pages and pictures of earlier calls that are not shown any more are
            removed.
        media: Clips that get pictures, in order of the dataset; 0 for none.
        films: Whether those get a film too.
        progress: Called after each clip.

    Raises:
        ManifestError: A table of predictions is damaged.
    """
    models = [
        (
            row.model,
            row.display,
            _said(results, [one for one in jobs if one.job.model == row.model]),
        )
        for row in table.rows
        if row.jobs
    ]
    wanted = {clip_id for _, _, said in models for clip_id in said}
    rows = [row for row in dataset.clips.to_pylist() if row["clip_id"] in wanted]
    if not rows:
        return WrittenClips(None, 0, 0)
    parts = dataset.parts.values() if isinstance(dataset, PooledDataset) else (dataset,)
    roots = [one.root for one in parts]
    store = MediaFolder(dataset.root, folder / "media", films=films, inside=roots)
    names = [name for name, _, _ in models]
    listed: list[ClipRow] = []
    pages: set[str] = set()
    pictured = 0
    for recording, numbered in _recordings(rows):
        files = _page_names(recording, len(numbered))
        for number, file in enumerate(files):
            part = numbered[number * CLIPS_PER_PAGE : (number + 1) * CLIPS_PER_PAGE]
            shown: list[tuple[ClipCase, Media]] = []
            for row in part:
                case = clip_case(dataset, row, _about(models, row["clip_id"]))
                wants = len(listed) < media
                shown.append((case, store.of_clip(case) if wants else Media()))
                pictured += wants
                listed.append(clip_row(case, file, names))
                if progress is not None:
                    progress(len(listed), len(rows))
            text = clips_page(table, recording, shown, files, number, limited=media < len(rows))
            write_text(folder / "recordings" / file, text)
            pages.add(file)
    displays = [display for _, display, _ in models]
    write_text(folder / "index.html", list_page(table, entries(listed, names, displays), pictured))
    store.remove_stale()
    _remove_stale_pages(folder / "recordings", pages)
    return WrittenClips(folder / "index.html", len(listed), pictured)


def _said(
    results: Path, jobs: Sequence[JobResult]
) -> dict[str, tuple[float | None, ClipPrediction]]:
    """Clip to the threshold and prediction of the first seed; the folds of that seed together."""
    done = [one for one in jobs if one.status == "ok"]
    if not done:
        return {}
    seed = min(one.job.seed for one in done)
    return {
        clip_id: (_threshold(job), prediction)
        for job in done
        if job.job.seed == seed
        for clip_id, prediction in read_predictions(job.job.folder(results)).items()
    }


def _threshold(job: JobResult) -> float | None:
    """The threshold on frame scores, where the model says one."""
    decoding = job.facts.get("decoding")
    value = decoding.get("threshold") if isinstance(decoding, dict) else None
    return float(value) if isinstance(value, int | float) else None


def _about(
    models: Sequence[_Model], clip_id: str
) -> list[tuple[str, str, float | None, ClipPrediction]]:
    """What each model that was run on a clip said about it."""
    return [(name, display, *said[clip_id]) for name, display, said in models if clip_id in said]


def _recordings(
    rows: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    def key(row: Mapping[str, Any]) -> str:
        return str(row["recording_id"])

    for name, some in itertools.groupby(sorted(rows, key=key), key):
        yield name, list(some)


def _page_names(recording: str, clips: int) -> list[str]:
    stem = file_stem(recording)
    count = -(-clips // CLIPS_PER_PAGE)
    return [f"{stem}.html", *(f"{stem}.page{number}.html" for number in range(2, count + 1))]


def _remove_stale_pages(folder: Path, shown: set[str]) -> None:
    for path in folder.glob("*.html"):
        if path.name not in shown and GENERATOR in path.read_text(encoding="utf-8")[:400]:
            path.unlink()
