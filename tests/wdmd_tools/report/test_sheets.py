import contextlib

import cv2
import numpy as np
from builders import tiny_dataset

from wdmd_tools.report.sheets import change
from wdmd_tools.report.write import write_report


def sheets(data):
    return {p.name: p.stat().st_mtime_ns for p in (data / "report/sheets").iterdir()}


def test_change_by_hand():
    grey = np.full((2, 2, 3), 100, np.uint8)
    other = grey.copy()
    other[0, 0] = 110  # 10 brighter: 128 + 6 * 10
    other[1, 1] = 60  # 40 darker: clipped at black
    picture = change(grey, other)
    assert picture[0, 0].tolist() == [188] * 3
    assert picture[1, 1].tolist() == [0] * 3
    assert picture[0, 1].tolist() == [128] * 3


def test_pictures_show_the_frames(tmp_path):
    from wdmd_tools.video.crops import read_crop

    dataset = tiny_dataset(tmp_path, n_recordings=1, clips_per_recording=1, with_crops=True)
    write_report(tmp_path)
    (path,) = (tmp_path / "report/sheets").iterdir()
    picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB).astype(float)
    assert picture.shape == (32, 128, 3)
    me = dataset.clip_segments("rec0_0000")[0]
    frames = read_crop(tmp_path / "crops/rec0_0000.mkv").astype(float)
    wanted = [me["onset_frame"], me["apex_frame"], me["offset_frame"]]
    for cell, index in enumerate(wanted):
        # WebP loses a little; a picture of another frame differs by far more in an ME.
        errors = np.abs(frames - picture[:, 32 * cell : 32 * cell + 32]).mean(axis=(1, 2, 3))
        assert errors[index] < 12
        assert errors[index] <= errors.min() + 1.5


def test_only_a_changed_crop_is_drawn_again(tmp_path):
    tiny_dataset(tmp_path, n_recordings=2, clips_per_recording=2, with_crops=True)
    first = write_report(tmp_path)
    assert (first.sheets_made, first.sheets_kept) == (4, 0)
    before = sheets(tmp_path)
    again = write_report(tmp_path)
    assert (again.sheets_made, again.sheets_kept) == (0, 4)
    assert sheets(tmp_path) == before
    # Other pictures under the same ids: every sheet is new, no old one stays.
    tiny_dataset(tmp_path, n_recordings=2, clips_per_recording=2, with_crops=True, seed=1)
    changed = write_report(tmp_path)
    assert (changed.sheets_made, changed.sheets_kept) == (4, 0)
    assert not set(sheets(tmp_path)) & set(before)


def test_a_stopped_report_goes_on(tmp_path):
    tiny_dataset(tmp_path, n_recordings=2, clips_per_recording=2, with_crops=True)

    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        write_report(tmp_path, progress=stop)
    assert not (tmp_path / "report/index.html").exists()
    written = write_report(tmp_path)
    assert (written.sheets_made, written.sheets_kept) == (2, 2)


def test_files_of_the_user_stay(tmp_path):
    tiny_dataset(tmp_path, n_recordings=1, with_crops=True)
    write_report(tmp_path)
    folder = tmp_path / "report"
    (folder / "sheets/mine.webp").write_bytes(b"x")
    (folder / "recordings/mine.html").write_text("<p>notes</p>")
    old = folder / "recordings/gone.html"
    old.write_text((folder / "recordings/rec0.html").read_text())
    write_report(tmp_path)
    assert (folder / "sheets/mine.webp").exists()
    assert (folder / "recordings/mine.html").exists()
    assert not old.exists()


def test_damaged_and_missing_crops_are_told(tmp_path):
    tiny_dataset(tmp_path, n_recordings=1, clips_per_recording=3, with_crops=True)
    (tmp_path / "crops/rec0_0000.mkv").write_bytes(b"not a film")
    (tmp_path / "crops/rec0_0001.mkv").unlink()
    written = write_report(tmp_path)
    told = dict(written.problems)
    assert set(told) == {"rec0_0000", "rec0_0001"}
    assert "rec0_0000.mkv: cannot be read" in told["rec0_0000"]
    assert "not here" in told["rec0_0001"]
    page = (tmp_path / "report/recordings/rec0.html").read_text()
    assert page.count("No pictures:") == 2
    assert str(tmp_path) not in page
