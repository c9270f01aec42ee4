"""Stored frames, targets and training windows."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import clip_row, frame_rows, segment_row, tiny_dataset, write_dataset

from meldae.config import InputConfig
from meldae.data import ClipDataset, Window
from meldae.store import Frames, FrameStore, ReadCrop, clips_of, read_crop, to_model_frames
from meldae.targets import clip_targets
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset

GREY = InputConfig(mode="motion", size=16, fps=30.0)


def numbered(n_frames: int) -> Frames:
    """Frame k is grey k everywhere."""
    return np.broadcast_to(
        np.arange(n_frames, dtype=np.uint8)[:, None, None, None], (n_frames, 20, 20, 3)
    ).copy()


def reader(n_frames: int) -> ReadCrop:
    return lambda _, start, stop: numbered(n_frames)[start:stop]


def one_clip(root: Path, n_frames: int = 20, fps: int = 30) -> Dataset:
    """ME in frames 8 to 11; speaking up to frame 12."""
    row = clip_row("c", n_frames, fps=fps, has_me=True, speaking_share=0.6, split="train")
    states = ["speaking"] * 12 + ["silent"] * (n_frames - 12)
    inside = np.zeros(n_frames, dtype=bool)
    inside[8:12] = True
    frames = frame_rows(row, inside, states)
    return write_dataset(root, [row], [segment_row("c", "consensus", 8, 11)], frames)


def test_targets_mark_first_and_last_frame(tmp_path: Path) -> None:
    """frames 0.......8..11........ boundary at 8 and 11, inclusive end."""
    dataset = one_clip(tmp_path)
    (clip,) = dataset.iter_clips()
    targets = clip_targets(dataset, clip)
    assert np.flatnonzero(targets.inside).tolist() == [8, 9, 10, 11]
    assert np.flatnonzero(targets.boundary).tolist() == [8, 11]
    assert targets.has_me == 1.0
    assert targets.majority_speaking == 1.0
    late = targets.take(np.arange(12, 20))
    assert (late.has_me, late.majority_speaking) == (0.0, 0.0)


def test_other_rates_are_resampled_in_frames_and_targets_alike(tmp_path: Path) -> None:
    dataset = one_clip(tmp_path, fps=60)
    store = FrameStore(dataset, GREY, None, reader(20))
    assert store.length("c") == 10
    assert store.frames("c")[:, 0, 0, 0].tolist() == list(range(0, 20, 2))
    data = ClipDataset(dataset, clips_of(dataset, "train"), store)
    assert np.flatnonzero(data.targets[0].inside).tolist() == [4, 5]


def test_a_cached_store_equals_an_uncached_one(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path / "d", n_recordings=3, with_crops=True)
    for source in (
        GREY,
        InputConfig(size=24, fps=30.0),
        InputConfig(mode="flow", size=16, fps=30.0),
    ):
        plain = FrameStore(dataset, source)
        cached = FrameStore(dataset, source, tmp_path / "cache")
        again = FrameStore(dataset, source, tmp_path / "cache", read=lambda *_: 1 / 0)  # type: ignore[arg-type]
        for clip in dataset.iter_clips():
            index = np.array([3, 1, 7])
            whole = plain.frames(clip.clip_id)
            assert np.array_equal(whole, cached.frames(clip.clip_id))
            assert np.array_equal(whole[index], again.frames(clip.clip_id, index))
    assert len(list((tmp_path / "cache").glob("frames-*.npy"))) == 3


def test_a_crop_of_another_length_is_refused(tmp_path: Path) -> None:
    dataset = one_clip(tmp_path)
    store = FrameStore(dataset, GREY, None, reader(19))
    with pytest.raises(ManifestError, match="19 frames, the clips table says 20"):
        store.frames("c")


def test_zoom_takes_the_middle() -> None:
    frames = np.zeros((1, 20, 20, 3), dtype=np.uint8)
    frames[:, 5:15, 5:15] = 200
    zoomed = to_model_frames(frames, InputConfig(mode="motion", size=16, zoom=2.0))
    assert zoomed.shape == (1, 1, 16, 16)
    assert zoomed.min() == 200


def test_windows_of_an_epoch_hold_every_me_and_stay_inside(tmp_path: Path) -> None:
    dataset = tiny_dataset(tmp_path, n_recordings=4, clips_per_recording=5)
    clips = clips_of(dataset, "train")
    store = FrameStore(dataset, GREY, None, reader(40))
    data = ClipDataset(dataset, clips, store)
    windows = data.plan_epoch(np.random.default_rng(0), 16, me_share=1.0, stretch=0.1)
    assert len(windows) == round(data.n_frames / 16)
    for window in windows:
        assert len(window.index) == 16
        assert window.index.min() >= 0
        assert window.index.max() < 40
        assert data.targets[window.clip].inside[window.index].any()
    drawn = {window.clip for window in windows}
    assert drawn == {clip for clip, _, _ in data.runs}
    same = data.plan_epoch(np.random.default_rng(0), 16, me_share=1.0, stretch=0.1)
    assert all((a.index == b.index).all() for a, b in zip(windows, same, strict=True))


def test_short_clips_are_padded_and_masked(tmp_path: Path) -> None:
    dataset = one_clip(tmp_path)
    store = FrameStore(dataset, GREY, None, reader(20))
    data = ClipDataset(dataset, clips_of(dataset, "train"), store)
    (long,) = data.plan_epoch(np.random.default_rng(0), 64, 0.0)
    short = Window(0, 0, 5, 5)
    batch = data.collate([long, short])
    assert batch.frames.shape == (2, 20, 1, 16, 16)
    assert batch.mask.sum(1).tolist() == [20, 5]
    assert batch.has_me.tolist() == [1.0, 0.0]
    assert batch.frames[1, :5, 0, 0, 0].tolist() == [0, 1, 2, 3, 4]


def test_an_empty_split_says_what_it_takes(tmp_path: Path) -> None:
    dataset = one_clip(tmp_path)
    with pytest.raises(ManifestError, match="three subjects"):
        clips_of(dataset, "val")


def test_a_view_of_some_clips_does_not_read_another_views_cache(tmp_path: Path) -> None:
    """A view has the hash of its dataset; its frames once came from the offsets of the whole."""
    from dataclasses import replace

    dataset = tiny_dataset(tmp_path / "d", with_crops=True, n_recordings=3, clips_per_recording=2)
    source = InputConfig(mode="rgb", size=32)
    FrameStore(dataset, source, tmp_path / "cache")
    view = replace(dataset, clips=dataset.clips.slice(3))
    assert view.data_hash == dataset.data_hash
    cached, plain = FrameStore(view, source, tmp_path / "cache"), FrameStore(view, source)
    for clip in view.iter_clips():
        np.testing.assert_array_equal(cached.frames(clip.clip_id), plain.frames(clip.clip_id))


@pytest.mark.parametrize("mode", ["rgb", "motion", "flow"])
def test_a_window_of_a_long_clip_is_decoded_alone_and_holds_the_same(
    tmp_path: Path, mode: str
) -> None:
    """Displacement looks 20 frames to both sides, so 60 of 150 frames are read for a window of 20."""
    dataset = tiny_dataset(
        tmp_path, n_recordings=1, clips_per_recording=1, n_frames=150, with_crops=True, splits=False
    )
    source = InputConfig(mode=mode, size=24, fps=30.0)  # type: ignore[arg-type]
    asked: list[tuple[int, int | None]] = []

    def read(path: Path, start: int, stop: int | None) -> Frames:
        asked.append((start, stop))
        return read_crop(path, start, stop)

    store = FrameStore(dataset, source, read=read)
    (clip,) = dataset.iter_clips()
    whole = store.frames(clip.clip_id)
    margin = 20 if mode == "flow" else 0
    for first in (0, 65, 130):
        window = store.frames(clip.clip_id, np.arange(first, first + 20))
        assert asked[-1] == (max(0, first - margin), min(150, first + 20 + margin))
        np.testing.assert_allclose(window, whole[first : first + 20], rtol=2e-3, atol=4e-3)


def test_a_crop_that_is_not_the_one_that_was_built_is_refused(tmp_path: Path) -> None:
    dataset = tiny_dataset(
        tmp_path, n_recordings=1, clips_per_recording=1, with_crops=True, splits=False
    )
    (clip,) = dataset.iter_clips()
    data = bytearray(clip.crop_path.read_bytes())
    data[len(data) // 2] ^= 1  # FFV1 shows such a frame without a word
    clip.crop_path.write_bytes(data)
    store = FrameStore(dataset, GREY)
    for index in (None, np.arange(3)):
        with pytest.raises(ManifestError, match="sha256 differs") as caught:
            store.frames(clip.clip_id, index)
        assert "\n" not in str(caught.value)


def test_other_crops_get_another_decoded_file(tmp_path: Path) -> None:
    for seed in (0, 1):
        dataset = tiny_dataset(tmp_path / str(seed), n_recordings=1, with_crops=True, seed=seed)
        FrameStore(dataset, GREY, tmp_path / "cache")
    assert len(list((tmp_path / "cache").glob("frames-*.npy"))) == 2


def test_a_decoded_file_that_does_not_fit_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = one_clip(tmp_path / "d")
    usage = shutil._ntuple_diskusage(10**6, 10**6, 20 * 16 * 16)  # type: ignore[attr-defined]
    monkeypatch.setattr("meldae.frame_file.shutil.disk_usage", lambda _: usage)
    with pytest.raises(ConfigError, match=r"training\.cache=false"):
        FrameStore(dataset, GREY, tmp_path / "cache", reader(20))
    assert not list((tmp_path / "cache").iterdir())


def test_windows_that_are_expected_are_those_that_are_asked_for(tmp_path: Path) -> None:
    dataset = one_clip(tmp_path)
    for threads in (0, 1, 3):
        store = FrameStore(dataset, GREY, None, reader(20))
        data = ClipDataset(dataset, clips_of(dataset, "train"), store, threads)
        windows = [Window(0, start, 4, 4) for start in range(16)]
        found = [batch.frames[:, :, 0, 0, 0] for batch in data.batches(windows, 3)]
        assert torch.cat(found)[:, 0].tolist() == list(range(16))
        with data.expect(windows):
            assert data.collate([windows[5]]).frames[0, 0, 0, 0, 0] == 5


def uneven(root: Path) -> Dataset:
    """Nine clips of speech with an ME each, one of silence with an ME."""
    clips, segments, frames = [], [], []
    for number in range(10):
        speaks = number < 9
        row = clip_row(f"c{number}", 60, has_me=True, speaking_share=float(speaks), split="train")
        inside = np.zeros(60, dtype=bool)
        inside[20:28] = True
        clips.append(row)
        segments.append(segment_row(f"c{number}", "consensus", 20, 27))
        frames += frame_rows(row, inside, ["speaking" if speaks else "silent"] * 60)
    return write_dataset(root, clips, segments, frames)


@pytest.mark.parametrize("me_share", [0.0, 1.0, 0.5])
def test_balanced_states_are_drawn_equally_often(tmp_path: Path, me_share: float) -> None:
    dataset = uneven(tmp_path)
    data = ClipDataset(
        dataset, clips_of(dataset, "train"), FrameStore(dataset, GREY, None, reader(60))
    )
    drawn: dict[bool, list[int]] = {True: [], False: []}
    for epoch in range(30):
        for balance in (True, False):
            windows = data.plan_epoch(np.random.default_rng(epoch), 15, me_share, 0.0, balance)
            assert len(windows) == 40
            drawn[balance] += [window.clip for window in windows]
    silent = {balance: np.mean(np.array(clips) == 9) for balance, clips in drawn.items()}
    assert silent[True] == pytest.approx(0.5, abs=0.06)
    assert silent[False] == pytest.approx(0.1, abs=0.06)


def test_without_both_states_balance_changes_nothing(tmp_path: Path) -> None:
    dataset = one_clip(tmp_path)
    data = ClipDataset(
        dataset, clips_of(dataset, "train"), FrameStore(dataset, GREY, None, reader(20))
    )
    plans = [data.plan_epoch(np.random.default_rng(3), 8, 0.5, 0.0, one) for one in (True, False)]
    assert plans[0] == plans[1]
