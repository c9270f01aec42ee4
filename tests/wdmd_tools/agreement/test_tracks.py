import numpy as np
import pytest
from builders import clip_row, segment_row, tiny_dataset, write_dataset

from wdmd_tools.agreement.tracks import read_tracks
from wdmd_tools.errors import ManifestError


def two_recordings(folder, rows, **info):
    clips = [
        clip_row("c0", 6, recording_id="r0"),
        clip_row("c1", 5, recording_id="r0"),
        clip_row("c2", 4, recording_id="r1"),
    ]
    return read_tracks(write_dataset(folder, clips, rows, **info))


def test_segments_are_painted_on_the_right_frames(tmp_path):
    # clip    |--c0--|-c1--|c2--|
    # a state  000111 -22--  ....      speaking 0, listening 1, silent 2
    # a me     ..##..  .....  ....
    # b state  111111 -----  0000
    tracks = two_recordings(
        tmp_path,
        [
            segment_row("c0", "a", 0, 2, "state", "Speaking"),
            segment_row("c0", "a", 3, 5, "state", " listening "),
            segment_row("c1", "a", 1, 2, "state", "SILENT"),
            segment_row("c0", "a", 2, 3, "me"),
            segment_row("c0", "b", 0, 5, "state", "listening"),
            segment_row("c2", "b", 0, 3, "state", "speaking"),
            segment_row("c2", "consensus", 0, 3, "state", "speaking"),
        ],
    )
    assert tracks.annotators == ("a", "b")
    assert tracks.states.tolist() == [
        [0, 0, 0, 1, 1, 1, -1, 2, 2, -1, -1, -1, -1, -1, -1],
        [1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, 0, 0, 0, 0],
    ]
    assert tracks.covers.tolist() == [[True, True, False], [True, True, True]]
    assert tracks.me.tolist() == [
        [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1],
        [0] * 15,
    ]
    assert tracks.me_in_clip.tolist() == [[1, 0, -1], [0, 0, 0]]


def test_an_unknown_state_is_no_state_and_is_counted(tmp_path):
    rows = [segment_row("c0", "a", i, i, "state", "Laughing") for i in range(2)]
    tracks = two_recordings(tmp_path, [*rows, segment_row("c0", "b", 0, 5, "state", "silent")])
    assert (tracks.states[0] == -1).all()
    assert tracks.unknown_states == {"Laughing": 2}


def test_listed_annotators_cover_a_recording_in_which_they_marked_nothing(tmp_path):
    rows = [segment_row("c0", "a", 0, 1), segment_row("c0", "b", 0, 1)]
    rows += [segment_row("c2", "a", 0, 1)]
    without = two_recordings(tmp_path / "1", rows)
    listed = two_recordings(tmp_path / "2", rows, annotators_by_recording={"r1": ["a", "b", "c"]})
    assert without.covers[:, 2].tolist() == [True, False]
    assert listed.annotators == ("a", "b", "c")
    assert listed.covers[:, 2].tolist() == [True, True, True]
    assert listed.covers[:, 0].tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("clip", "onset", "offset"), [("c0", 4, 6), ("c0", -1, 2), ("c0", 3, 2), ("nowhere", 0, 1)]
)
def test_a_segment_outside_its_clip_is_refused(tmp_path, clip, onset, offset):
    with pytest.raises(ManifestError, match="not inside a clip"):
        two_recordings(tmp_path, [segment_row(clip, "a", onset, offset)])


def test_frames_agree_with_a_slow_loop(tmp_path):
    dataset = tiny_dataset(tmp_path, mes_per_clip=(2, 0, 1), n_frames=36, jitter_frames=2, miss=0.3)
    tracks = read_tracks(dataset)
    names = ("speaking", "listening", "silent")
    for index, annotator in enumerate(tracks.annotators):
        for number, clip in enumerate(dataset.iter_clips()):
            start, end = tracks.bounds[number], tracks.bounds[number + 1]
            states, me = np.full(clip.n_frames, -1), np.zeros(clip.n_frames)
            for row in dataset.clip_segments(clip.clip_id, "state", annotator):
                for frame in range(row["onset_frame"], row["offset_frame"] + 1):
                    states[frame] = names.index(row["label"])
            for row in dataset.clip_segments(clip.clip_id, "me", annotator):
                for frame in range(row["onset_frame"], row["offset_frame"] + 1):
                    me[frame] = 1
            np.testing.assert_array_equal(tracks.states[index, start:end], states)
            np.testing.assert_array_equal(tracks.me[index, start:end], me)


def test_a_dataset_without_segments_has_no_annotators(tmp_path):
    tracks = two_recordings(tmp_path, [])
    assert tracks.annotators == ()
    assert tracks.states.shape == (0, 15)
    assert tracks.me_in_clip.shape == (0, 3)
