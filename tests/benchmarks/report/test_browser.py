"""The leaderboard and the pages of clips in a real browser: sort, filter, open a clip, play its film."""

import base64
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from builders import clip_row, frame_rows, segment_row, write_dataset, write_ffv1
from chromium import Browser, needs_chromium
from finished import finished, said
from skimage.io import imread

from benchmarks.leaderboard import read_leaderboard
from benchmarks.report import write_report
from benchmarks.report.clips.every import ClipOptions, write_every_clip

EVIL = "<img src=x onerror=\"document.title='broken in'\">"
pytestmark = needs_chromium


@pytest.fixture(name="site", scope="module")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty clips of two films; clip k has an ME of 4 + k % 20 frames that "a" finds when k is even.

    Model "b" raises a false alarm of two frames at the end of every third clip, where nobody speaks.
    """
    root = tmp_path_factory.mktemp("site")
    clips, segments, frames = [], [], []
    for k in range(60):
        states = ["speaking"] * 30 + ["listening"] * 10
        clip = clip_row(f"c{k:02d}", 40, recording_id=f"rec{k % 2}", subject_id=EVIL, has_me=True)
        clips.append(clip)
        segments.append(segment_row(f"c{k:02d}", "consensus", 2, 5 + k % 20))
        frames += frame_rows(clip, None, states)
    dataset = write_dataset(root / "data", clips, segments, frames)
    (root / "data" / "crops").mkdir()
    grey = 20 + 5 * np.arange(40, dtype=np.uint8)  # frame k says which it is
    pixels = np.broadcast_to(grey[:, None, None, None], (40, 32, 32, 3)).copy()
    write_ffv1(root / "data" / "crops" / "c00.mkv", pixels, Fraction(30))
    scores = np.linspace(0, 1, 40).astype(np.float32)
    models = {
        "a": [
            said(f"c{k:02d}", *([(2, 6 + k % 20)] if k % 2 == 0 else []), frame_scores=scores)
            for k in range(60)
        ],
        "b": [said(f"c{k:02d}", *([(38, 40)] if k % 3 == 0 else [])) for k in range(60)],
    }
    results = finished(root / "results", dataset, models)
    finished(root / "results", dataset, {"c": models["b"]}, display=EVIL, group="trivial")
    board = read_leaderboard(results, draws=50)
    links, _ = write_every_clip(board, results, root / "board", ClipOptions(media=2))
    write_report(board, root / "board", links)
    return root / "board"


@pytest.fixture(name="browser", scope="module")
def make_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


LIST = "clips/tiny-holdout/index.html"
ROWS = """[...document.querySelector('table.board').tBodies[0].rows]
  .filter((row) => !row.hidden).map((row) => row.dataset.model)"""
CLIPS = "[...document.querySelectorAll('#clip-table tbody a')].map(a => a.textContent)"
COUNT = "document.getElementById('clip-count').textContent"


def test_the_board_sorts_searches_and_is_bookmarkable(site: Path, browser: Browser) -> None:
    browser.console.clear()
    browser.open(site / "leaderboard.html")
    assert browser.run(ROWS) == ["a", "b", "c"]
    browser.click("table.board th[data-key=f1_speaking] button")
    assert browser.run(ROWS)[0] == "a"  # the largest first
    assert browser.run("location.hash") == "#sort=-f1_speaking"
    browser.click("table.board th[data-key=f1_speaking] button")
    assert browser.run(ROWS)[-1] == "a"
    aria = "document.querySelector('[data-key=f1_speaking]').getAttribute('aria-sort')"
    assert browser.run(aria) == "ascending"
    browser.choose("#filter-group", "models")
    assert browser.run(ROWS) == ["b", "a"]
    browser.choose("#filter-model", "onerror")
    assert browser.run(ROWS) == []
    browser.choose("#filter-group", "")
    assert browser.run(ROWS) == ["c"]
    assert browser.run("document.title") == "Leaderboard"
    browser.open(site / "leaderboard.html", "#sort=-f1_speaking&rows=models")
    assert browser.run(ROWS) == ["a", "b"]
    browser.click("table.board a[href='#model-a']")
    browser.until("document.getElementById('model-a').open")
    assert browser.console == []


def test_clips_filter_by_events_that_meet_all_conditions(site: Path, browser: Browser) -> None:
    browser.console.clear()
    browser.open(site / LIST)
    assert browser.run(COUNT) == "60 of 60 clips"
    assert len(browser.run(CLIPS)) == 50
    browser.choose("#filter-model", "a")
    browser.choose("#filter-kind", "missed")
    assert browser.run(COUNT) == "30 of 60 clips"
    assert browser.run(CLIPS)[:2] == ["c01", "c03"]
    # 4 + k % 20 frames at 30 fps: below 200 ms for k % 20 = 0 and 1 (6 frames are 200 ms).
    browser.choose("#filter-ms", "0-200")
    assert browser.run(CLIPS) == ["c01", "c21", "c41"]
    browser.choose("#filter-state", "listening")
    assert browser.run(CLIPS) == []
    browser.choose("#filter-model", "b")
    browser.choose("#filter-kind", "background")
    assert browser.run(COUNT) == "20 of 60 clips"
    browser.choose("#filter-text", "REC1")
    assert browser.run(COUNT) == "10 of 60 clips"
    assert browser.run("document.title").startswith("tiny")
    browser.click("#filters button[type=reset]")
    browser.until(f"{COUNT} === '60 of 60 clips'")
    assert browser.run("document.querySelectorAll('main img').length") == 0
    assert browser.console == []


def test_clips_sort_page_and_keep_their_view_in_the_address(site: Path, browser: Browser) -> None:
    browser.open(site / LIST, "#model=a&sort=-hit")
    assert browser.run(CLIPS)[:3] == ["c00", "c02", "c04"]
    browser.click("#clip-table th[data-key=hit] button")
    assert browser.run(CLIPS)[0] == "c01"
    browser.click("#page-next")
    assert browser.run("location.hash") == "#model=a&sort=hit&page=2"
    assert len(browser.run(CLIPS)) == 10
    browser.open(site / LIST, "#kind=nonsense&sort=events&page=-3")
    assert browser.run(COUNT) == "60 of 60 clips"


def seen(browser: Browser, selector: str, folder: Path) -> float:
    """Mean grey of the upper quarter of an element on the screen, above a film's buttons."""
    box = browser.run(
        f"(() => {{ const b = document.querySelector({selector!r}).getBoundingClientRect();"
        "return [b.x + scrollX, b.y + scrollY, b.width, b.height]; })()"
    )
    area = {"x": box[0] + 20, "y": box[1] + 20, "width": box[2] - 40, "height": box[3] / 4}
    shot = browser.call("Page.captureScreenshot", format="png", clip={**area, "scale": 1})
    picture = folder / "seen.png"
    picture.write_bytes(base64.b64decode(shot["data"]))
    return float(imread(picture)[..., :3].mean())


