"""One clip and two models, worked out by hand.

frames     0         10        20        30        40
state      speaking speaking  |listening listening|
reference            |--------|                         10..19
hits                 |--------|          |-----|        10..19 and 30..35
off                       |--------|                    15..24: IoU 5 / 15
"""

import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import clip_row, frame_rows, segment_row, write_dataset, write_ffv1
from finished import finished, said

from benchmarks.leaderboard import read_leaderboard
from benchmarks.protocols.across import cross
from benchmarks.protocols.pooled import pool
from benchmarks.report.clips.cases import MOST_ALARMS, clip_case
from benchmarks.report.clips.every import ClipOptions, write_every_clip
from benchmarks.report.clips.media import MediaFolder
from benchmarks.report.clips.rows import clip_row as listed_row
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import ClipPrediction

EVIL = "Off <img src=x onerror=\"document.title='broken in'\"></script>"
STATES = ["speaking"] * 20 + ["listening"] * 20
SCORES = np.linspace(0, 1, 40).astype(np.float32)


@pytest.fixture(name="dataset")
def make(tmp_path: Path) -> Dataset:
    clips = [
        clip_row("c0", 40, recording_id="rec0", has_me=True, state="mixed", speaking_share=0.5),
        clip_row("c1", 40, recording_id="rec1", split="test"),
    ]
    frames = [row for clip in clips for row in frame_rows(clip, None, STATES)]
    segments = [segment_row("c0", "consensus", 10, 19)]
    dataset = write_dataset(tmp_path / "data", clips, segments, frames, synthetic=True)
    crops = tmp_path / "data" / "crops"
    crops.mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (40, 32, 32, 3)).astype(np.uint8)
    write_ffv1(crops / "c0.mkv", pixels, Fraction(30))
    return dataset


def predictions() -> dict[str, list[ClipPrediction]]:
    return {
        "hits": [said("c0", (10, 20), (30, 36), frame_scores=SCORES, p_me=0.9), said("c1")],
        "off": [said("c0", (15, 25)), said("c1", (0, 4))],
    }


def test_a_clip_is_gathered_with_kinds_states_and_strips(dataset: Dataset) -> None:
    by_model = predictions()
    row = dataset.clips.to_pylist()[0]
    about = [(name, name.upper(), 0.5, some[0]) for name, some in by_model.items()]
    case = clip_case(dataset, row, about)
    assert [(one.start, one.end, one.ms, one.state) for one in case.references] == [
        (10, 20, 333, "speaking")
    ]
    hits, off = case.lanes
    assert [(one.kind, one.state, one.ms) for one in hits.spotted] == [
        ("hit", "speaking", 333),
        ("background", "listening", 200),
    ]
    assert hits.fates == ("hit",)
    assert hits.curve.startswith("M0.5 100.0L1.5 ")
    assert hits.curve.endswith("L39.5 0.0")
    assert [(one.kind, one.state) for one in off.spotted] == [("shifted", "speaking")]  # a tie
    assert off.fates == ("near",)
    assert off.curve == ""
    titles = [strip.row.title for strip in case.strips]
    assert titles == [
        "ME 1 · frames 10–19 · 333 ms · speaking",
        "False alarm · frames 30–35 · 200 ms · listening · HITS",
    ]
    assert case.strips[0].row.frames == (10, 14, 19)
    assert [(bar.start, bar.end, bar.css) for bar in case.states] == [
        (0, 20, "speaking"),
        (20, 40, "listening"),
    ]


def test_false_alarms_about_the_same_frames_are_pictured_once(dataset: Dataset) -> None:
    row = dataset.clips.to_pylist()[1]
    many = [(4 * k, 4 * k + 2) for k in range(9)]
    about = [
        ("a", "A", None, said("c1", *many)),
        ("b", "B", None, said("c1", (20, 22))),
        ("c", "C", None, said("c1", (21, 23))),  # IoU 1/3 with B's
    ]
    case = clip_case(dataset, row, about)
    assert len(case.strips) == MOST_ALARMS
    assert case.unpictured == 9 - MOST_ALARMS
    assert case.strips[0].row.title.endswith("frames 20–21 · 67 ms · listening · A, B, C")


