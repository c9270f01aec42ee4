import json
import os
import subprocess
import sys

import numpy as np
import pytest
from builders import clip_row, segment_row, write_dataset

from wdmd_tools.agreement import gamma
from wdmd_tools.agreement.tracks import read_tracks
from wdmd_tools.errors import MissingDependencyError
from wdmd_tools.manifest import Dataset


def measured(root, mes, **options):
    """MEs as recording -> annotator -> spans in frames, offset inclusive; 60 frames of 100 ms."""
    clips = [
        clip_row(f"{name}_0", 60, fps=10, recording_id=name, source_video=f"{name}.mp4")
        for name in mes
    ]
    # A state makes the annotator cover the recording even without an ME.
    rows = [
        segment_row(f"{name}_0", who, 0, 59, "state", "speaking", fps=10)
        for name, by_who in mes.items()
        for who in by_who
    ]
    rows += [
        segment_row(f"{name}_0", who, first, last, fps=10)
        for name, by_who in mes.items()
        for who, spans in by_who.items()
        for first, last in spans
    ]
    write_dataset(root, clips, rows)
    dataset = Dataset.open(root)
    return gamma.measure_gamma(dataset, read_tracks(dataset), draws=200, **options)


def test_observed_disorder_by_hand(tmp_path):
    # frame   0         10        20        30
    #   A     |         |-----|                        [10, 16)
    #   B     |          |-----|                       [11, 17)   off by 1 + 1 of 6 + 6: (2/12)^2 = 1/36
    # and in the second recording B saw nothing: one unmatched ME costs 1, over half an ME per annotator
    result = measured(
        tmp_path, {"r0": {"A": [(10, 15)], "B": [(11, 16)]}, "r1": {"A": [(10, 15)], "B": []}}
    )
    first, second = result.recordings
    assert (first.recording_id, first.mes_per_annotator) == ("r0", 1.0)
    assert first.observed == pytest.approx(1 / 36, abs=1e-6)
    assert second.observed == pytest.approx(2.0)
    assert first.gamma == pytest.approx(1 - first.observed / first.expected)
    # The second recording has half the MEs, so half the weight.
    observed = first.observed + second.observed / 2
    expected = first.expected + second.expected / 2
    assert result.value == pytest.approx(1 - observed / expected)
    assert result.value < first.gamma


def test_perfect_agreement_is_one_and_shifts_lower_it(tmp_path):
    same = [(3, 6), (20, 24), (40, 44)]
    perfect = measured(tmp_path / "a", {"r": {"A": same, "B": same, "C": same}})
    assert perfect.value == pytest.approx(1.0)
    moved = [(first + 2, last + 2) for first, last in same]
    worse = measured(tmp_path / "b", {"r": {"A": same, "B": same, "C": moved}})
    assert worse.value < 1.0
    assert worse.low is None
    assert "1 recording(s)" in worse.reason


def test_the_seed_decides_and_numpys_own_is_left_alone(tmp_path):
    mes = {f"r{i}": {"A": [(5, 8), (30, 33)], "B": [(6, 9), (28 + i, 33)]} for i in range(3)}
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    one = measured(tmp_path / "a", mes, seed=1)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    assert measured(tmp_path / "b", mes, seed=1) == one
    assert measured(tmp_path / "c", mes, seed=2).value != one.value
    assert one.low <= one.value <= one.high


def test_nothing_to_compare_says_why(tmp_path):
    result = measured(tmp_path, {"r0": {"A": [], "B": []}, "r1": {"A": [(3, 8)]}})
    assert result.value is None
    assert result.left_out == 1
    assert "holds an ME" in result.reason


def test_without_the_package_one_line_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(MissingDependencyError, match=r"wdmd-meldae\[gamma\]"):
        gamma._library()


def test_json_stays_one_document_though_the_solver_talks(tmp_path):
    """The solver prints from C, which a test runner in this process would not see."""
    clips = [clip_row("c0", 60, fps=10)]
    rows = [segment_row("c0", who, 10 + i, 16 + i, fps=10) for i, who in enumerate("AB")]
    write_dataset(tmp_path, clips, rows)
    command = [sys.executable, "-c", "from wdmd_tools.cli import main; main()"]
    done = subprocess.run(
        [*command, "agreement", str(tmp_path), "--gamma", "--json", "--draws", "10"],
        capture_output=True, text=True, check=False, env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["gamma"]["recordings"][0]["observed"] == pytest.approx(
        (2 / 14) ** 2, abs=1e-6
    )
