"""A dataset and predictions to ELAN files, and back through the rules of the build."""

import csv
import io
from fractions import Fraction
from pathlib import Path

import pytest
from builders import clip_row, frame_rows, segment_row, tiny_dataset, write_dataset

from wdmd_tools.annotations import CONSENSUS
from wdmd_tools.config import ConsensusConfig
from wdmd_tools.elan.reader import read_eaf
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.intervals import Interval, from_frames
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.labels import label_frames
from wdmd_tools.predictions import ClipPrediction, PredictedSegment, write_predictions
from wdmd_tools.protocol import Protocol, interpret
from wdmd_tools.review.write import Fill, ReviewOptions, open_predictions, write_reviews
from wdmd_tools.timebase import FrameTable

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(60000, 1001), Fraction(200)]


def found(clip_id: str, *spans: tuple[int, int, float]) -> ClipPrediction:
    """`spans` are first frame, last frame, score."""
    segments = [PredictedSegment(from_frames(a, b), score) for a, b, score in spans]
    return ClipPrediction(clip_id, segments)


def queue(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("fill", [Fill.CONSENSUS, Fill.MODEL])
def test_frames_come_back_through_elan(tmp_path: Path, rate: Fraction, fill: Fill) -> None:
    """TIME_ORIGIN is 40 ms; the first ME begins before ELAN's 0, the last ends with the video."""
    table = FrameTable.from_seconds([index / rate for index in range(240)])
    origin, clips, rows, frames = 40, [], [], []
    spans = {"c0": (0, 37), "c1": (41, 119)}
    for number, (clip_id, span) in enumerate(spans.items()):
        first, end = number * 120, (number + 1) * 120
        stop = table.floor_ms[end] if end < 240 else table.end_ms
        times = {"start_ms": table.floor_ms[first] - origin, "end_ms": stop - origin}
        clip = clip_row(
            clip_id, 120, fps=rate, start_frame=first, end_frame=end, time_origin_ms=origin, **times
        )
        clips.append(clip)
        frames += frame_rows(clip)
        begin, last = first + span[0], first + span[1] + 1
        ms = [table.floor_ms[begin], table.floor_ms[last] if last < 240 else table.end_ms]
        for who in ("A1", CONSENSUS):
            if who == "A1" and number == 0:
                continue  # nobody can annotate before ELAN's 0, but a video begins there
            rows.append(
                segment_row(clip_id, who, *span, onset_ms=ms[0] - origin, offset_ms=ms[1] - origin)
            )
    data = write_dataset(tmp_path / "d", clips, rows, frames)
    predictions = {name: found(name, (*span, 0.9)) for name, span in spans.items()}
    report = write_reviews(data, predictions, tmp_path / "o", ReviewOptions(fill=fill))
    document = read_eaf(report.files["rec0"])
    said = interpret(document, Protocol(), "x")
    events = [event for event in said.events if event.annotator == "review"]
    media = document.media[0].time_origin_ms
    assert media == 0  # moved, since ELAN has no negative times
    labels = label_frames(events, ("review",), media, table, ConsensusConfig())
    assert [(f.start, f.end) for f in labels.events if f.event.kind == "me"] == [
        (0, 38),
        (161, 240),
    ]
    shown = document.tier("Model ME@meldae")
    review = document.tier("ME@review")
    assert shown is not None
    assert review is not None
    assert [a.interval for a in shown.annotations] == [a.interval for a in review.annotations]
    clip_tier = document.tier("Clip")
    assert clip_tier is not None
    assert [table.frames_of(a.interval.shift(media))[:2] for a in clip_tier.annotations] == [
        (0, 120),
        (120, 240),
    ]


def two_clips(root: Path) -> Dataset:
    """MEs: 10-19 in c0 (consensus), none in c1, 5-9 in c2."""
    clips = [
        clip_row(f"c{n}", 50, recording_id=f"=r{n}", source_video=f"r{n}.mp4") for n in range(3)
    ]
    rows = [
        segment_row("c0", CONSENSUS, 10, 19),
        segment_row("c0", "A1", 11, 19),
        segment_row("c2", CONSENSUS, 5, 9),
    ]
    return write_dataset(root, clips, rows)


def test_the_list_is_ranked_and_says_who_saw_what(tmp_path: Path) -> None:
    data = two_clips(tmp_path / "d")
    predictions = {"c0": found("c0", (10, 14, 0.5)), "c1": found("c1", (3, 9, 0.9), (20, 22, 0.1))}
    options = ReviewOptions(threshold=0.2)
    report = write_reviews(data, predictions, tmp_path / "o", options)
    rows = queue(tmp_path / "o" / "review.csv")
    assert [(r["rank"], r["clip_id"], r["where"], r["score"]) for r in rows] == [
        ("1", "c1", "only_model", "0.9000"),
        ("2", "c0", "both", "0.5000"),
        ("", "c2", "only_humans", ""),
    ]
    assert rows[1]["iou_consensus"] == "0.500"  # 5 of 10 frames
    assert rows[0]["time"] == "00:00:00.100"  # frame 3 at 30 fps
    assert rows[0]["recording_id"] == "'=r1"  # no formula
    assert report.to_json()["only_humans"] == 1
    scores = read_eaf(tmp_path / "o" / "r1.eaf").tier("Model score@meldae")
    assert scores is not None
    assert [one.value for one in scores.annotations] == ["0.900 #1"]


def test_macro_expressions_are_not_offered_as_mes(tmp_path: Path) -> None:
    said = (
        PredictedSegment(from_frames(10, 19), 0.6),
        PredictedSegment(from_frames(30, 45), 0.9, "macro"),
    )
    report = write_reviews(
        two_clips(tmp_path / "d"), {"c0": ClipPrediction("c0", said)}, tmp_path / "o"
    )
    assert [one.score for one in report.findings if one.clip_id == "c0"] == [0.6]


def test_a_model_did_not_miss_what_it_never_saw(tmp_path: Path) -> None:
    data = two_clips(tmp_path / "d")
    judged = ClipPrediction("c0", p_me=0.2)
    report = write_reviews(data, {"c0": judged}, tmp_path / "o")
    assert [one.clip_id for one in report.findings] == ["c0"]  # not c2
    assert report.clips == 1


def test_top_counts_over_the_whole_dataset_and_overlaps_get_lanes(tmp_path: Path) -> None:
    data = two_clips(tmp_path / "d")
    predictions = {
        "c0": found("c0", (0, 9, 0.7), (5, 14, 0.8)),
        "c1": found("c1", (3, 9, 0.6)),
    }
    options = ReviewOptions(top=2, fill=Fill.MODEL, model="net")
    write_reviews(data, predictions, tmp_path / "o", options)
    first = read_eaf(tmp_path / "o" / "r0.eaf")
    assert {"Model ME@net", "Model ME 2@net"} <= {tier.tier_id for tier in first.tiers}
    review = first.tier("ME@review")
    assert review is not None
    assert [one.interval for one in review.annotations] == [Interval(166, 500)]  # the surer one
    other = read_eaf(tmp_path / "o" / "r1.eaf").tier("Model ME@net")
    assert other is not None
    assert other.annotations == ()


def test_a_reviewers_work_is_not_replaced(tmp_path: Path) -> None:
    data = two_clips(tmp_path / "d")
    out = tmp_path / "o"
    write_reviews(data, {}, out)
    before = (out / "r0.eaf").read_bytes()
    write_reviews(data, {}, out)  # the same again: fine
    (out / "r0.eaf").write_bytes(before + b"\n")
    with pytest.raises(ConfigError, match="may hold a reviewer's work"):
        write_reviews(data, {}, out)
    assert (out / "r0.eaf").read_bytes() == before + b"\n"
    write_reviews(data, {}, out, overwrite=True)
    assert (out / "r0.eaf").read_bytes() == before


def test_names_of_annotators_and_foreign_predictions_are_refused(tmp_path: Path) -> None:
    data = tiny_dataset(tmp_path / "d", n_recordings=1, clips_per_recording=1)
    with pytest.raises(ConfigError, match="--reviewer ANN1"):
        write_reviews(data, {}, tmp_path / "o", ReviewOptions(reviewer="ANN1"))
    with pytest.raises(ConfigError, match="ends the tier name"):
        write_reviews(data, {}, tmp_path / "o", ReviewOptions(reviewer="a@b"))
    write_predictions(tmp_path / "p", [found("other", (0, 1, 0.5))])
    with pytest.raises(ManifestError, match="another dataset"):
        open_predictions(tmp_path / "p", data)
    write_predictions(tmp_path / "p", [found("rec0_0000", (0, 99, 0.5))])
    with pytest.raises(ManifestError, match="another build"):
        open_predictions(tmp_path / "p" / "predictions.parquet", data)
    with pytest.raises(ManifestError, match=r"named predictions\.parquet"):
        open_predictions(tmp_path / "d" / "clips.parquet", data)
