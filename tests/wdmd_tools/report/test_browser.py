"""The first page in a real browser, where there is one: its script runs, and only its script."""

import html
import json
import os
import re
import shutil
import subprocess

import pytest
from builders import clip_row, segment_row, write_dataset

from wdmd_tools.report.write import write_report

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
DRIVER = """
const by = (id) => document.getElementById(id), found = [];
const first = () => by("clip-table").tBodies[0].rows[0]?.cells[0].textContent;
const told = () => found.push([by("clip-count").textContent, first()]);
const choose = (id, value) => {
  by(id).value = value;
  by(id).dispatchEvent(new Event("input", { bubbles: true }));
  told();
};
const head = (key) => document.querySelector(`#clip-table th[data-key=${key}]`);
choose("filter-me", "yes");
choose("filter-me", "");
choose("filter-flag", "none");
choose("filter-flag", "=W_YAW");
choose("filter-flag", "");
choose("filter-text", "C7");
choose("filter-text", "");
head("jitter").firstElementChild.click(); told();
head("jitter").firstElementChild.click(); told();
found.push(head("jitter").getAttribute("aria-sort"));
head("clip_id").firstElementChild.click(); told();
document.title = JSON.stringify(found);
"""
EVIL = "<img src=x onerror=\"document.title='broken in'\">"


def dom(path, profile):
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [BROWSER, "--headless", "--disable-gpu", *root, f"--user-data-dir={profile}"]
    command += ["--virtual-time-budget=2000", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    if "<table" not in done.stdout:
        pytest.skip(f"the browser does not run here: {done.stderr[-200:]}")
    return done.stdout


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_clips_are_listed_and_nothing_else_runs(tmp_path):
    clips = [
        clip_row(f"c{k:02d}", 10, subject_id=EVIL, flags=["W_YAW"] if k else []) for k in range(60)
    ]
    write_dataset(tmp_path / "data", clips, [segment_row("c01", "consensus", 2, 5)])
    page = dom(write_report(tmp_path / "data").index, tmp_path / "profile")
    shown = re.search(r'<table id="clip-table">.*?</table>', page, re.DOTALL).group()
    assert len(re.findall(r'<td class="left"><a href="recordings/rec0', shown)) == 50
    assert "60 of 60 clips" in page
    assert "page 1 of 2" in page
    assert html.escape(EVIL, quote=False) in shown
    assert "<title>tiny: build report</title>" in page
    assert "<img" not in page


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_filters_and_sorting(tmp_path):
    clips = [clip_row(f"c{k}", 10, jitter_px=k / 100, flags=["W_YAW"]) for k in range(11)]
    clips[3] |= {"flags": [], "jitter_px": None}
    write_dataset(tmp_path / "data", clips, [segment_row("c4", "consensus", 2, 5)])
    index = write_report(tmp_path / "data").index
    # The page refuses scripts that are not its own, so the driver needs a copy without that rule.
    page = re.sub(r"<meta http-equiv=[^>]+>", "", index.read_text(encoding="utf-8"))
    index.write_text(page.replace("</body>", f"<script>{DRIVER}</script></body>"), encoding="utf-8")
    title = re.search("<title>(.*?)</title>", dom(index, tmp_path / "profile")).group(1)
    assert json.loads(html.unescape(title)) == [
        ["1 of 11 clips", "c4"],
        ["11 of 11 clips", "c0"],
        ["1 of 11 clips", "c3"],
        ["10 of 11 clips", "c0"],
        ["11 of 11 clips", "c0"],
        ["1 of 11 clips", "c7"],
        ["11 of 11 clips", "c0"],
        ["11 of 11 clips", "c10"],  # the largest first
        ["11 of 11 clips", "c0"],
        "ascending",
        ["11 of 11 clips", "c0"],  # clips sort ascending at first
    ]