def test_a_clip_opens_and_its_film_follows_the_timeline(
    site: Path, browser: Browser, tmp_path: Path
) -> None:
    browser.console.clear()
    browser.open(site / LIST, "#sort=clip_id")
    browser.click("#clip-table tbody a")
    browser.until("location.pathname.endsWith('/recordings/rec0.html')")
    browser.until("document.readyState === 'complete'")
    assert browser.run("location.hash") == "#clip-c00"
    assert browser.run("document.querySelectorAll('#clip-c00 .model-lane').length") == 3
    browser.until("document.querySelector('#clip-c00 video').readyState >= 1")
    assert browser.run("document.querySelector('#clip-c00 video').videoWidth") == 32
    browser.click("#clip-c00 .model-lane svg")  # its middle: frame 20 of 40 at 30 fps
    at = "document.querySelector('#clip-c00 video').currentTime"
    browser.until(f"Math.abs({at} - 20.5 / 30) < 0.02")
    browser.until("!document.querySelector('#clip-c00 .playhead').hidden")
    # What is seen is that frame: grey 20 + 5 * 20, and its neighbours differ by 5.
    browser.until("!document.querySelector('#clip-c00 video').seeking")
    assert seen(browser, "#clip-c00 video", tmp_path) == pytest.approx(120, abs=2.4)
    assert browser.run("document.querySelectorAll('#clip-c00 figure img').length") == 2
    assert browser.console == []


def test_a_clip_opens_from_the_address_alone(site: Path, browser: Browser) -> None:
    browser.open(site / LIST, "#clip=c03")
    browser.until("location.pathname.endsWith('/recordings/rec1.html')")
    assert browser.run("location.hash") == "#clip-c03"


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "file", ["leaderboard.html", LIST, "clips/tiny-holdout/recordings/rec0.html"]
)
def test_no_page_is_wider_than_the_screen(
    site: Path, browser: Browser, file: str, width: int
) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    browser.open(site / file)
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.run("document.documentElement.scrollWidth") <= width
    browser.call("Emulation.clearDeviceMetricsOverride")
