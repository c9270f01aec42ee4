from builders import clip_row, frame_rows, segment_row

from wdmd_tools.manifest.tables import make_table
from wdmd_tools.report.clip_view import clip_view


def view(clip, segments, **changes):
    rows = [row | changes.get(f"frame{row['frame_index']}", {}) for row in frame_rows(clip)]
    return clip_view(clip, segments, make_table("frames", rows))


def test_onset_apex_offset_by_hand():
    # 30 fps, the clip starts at 10 s:   frame 6 ........ 9 ........ 12 (inclusive)
    #                                    10.200 s     10.300 s     10.400 s
    clip = clip_row("c", 30, start_frame=300, start_ms=10_000, end_ms=11_000, has_me=True)
    me = segment_row("c", "consensus", 6, 12, label="ME", onset_ms=10_200, offset_ms=10_433)
    said = segment_row("c", "ann1", 7, 12, kind="emotion", label="fear")
    unit = segment_row("c", "ann1", 7, 12, kind="au", label="1+2")
    late = segment_row("c", "ann1", 13, 14, kind="emotion", label="joy")
    (row,) = view(clip, [me, said, unit, late]).rows
    assert [(c.label, c.frame, c.time) for c in row.cells[:3]] == [
        ("onset", 6, "0:10.200"),
        ("middle (no apex)", 9, "0:10.300"),
        ("offset", 12, "0:10.400"),
    ]
    assert row.cells[3].frame is None
    assert row.title == "ME 1 · frames 6–12 · 233 ms · unknown · fear · AU 1+2"
    (row,) = view(clip, [me | {"apex_frame": 8}]).rows
    assert (row.cells[1].label, row.cells[1].frame) == ("apex", 8)


def test_times_are_elans():
    # The film starts 0.5 s into the medium: ELAN's zero is media time 500 ms.
    clip = clip_row("c", 10, time_origin_ms=500, start_ms=-500, end_ms=-167)
    assert view(clip, []).rows[0].cells[0].time == "-0:00.500"


def test_without_an_me_three_frames_show_the_clip():
    (row,) = view(clip_row("c", 9), []).rows
    assert [(c.label, c.frame) for c in row.cells] == [("first", 0), ("middle", 4), ("last", 8)]


def test_a_segment_past_the_film_shows_the_last_frame():
    me = segment_row("c", "consensus", 5, 40)
    assert view(clip_row("c", 10), [me]).rows[0].frames == (5, 9, 9)


def test_lanes():
    clip = clip_row("c", 6)
    segments = [
        segment_row("c", "consensus", 1, 2),
        segment_row("c", "zoe", 1, 3),
        segment_row("c", "adam", 0, 5, kind="state", label="speaking"),
    ]
    blind = {"face_found": False, "bbox": None, "affine": None, "yaw": None, "pitch": None}
    shown = view(
        clip,
        segments,
        frame0={"state": "speaking"},
        frame1={"state": "speaking"},
        frame3={"state": "listening", "yaw": 20.0},
        frame4=blind,
        frame5=blind,
    )
    lanes = {lane.label: lane for lane in shown.lanes}
    assert list(lanes) == ["consensus", "adam", "zoe", "state", "no face", "pose", "motion"]
    assert [(b.start, b.end) for b in lanes["consensus"].bars] == [(1, 3)]
    assert lanes["adam"].bars == ()
    assert [(b.start, b.end, b.css) for b in lanes["state"].bars] == [
        (0, 2, "speaking"),
        (3, 4, "listening"),
    ]
    assert [(b.start, b.end) for b in lanes["no face"].bars] == [(4, 6)]
    assert lanes["no face"].detail == "2 frames"
    assert lanes["pose"].detail == "±30°"
    assert shown.summary == (
        "Timeline of c, 6 frames; consensus MEs at frames 1–2; state unknown; "
        "face in 100 % of frames; adam marked 0; zoe marked 1"
    )


def test_macro_expressions_have_a_lane_where_there_are_any():
    clip = clip_row("c", 20)
    own = segment_row("c", "release", 3, 15, kind="macro", label="macro")
    shown = view(clip, [own, {**own, "annotator": "consensus"}])
    (lane,) = [lane for lane in shown.lanes if lane.label == "macro"]
    (bar,) = lane.bars
    assert (bar.start, bar.end) == (3, 16)
    assert "macro" not in [lane.label for lane in view(clip, []).lanes]


def test_a_clip_without_a_face_has_no_curves():
    blind = {"face_found": False, "bbox": None, "affine": None, "yaw": None, "pitch": None}
    shown = view(clip_row("c", 2, yaw_max_deg=None, jitter_px=None), [], frame0=blind, frame1=blind)
    assert [(lane.label, lane.detail) for lane in shown.lanes[-2:]] == [
        ("pose", "n/a (no face)"),
        ("motion", "n/a (no face)"),
    ]
