import pyarrow.parquet as pq
import pytest
from builders import clip_row, frame_rows, segment_row, tiny_dataset, write_dataset

from wdmd_tools.errors import ManifestError
from wdmd_tools.report.lookup import ClipRows, FrameRows


def test_frames_across_row_groups(tmp_path):
    dataset = tiny_dataset(tmp_path, n_frames=40)
    path = tmp_path / "frames.parquet"
    table = pq.read_table(path)
    # Row groups of 33: clips of 40 frames straddle them.
    pq.write_table(table, path, row_group_size=33, write_page_checksum=True)
    rows = FrameRows(path)
    for clip in dataset.iter_clips():
        found = rows.of_clip(clip.clip_id)
        assert found["frame_index"].to_pylist() == list(range(40))
        assert (
            found["pts_us"].to_pylist() == dataset.clip_frames(clip.clip_id)["pts_us"].to_pylist()
        )
    assert rows.of_clip("nobody").num_rows == 0


def test_frames_in_any_order(tmp_path):
    clips = [clip_row("a", 3), clip_row("b", 2)]
    rows = frame_rows(clips[0]) + frame_rows(clips[1])
    mixed = [rows[2], rows[4], rows[0], rows[3], rows[1]]
    write_dataset(tmp_path, clips, [], mixed)
    found = FrameRows(tmp_path / "frames.parquet")
    assert found.of_clip("a")["frame_index"].to_pylist() == [0, 1, 2]
    assert found.of_clip("b")["frame_index"].to_pylist() == [0, 1]


def test_a_damaged_table_is_one_line(tmp_path):
    (tmp_path / "frames.parquet").write_bytes(b"no")
    with pytest.raises(ManifestError, match=r"frames\.parquet: damaged"):
        FrameRows(tmp_path / "frames.parquet")


def test_rows_of_a_clip(tmp_path):
    clips = [clip_row("a", 9), clip_row("b", 9)]
    segments = [segment_row(c, "x", k, k) for k, c in enumerate(["b", "a", "b"])]
    rows = ClipRows(write_dataset(tmp_path, clips, segments).segments)
    assert rows.of_clip("b")["onset_frame"].to_pylist() == [0, 2]
    assert rows.of_clip("a")["onset_frame"].to_pylist() == [1]
    assert rows.of_clip("c").num_rows == 0
