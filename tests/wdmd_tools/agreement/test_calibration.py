"""The simulated annotators' errors are set to the paper's figures; agreement must find them again."""

import pytest
from builders import clip_row, segment_row, write_dataset

from wdmd_tools.agreement.report import measure_agreement
from wdmd_tools.synth.annotators import annotate
from wdmd_tools.synth.config import make_config
from wdmd_tools.synth.script import write_script


def test_the_demos_calibrated_values_are_recovered(tmp_path):
    config = make_config(recordings=24, seed=0)
    clips, rows = [], []
    for index in range(24):
        markings = annotate(config, write_script(config, index), index)
        end = max(interval.end_ms for marking in markings for interval, _ in marking.states)
        n_frames = round(end * 60 / 1000)
        name = f"rec{index}"
        clips.append(clip_row(name, n_frames, fps=60, recording_id=name))
        for marking in markings:
            spans = [("me", me.interval, "ME") for me in marking.mes]
            spans += [("state", interval, label) for interval, label in marking.states]
            for kind, interval, label in spans:
                onset = round(interval.start_ms * 60 / 1000)
                offset = min(round(interval.end_ms * 60 / 1000), n_frames) - 1
                rows.append(segment_row(name, marking.annotator, onset, offset, kind, label, 60))
    report = measure_agreement(write_dataset(tmp_path, clips, rows, frames=[]), draws=500)
    assert report.overall["alpha_state"].value == pytest.approx(0.85, abs=0.04)
    assert report.overall["iou_matched"].value == pytest.approx(0.78, abs=0.03)
    assert 0.85 < report.overall["match_rate"].value < 1.0
    assert report.overall["iou_strict"].value < report.overall["iou_pooled"].value
    assert report.overall["alpha_state"].low < 0.85 < report.overall["alpha_state"].high
