"""`write_report`: a dataset folder to pages that open without a server.

    data/report/index.html             the dataset, and all clips to filter and sort
    data/report/recordings/<name>.html one film: every clip's timeline and contact sheet
    data/report/sheets/*.webp          the pictures

The same dataset gives the same bytes; no date, host or absolute path is written. One recording is in memory
at a time.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wdmd_tools import atomic
from wdmd_tools.manifest import Dataset
from wdmd_tools.report.clip_view import clip_view
from wdmd_tools.report.code_texts import code_texts
from wdmd_tools.report.index_rows import ClipEntry, clip_entry, me_per_clip, recording_line
from wdmd_tools.report.lookup import ClipRows, FrameRows
from wdmd_tools.report.model import ClipView, RecordingLine, Sheet
from wdmd_tools.report.overview import overview
from wdmd_tools.report.render import GENERATOR, index_page, recording_page
from wdmd_tools.report.sheets import SheetFolder
from wdmd_tools.report.text import file_stem

CLIPS_PER_PAGE = 40
"""More clips of a film go to further pages, so that a page of an hour's film stays quick."""

Progress = Callable[[int, int], None]
"""Called with clips done and all clips."""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """What `write_report` wrote.

    Args:
        index: The first page.
        clips: Clips shown.
        recordings: Films.
        pages: HTML files.
        sheets_made: Contact sheets drawn now.
        sheets_kept: Contact sheets found drawn.
        problems: Clips without a contact sheet, and why.
    """

    index: Path
    clips: int
    recordings: int
    pages: int
    sheets_made: int
    sheets_kept: int
    problems: tuple[tuple[str, str], ...]


def write_report(
    data: Path,
    out: Path | None = None,
    *,
    limit_clips: int | None = None,
    progress: Progress | None = None,
) -> WrittenReport:
    """Write the HTML report of a dataset; tables and crops are only read.

    Args:
        data: The dataset folder.
        out: Folder of the report, ``<data>/report`` when `None`.
        limit_clips: Show the first so many clips only; counts are still of all.
        progress: Told after every clip.

    Raises:
        ManifestError: There is no dataset, or a table is damaged.
    """
    dataset = Dataset.open(data)
    folder = Path(out) if out is not None else dataset.root / "report"
    view = overview(dataset)
    source = _Source(dataset, folder)
    mes = me_per_clip(dataset.segments)
    clips = dataset.clips.to_pylist()[:limit_clips]
    lines: list[RecordingLine] = []
    shown: list[tuple[ClipEntry, Sheet]] = []
    pages: set[str] = set()
    for recording_id, group in _by_recording(clips).items():
        names = page_names(recording_id, len(group))
        line = recording_line(group, names[0], mes)
        for page, name in enumerate(names):
            views = []
            for clip in group[page * CLIPS_PER_PAGE : (page + 1) * CLIPS_PER_PAGE]:
                one, sheet, link = source.clip(clip)
                views.append((one, sheet, link))
                shown.append((clip_entry(one, name), sheet))
                if progress is not None:
                    progress(len(shown), len(clips))
            html = recording_page(view.name, line, views, names, page, source.codes)
            atomic.write_text(folder / "recordings" / name, html)
        pages.update(names)
        lines.append(line)
    problems = tuple((entry.clip_id, sheet.problem) for entry, sheet in shown if sheet.problem)
    # The first page comes last: it links to pages that are all there.
    entries = [entry for entry, _ in shown]
    atomic.write_text(folder / "index.html", index_page(view, lines, entries, problems))
    source.sheets.remove_stale()
    _remove_old_pages(folder / "recordings", pages)
    return WrittenReport(
        index=folder / "index.html",
        clips=len(clips),
        recordings=len(lines),
        pages=len(pages) + 1,
        sheets_made=sum(sheet.made for _, sheet in shown),
        sheets_kept=sum(not sheet.made and not sheet.problem for _, sheet in shown),
        problems=problems,
    )


class _Source:
    """Where a clip's rows and pictures come from."""

    def __init__(self, dataset: Dataset, folder: Path) -> None:
        self._root, self._pages = dataset.root, folder / "recordings"
        self._segments = ClipRows(dataset.segments)
        self._frames = FrameRows(dataset.root / "frames.parquet")
        self.sheets = SheetFolder(dataset.root, folder / "sheets")
        self.codes = {code: text.meaning for code, text in code_texts().items()}

    def clip(self, row: Mapping[str, Any]) -> tuple[ClipView, Sheet, str]:
        clip_id = row["clip_id"]
        segments = self._segments.of_clip(clip_id).to_pylist()
        view = clip_view(row, segments, self._frames.of_clip(clip_id))
        return view, self.sheets.sheet(view), link_to(self._root / view.crop_path, self._pages)


def page_names(recording_id: str, n_clips: int) -> list[str]:
    """File names of a film's pages: ``a.html``, ``a.2.html`` and so on.

    Args:
        recording_id: The film.
        n_clips: Its clips.
    """
    stem = file_stem(recording_id)
    count = max(1, -(-n_clips // CLIPS_PER_PAGE))
    return [f"{stem}.html", *(f"{stem}.{page}.html" for page in range(2, count + 1))]


def link_to(target: Path, folder: Path) -> str:
    """A relative link from a page in `folder` to a file; absolute where there is no relative one."""
    try:
        relative = Path(os.path.relpath(target.absolute(), folder.absolute()))
    except ValueError:  # another drive
        return target.absolute().as_uri()
    return quote(relative.as_posix())


def _by_recording(
    clips: Sequence[Mapping[str, Any]],
) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for clip in clips:
        groups.setdefault(clip["recording_id"], []).append(clip)
    return groups


def _remove_old_pages(folder: Path, kept: set[str]) -> None:
    """Pages of films that are no longer in the dataset; files that this program did not write stay."""
    for path in folder.glob("*.html"):
        if path.name in kept:
            continue
        with path.open("rb") as stream:
            ours = GENERATOR.encode() in stream.read(1024)
        if ours:
            path.unlink()
