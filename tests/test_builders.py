import numpy as np
from builders import tiny_dataset


def test_a_tiny_dataset_opens_and_repeats(tmp_path):
    first = tiny_dataset(tmp_path / "a", seed=3)
    second = tiny_dataset(tmp_path / "b", seed=3)
    other = tiny_dataset(tmp_path / "c", seed=4)
    assert first.data_hash == second.data_hash != other.data_hash
    assert first.clips.num_rows == 12
    assert {clip.split for clip in first.iter_clips()} == {"train", "val", "test"}


def test_consensus_segments_and_frames_say_the_same(tmp_path):
    dataset = tiny_dataset(tmp_path, mes_per_clip=(2, 0, 1), n_frames=50)
    for clip in dataset.iter_clips():
        flags = dataset.clip_frames(clip.clip_id)["is_me"].to_numpy(zero_copy_only=False)
        spans = dataset.reference_intervals(clip.clip_id)
        assert clip.has_me == bool(spans)
        assert int(flags.sum()) == sum(span.duration_ms for span in spans)
        assert all(flags[span.start_ms : span.end_ms].all() for span in spans)


def test_crops_are_lossless(tmp_path):
    import av

    written = {}

    def keep(path, frames, fps):
        from builders import write_ffv1

        written[path.stem] = frames
        write_ffv1(path, frames, fps)

    dataset = tiny_dataset(
        tmp_path, n_recordings=1, crop_size=24, with_crops=True, write_crop=keep, mes_per_clip=1
    )
    for clip in dataset.iter_clips():
        with av.open(str(clip.crop_path)) as container:
            read = np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])
        np.testing.assert_array_equal(read, written[clip.clip_id])