def test_a_row_holds_every_event_once(dataset: Dataset) -> None:
    row = dataset.clips.to_pylist()[0]
    about = [(name, name, None, some[0]) for name, some in predictions().items()]
    found = listed_row(clip_case(dataset, row, about), "rec0.html", ["hits", "off"])
    assert found.href == "recordings/rec0.html#clip-c0"
    assert found.events == (
        *(0, 0, 0, 333),  # hits, hit, speaking
        *(0, 5, 1, 200),  # hits, background, listening
        *(1, 4, 0, 333),  # off, shifted, speaking
        *(1, 6, 0, 333),  # off, near: its reference
    )


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def pages(dataset: Dataset, tmp_path: Path, **options: Any) -> Path:
    results = finished(tmp_path / "results", dataset, predictions())
    changed = tmp_path / "results/tiny/holdout/off/fold0-seed0/result.json"
    changed.write_text(changed.read_text().replace('"OFF"', json.dumps(EVIL)))
    board = read_leaderboard(results, draws=20)
    links, problems = write_every_clip(
        board,
        results,
        tmp_path / "board",
        ClipOptions(**options),
    )
    assert problems == []
    assert links == {"tiny-holdout": "clips/tiny-holdout/index.html"}
    return tmp_path / "board" / "clips" / "tiny-holdout"


def test_pages_are_complete_safe_and_the_same_again(dataset: Dataset, tmp_path: Path) -> None:
    folder = pages(dataset, tmp_path)
    text = (folder / "recordings" / "rec0.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert "<img src=x" not in text
    assert "its crop video is not here" in (folder / "recordings/rec1.html").read_text("utf-8")
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "object"}
        assert not any(name.startswith("on") for name in attributes)
        source = attributes.get("src")
        assert source is None or (folder / "recordings" / source).is_file()
    assert sum(tag == "img" for tag, _ in page.tags) == 2
    assert sum(tag == "video" for tag, _ in page.tags) == 1
    assert len(re.findall(r'<rect class="k-hit"', text)) == 1
    assert len(re.findall(r'<rect class="k-background"', text)) == 1
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "</script>" not in index.split('id="clip-data">')[1].split("</script>")[0]
    data = json.loads(index.split('id="clip-data">')[1].split("</script>")[0])
    assert data["displays"] == ["HITS", EVIL]
    assert "http" not in re.sub(r'http-equiv="', "", index + text)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    stamps = {path: path.stat().st_mtime_ns for path in folder.glob("media/*")}
    assert len(stamps) == 3
    (folder / "media" / "c9.0123456789ab.32x8.webp").write_bytes(b"old")
    (folder / "media" / "mine.txt").write_text("kept")
    pages(dataset, tmp_path)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after.pop(folder / "media" / "mine.txt") == b"kept"
    assert after == before
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_pictures_are_limited(dataset: Dataset, tmp_path: Path) -> None:
    folder = pages(dataset, tmp_path, media=0)
    assert not list(folder.glob("media/*"))
    text = (folder / "recordings" / "rec0.html").read_text(encoding="utf-8")
    assert "first clips only" in text
    assert "<video" not in text
    assert "0 of 2 clips have pictures" in (folder / "index.html").read_text(encoding="utf-8")


def test_data_that_changed_are_not_shown(dataset: Dataset, tmp_path: Path) -> None:
    results = finished(tmp_path / "results", dataset, predictions())
    board = read_leaderboard(results, draws=20)
    other = write_dataset(dataset.root, [clip_row("c0", 12)], [])
    assert other.data_hash != dataset.data_hash
    links, problems = write_every_clip(board, results, tmp_path / "board", ClipOptions())
    assert links == {}
    assert len(problems) == 1
    assert "give the folder" in problems[0]
    assert write_every_clip(board, results, tmp_path / "x", ClipOptions(pages=False)) == ({}, [])


