import subprocess
import sys

import numpy as np
import pytest
from builders import clip_row, segment_row, tiny_dataset, write_dataset
from matplotlib.image import imread

from wdmd_tools.agreement.report import measure_agreement
from wdmd_tools.errors import ConfigError
from wdmd_tools.intervals import Interval
from wdmd_tools.plots import style
from wdmd_tools.plots.agreement_matrix import plot_agreement_matrix
from wdmd_tools.plots.distributions import plot_durations, plot_states
from wdmd_tools.plots.timeline import plot_timeline
from wdmd_tools.stats import dataset_statistics

T = 90


def timeline(path, **changes):
    frames = np.arange(T)
    arguments = {
        "fps": 30.0,
        "scores": {"A": np.exp(-((frames - 40) ** 2) / 50.0), "B": np.full(T, 0.2)},
        "references": [Interval(30, 46)],
        "predictions": {"A": [Interval(33, 47)], "C": []},
        "speaking": np.where(frames < 60, 1, 0).astype(np.int8),
        "title": "clip $x_1$ [a]",
    }
    plot_timeline(path, **(arguments | changes))


def share_of(path, colour):
    """Share of pixels of (nearly) that colour."""
    wanted = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return float((np.abs(imread(path)[..., :3] - wanted).max(axis=-1) < 0.02).mean())


def test_a_timeline_has_the_size_asked_for_and_draws_what_is_there(tmp_path):
    timeline(tmp_path / "full.png")
    timeline(tmp_path / "bare.png", scores={}, references=[], predictions={})
    assert imread(tmp_path / "full.png").shape[:2] == (600, 1200)
    assert share_of(tmp_path / "full.png", style.REFERENCE) > 0.001
    assert share_of(tmp_path / "full.png", style.BLUE) > 0.001
    assert share_of(tmp_path / "bare.png", style.REFERENCE) == 0
    assert share_of(tmp_path / "bare.png", style.BLUE) == 0


def test_the_reference_lies_where_it_was_annotated(tmp_path):
    # Early and late references are drawn left and right of each other.
    timeline(tmp_path / "early.png", references=[Interval(0, 10)], predictions={})
    timeline(tmp_path / "late.png", references=[Interval(80, 90)], predictions={})
    centres = []
    for name in ("early", "late"):
        picture = imread(tmp_path / f"{name}.png")[..., :3]
        green = np.array([0x00, 0x9E, 0x73]) / 255
        centres.append(np.nonzero(np.abs(picture - green).max(axis=-1) < 0.02)[1].mean())
    assert centres[0] < 300
    assert centres[1] > 800


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_data_give_the_same_bytes(tmp_path, suffix):
    paths = [tmp_path / f"{name}.{suffix}" for name in ("a", "b")]
    for path in paths:
        timeline(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_scores_may_have_gaps_and_one_frame_is_enough(tmp_path):
    values = np.full(T, 0.4)
    values[10:20] = np.nan
    timeline(tmp_path / "gap.png", scores={"A": values}, threshold=0.5)
    plot_timeline(tmp_path / "one.png", 25, {}, [], {}, np.array([-1], dtype=np.int8), "one frame")


def test_without_annotators_there_is_no_lane_for_a_reference(tmp_path):
    timeline(tmp_path / "none.png", references=None)
    timeline(tmp_path / "empty.png", references=[])
    assert share_of(tmp_path / "none.png", style.REFERENCE) == 0
    # One lane less: what is left of the height goes to the scores.
    assert (tmp_path / "none.png").read_bytes() != (tmp_path / "empty.png").read_bytes()


def test_scores_of_another_length_are_refused(tmp_path):
    with pytest.raises(ValueError, match="scores of A"):
        timeline(tmp_path / "x.png", scores={"A": np.zeros(T - 1)})
    with pytest.raises(ValueError, match="fps"):
        timeline(tmp_path / "x.png", fps=0)
    assert not list(tmp_path.iterdir())


def test_an_unknown_suffix_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"\.png, \.svg or \.pdf"):
        timeline(tmp_path / "x.bmp")


@pytest.mark.parametrize("mes", [1, 0])
def test_distributions(tmp_path, mes):
    statistics = dataset_statistics(tiny_dataset(tmp_path / "data", mes_per_clip=mes))
    plot_states(tmp_path / "states.png", statistics)
    plot_durations(tmp_path / "durations.png", statistics)
    assert imread(tmp_path / "states.png").shape[:2] == (500, 800)
    assert (share_of(tmp_path / "durations.png", style.BLUE) > 0.01) == bool(mes)


def test_a_matrix_for_many_annotators_and_for_figures_that_are_undefined(tmp_path):
    names = tuple(f"annotator number {number}" for number in range(6))
    many = tiny_dataset(tmp_path / "many", annotators=names, n_recordings=2)
    plot_agreement_matrix(tmp_path / "many.png", measure_agreement(many, draws=10))
    rows = [segment_row("c", name, 0, 9, "state", "speaking") for name in ("a", "b")]
    none = write_dataset(tmp_path / "none", [clip_row("c", 10)], rows)
    plot_agreement_matrix(tmp_path / "none.png", measure_agreement(none, draws=10))
    assert imread(tmp_path / "many.png").shape[1] > imread(tmp_path / "none.png").shape[1]


def test_matplotlib_is_loaded_late_and_pyplot_never():
    code = (
        "import sys, wdmd_tools.plots.timeline, wdmd_tools.plots.distributions;"
        "import wdmd_tools.plots.agreement_matrix, wdmd_tools.cli.agreement, wdmd_tools.cli.stats;"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = (
        "import sys, numpy as np; from pathlib import Path;"
        "from wdmd_tools.plots.timeline import plot_timeline;"
        "plot_timeline(Path(sys.argv[1]), 30, {}, [], {}, np.zeros(5, np.int8), 't');"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", code, f"{folder}/x.png"], check=False)
    assert done.returncode == 0
