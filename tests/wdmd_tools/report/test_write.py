import json
import shutil
from urllib.parse import unquote

import pytest
from builders import clip_row, segment_row, tiny_dataset, write_dataset
from html_pages import entries, read_page

from wdmd_tools.errors import ManifestError
from wdmd_tools.report.overview import rebuild_command
from wdmd_tools.report.write import CLIPS_PER_PAGE, page_names, write_report

EVIL = "<img src=x onerror=alert(1)>"
QUOTES = "\"'&</script><script>alert(2)</script>"


def snapshot(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def count(page, label):
    """The value beside a label of the counts."""
    lines = [line.strip() for line in page.text.replace(label, f"\n{label}=").splitlines()]
    return next(line.removeprefix(f"{label}=") for line in lines if line.startswith(f"{label}="))


def test_pages_agree_with_the_tables(tmp_path):
    dataset = tiny_dataset(tmp_path, n_recordings=3, clips_per_recording=4, with_crops=True)
    written = write_report(tmp_path)
    index = read_page(written.index)
    assert (written.clips, written.recordings, written.pages) == (12, 3, 4)
    assert count(index, "recordings") == "3"
    assert count(index, "frames") == "480"
    assert count(index, "micro-expressions (MEs)") == "6"
    rows = dataset.clips.to_pylist()
    shown = entries(index)
    assert [row["clip_id"] for row in shown] == [row["clip_id"] for row in rows]
    assert sum(row["me"] for row in shown) == dataset.info["counts"]["me"]
    for entry, clip in zip(shown, dataset.iter_clips(), strict=True):
        assert entry["me"] == len(dataset.clip_segments(clip.clip_id))
        file, _, anchor = entry["href"].partition("#")
        page = read_page(written.index.parent / file)
        assert anchor in page.attributes("article", "id")
    for one in ("rec0", "rec1", "rec2"):
        page = read_page(written.index.parent / f"recordings/{one}.html")
        assert page.attributes("article", "id") == [f"clip-{one}_{k:04d}" for k in range(4)]


def test_every_link_and_picture_is_there_and_local(tmp_path):
    tiny_dataset(tmp_path / "a b#c%", n_recordings=2, with_crops=True)
    written = write_report(tmp_path / "a b#c%", tmp_path / "elsewhere")
    for path in (tmp_path / "elsewhere").rglob("*.html"):
        page = read_page(path)
        text = path.read_text()
        assert "http://" not in text
        assert "https://" not in text
        links = page.attributes("a", "href") + page.attributes("img", "src")
        ids = {value for _, found in page.tags if (value := found.get("id"))}
        for link in links:
            file, _, anchor = link.partition("#")
            if file:
                assert (path.parent / unquote(file)).is_file(), (path, link)
            else:
                assert anchor in ids
        assert all(alt.strip() for alt in page.attributes("img", "alt"))
        assert len(page.attributes("img", "alt")) == len(page.attributes("img", "src"))
        assert len(ids) == len([1 for _, found in page.tags if found.get("id")])
    assert written.index == tmp_path / "elsewhere/index.html"


def test_text_of_users_stays_text(tmp_path):
    clip = clip_row(
        "c",
        30,
        recording_id=EVIL,
        subject_id=QUOTES,
        source_video=f"{EVIL}.mp4",
        flags=[EVIL],
        has_me=True,
    )
    segments = [
        segment_row("c", "consensus", 2, 9),
        segment_row("c", QUOTES, 2, 9, tier=EVIL, source_annotation_id=QUOTES),
        segment_row("c", EVIL, 2, 9, kind="emotion", label=EVIL),
    ]
    reject = {"eaf": EVIL, "tier": QUOTES, "annotation_id": EVIL, "line": 3, "code": "E_EAF"}
    write_dataset(
        tmp_path,
        [clip],
        segments,
        rejects=[reject | {"reason": QUOTES}],
        name=QUOTES,
        warnings={EVIL: 2},
        tools={EVIL: QUOTES},
        config={"x": QUOTES},
    )
    written = write_report(tmp_path)
    pages = sorted((tmp_path / "report").rglob("*.html"))
    assert len(pages) == 2
    for path in pages:
        page = read_page(path)
        assert not page.attributes("img", "onerror")
        assert EVIL in page.text
        assert QUOTES in page.text
        scripts = [found for tag, found in page.tags if tag == "script"]
        assert len(scripts) == (2 if path == written.index else 0)
        (policy,) = page.attributes("meta", "content")[2:3]
        assert "default-src 'none'" in policy
        assert "script-src 'unsafe-inline'" not in policy
    assert entries(read_page(written.index))[0]["subject"] == QUOTES


def test_a_crop_outside_of_the_dataset_is_not_read(tmp_path):
    tiny_dataset(tmp_path / "other", n_recordings=1, clips_per_recording=1, with_crops=True)
    path = "../other/crops/rec0_0000.mkv"
    write_dataset(tmp_path / "data", [clip_row("c", 30, crop_path=path)], [])
    written = write_report(tmp_path / "data")
    assert written.problems == (("c", "its crop_path leaves the dataset folder"),)


def test_an_empty_dataset(tmp_path):
    reject = {"eaf": "a.eaf", "tier": None, "annotation_id": None, "line": None}
    rejects = [reject | {"code": "E_NO_MEDIA", "reason": f"film {k}; copy it"} for k in range(60)]
    write_dataset(tmp_path, [], [], rejects=rejects)
    index = read_page(write_report(tmp_path).index)
    assert count(index, "clips") == "0"
    assert "n/a (no clips)" in index.text
    assert "No clip was built." in index.text
    assert "no film under --videos has the linked name" in index.text
    assert "10 more in rejects.parquet." in index.text


def test_no_micro_expressions(tmp_path):
    tiny_dataset(tmp_path, n_recordings=1, mes_per_clip=0, annotators=())
    index = read_page(write_report(tmp_path).index)
    assert count(index, "micro-expressions (MEs)") == "0"
    assert "n/a (no MEs)" in index.text


def test_many_annotators_have_a_lane_each(tmp_path):
    names = [f"annotator number {k:02d}" for k in range(25)]
    tiny_dataset(tmp_path, n_recordings=1, clips_per_recording=1, annotators=names)
    write_report(tmp_path)
    page = read_page(tmp_path / "report/recordings/rec0.html")
    lanes = [found for tag, found in page.tags if found.get("class", "").startswith("lane-label")]
    assert len(lanes) == 1 + 25 + 4 + 1  # consensus, annotators, state and three curves, time
    assert all(name in page.text for name in names)


def test_long_recordings_go_over_several_pages(tmp_path):
    n = CLIPS_PER_PAGE + 1
    write_dataset(tmp_path, [clip_row(f"c{k:03d}", 2) for k in range(n)], [])
    written = write_report(tmp_path)
    assert written.pages == 3
    first, second = (
        read_page(tmp_path / f"report/recordings/{name}") for name in ("rec0.html", "rec0.2.html")
    )
    assert "rec0.2.html" in first.attributes("a", "href")
    assert "rec0.html" in second.attributes("a", "href")
    assert second.attributes("article", "id") == [f"clip-c{n - 1:03d}"]
    assert page_names("x", 0) == ["x.html"]


def test_the_same_dataset_gives_the_same_bytes_anywhere(tmp_path):
    tiny_dataset(tmp_path / "one", n_recordings=2, with_crops=True)
    before = snapshot(tmp_path / "one")
    write_report(tmp_path / "one")
    after = snapshot(tmp_path / "one")
    assert {k: v for k, v in after.items() if not k.startswith("report")} == before
    shutil.rmtree(tmp_path / "one/report")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    write_report(tmp_path / "two")
    assert snapshot(tmp_path / "two/report") == {
        k.removeprefix("report/"): v for k, v in after.items() if k.startswith("report/")
    }


def test_limit(tmp_path):
    tiny_dataset(tmp_path, n_recordings=2, clips_per_recording=3)
    written = write_report(tmp_path, limit_clips=4)
    index = read_page(written.index)
    assert len(entries(index)) == 4
    assert count(index, "clips") == "6"


def test_no_dataset(tmp_path):
    with pytest.raises(ManifestError, match="no dataset here"):
        write_report(tmp_path)


def test_the_command_names_what_is_not_usual():
    info = {
        "name": "my data; rm -rf",
        "config": {"crop": {"size": 112, "align": "smooth"}, "split_seed": 0},
        "protocol": {"tiers": {"me": ["Micro"]}},
    }
    assert rebuild_command(info) == (
        "wdmd build --elan ann/ --videos raw/ --out data --name 'my data; rm -rf' "
        "--set crop.size=112 --protocol protocol.yaml"
    )
    assert rebuild_command({}) == "wdmd build --elan ann/ --videos raw/ --out data"


def imported_info(**changes):
    fixed = {"key": "032_3_1", "field": "apex", "old": "-1", "new": "4945", "why": EVIL}
    fixed |= {"source": "someone", "date": "2024-05-31"}
    said = {
        "dataset": "samm",
        "display": "SAMM",
        "version": "codes.xlsx: 5 rows",
        "layout": "frames as found",
        "policies": {"offset_zero": "apex", "onset_zero": "drop", "apex_at_onset": "keep"},
        "corrections": {"origin": "built-in samm.csv", "applied": [fixed], "not_needed": 3},
        "counts": [
            {"what": "micro-expressions", "expected": 1159, "found": 5},
            {"what": "long clips", "expected": None, "found": 7},
        ],
    }
    return said | changes


def test_a_release_is_told(tmp_path):
    tiny_dataset(tmp_path, n_recordings=2)
    path = tmp_path / "dataset.json"
    info = json.loads(path.read_text())
    path.write_text(json.dumps(info | {"name": "SAMM", "import": imported_info()}))
    index = write_report(tmp_path).index
    page = read_page(index)
    assert "SAMM: codes.xlsx: 5 rows" in page.text
    assert "1,159" in page.text
    assert "032_3_1: apex -1 -> 4945" in page.text
    assert "wdmd import samm SRC --out data" in page.text
    assert "--elan" not in page.text
    assert EVIL not in index.read_text()


def test_the_command_of_an_import():
    settings = {"clips": {"annotated_only": False}, "crop": {"size": 64}}
    settings["consensus"] = {"rule": "annotator", "annotator": "release"}
    said = imported_info(
        policies={"offset_zero": "drop", "onset_zero": "drop", "apex_at_onset": "keep"},
        corrections={"origin": "my fixes.csv", "applied": [], "not_needed": 0},
    )
    info = {"name": "mine", "config": settings, "import": said}
    assert rebuild_command(info) == (
        "wdmd import samm SRC --out data --corrections 'my fixes.csv' --offset-zero drop --name mine "
        "--set crop.size=64"
    )
    said["corrections"]["origin"] = "none"
    assert "--corrections none" in rebuild_command(info)