def test_the_clips_of_a_composite_come_from_all_its_parts(dataset: Dataset, tmp_path: Path) -> None:
    pixels = np.zeros((12, 32, 32, 3), np.uint8)
    other = write_dataset(
        tmp_path / "b", [clip_row("c0", 12)], [segment_row("c0", "consensus", 2, 5)]
    )
    (tmp_path / "b" / "crops").mkdir()
    write_ffv1(tmp_path / "b" / "crops" / "c0.mkv", pixels, Fraction(30))
    both = pool({"a": dataset, "b": other})
    parts = {"a": dataset.data_hash, "b": other.data_hash}
    protocol = {"name": "composite", "version": 1, "parts": parts}
    models = {"one": [said("a.c0", (10, 20)), said("a.c1"), said("b.c0")]}
    results = finished(tmp_path / "results", both, models, protocol=protocol)
    board = read_leaderboard(results, draws=20)
    links, problems = write_every_clip(board, results, tmp_path / "board", ClipOptions())
    assert links == {}  # the second part is not known yet
    assert len(problems) == 1
    options = ClipOptions((tmp_path / "b",))
    links, problems = write_every_clip(board, results, tmp_path / "board", options)
    assert problems == []
    (link,) = links.values()
    folder = (tmp_path / "board" / link).parent
    assert len(list(folder.glob("media/*.mp4"))) == 2  # a.c1 has no crop
    assert not any(
        "leaves the dataset" in path.read_text("utf-8") for path in folder.glob("recordings/*")
    )


def test_across_datasets_the_clips_are_those_of_the_target(
    dataset: Dataset, tmp_path: Path
) -> None:
    learnt = write_dataset(tmp_path / "b", [clip_row("other", 12)], [])
    pair = cross(learnt, dataset)
    target = {"name": "tiny", "data_hash": dataset.data_hash}
    results = finished(
        tmp_path / "results", pair, {"one": [said("c0", (10, 20))]}, protocol={"target": target}
    )
    board = read_leaderboard(results, draws=20)
    links, problems = write_every_clip(board, results, tmp_path / "board", ClipOptions(media=0))
    assert problems == []
    assert list(links) == ["tiny-holdout"]


def test_a_crop_outside_of_the_dataset_is_not_read(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "secret.mkv").write_bytes((dataset.root / "crops" / "c0.mkv").read_bytes())
    clip = clip_row("c0", 40, crop_path="../secret.mkv")
    outside = write_dataset(tmp_path / "evil", [clip], [segment_row("c0", "consensus", 2, 5)])
    case = clip_case(outside, outside.clips.to_pylist()[0], [])
    media = MediaFolder(outside.root, tmp_path / "media").of_clip(case)
    assert media.problem == "its crop_path leaves the dataset folder"
    assert not list(tmp_path.glob("media/*"))


def test_a_long_film_has_several_pages(tmp_path: Path) -> None:
    clips = [clip_row(f"c{k:03d}", 10, recording_id="rec") for k in range(85)]
    dataset = write_dataset(tmp_path / "data", clips, [])
    said_nothing = [said(clip["clip_id"]) for clip in clips]
    results = finished(tmp_path / "results", dataset, {"a": said_nothing})
    board = read_leaderboard(results, draws=20)
    write_every_clip(board, results, tmp_path / "board", ClipOptions(media=0))
    folder = tmp_path / "board" / "clips" / "tiny-holdout" / "recordings"
    assert sorted(path.name for path in folder.iterdir()) == [
        "rec.html",
        "rec.page2.html",
        "rec.page3.html",
    ]
    assert (folder / "rec.page3.html").read_text(encoding="utf-8").count("<article") == 5
