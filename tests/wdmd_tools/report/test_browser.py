"""The first page in a real browser, where there is one: its script runs, and only its script."""

import html
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
