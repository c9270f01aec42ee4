"""Attention by face region: names, sums, shares with intervals, chosen moments, the command."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import tiny_dataset
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from meldae.cli import app
from meldae.config import BackboneConfig, Fusion, InputConfig, MeldaeConfig
from meldae.explain.attention import attention_of, check_explainable
from meldae.explain.moments import choose_moments
from meldae.explain.regions import FACE_ROWS, band_of_row, by_band
from meldae.explain.shares import band_sums, measure_shares
from meldae.model import Meldae
from wdmd_tools.errors import ConfigError
from wdmd_tools.intervals import Interval

CONFIG = MeldaeConfig(
    input=InputConfig(mode="rgb", size=32, fps=30.0),
    backbone=BackboneConfig(
        kind="nano", pretrained=False, stem="conv", patch_size=8, embed_dim=8, depth=1, num_heads=2
    ),
    region_grid=(4, 4),
    lstm_dim=4,
    n_tokens=3,
    enhancer_heads=2,
    head_dim=4,
)


def test_the_papers_ten_rows_are_two_for_each_band() -> None:
    assert [band_of_row(row, 10) for row in range(10)] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert [band_of_row(row, 5) for row in range(5)] == [0, 1, 2, 3, 4]


@given(st.integers(1, 14), st.integers(1, 14))
def test_bands_keep_the_sum_and_their_order(rows: int, columns: int) -> None:
    attention = np.random.default_rng(rows).random((2, rows * columns), dtype=np.float32)
    bands = by_band(attention, (rows, columns))
    assert bands.shape == (2, len(FACE_ROWS))
    assert bands.sum(-1) == pytest.approx(attention.sum(-1), rel=1e-5)
    order = [band_of_row(row, rows) for row in range(rows)]
    assert order == sorted(order)


def test_a_wrong_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="5 x 5"):
        by_band(np.zeros((1, 24), dtype=np.float32), (5, 5))


@pytest.mark.parametrize("fusion", ["framewise", "broadcast"])
def test_every_frame_has_maps_that_sum_to_one(fusion: Fusion) -> None:
    torch.manual_seed(0)
    model = Meldae(replace(CONFIG, enhancer=fusion)).eval()
    frames = np.random.default_rng(0).integers(0, 255, (50, 3, 32, 32), dtype=np.uint8)
    found = attention_of(model, frames, 20, 0.5)
    assert found.maps.shape == (50, 3, 16)
    assert found.maps.sum(-1) == pytest.approx(np.ones((50, 3)), abs=1e-4)
    assert found.mean.shape == (50, 16)
    assert ((found.scores > 0) & (found.scores < 1)).all()
    if fusion == "framewise":
        assert found.weight == pytest.approx(np.ones(50), abs=1e-4)
    else:
        # Frames of a look compete: the mean stays 1, single frames do not.
        whole = attention_of(model, frames[:20], 20, 0.5)
        assert whole.weight.mean() == pytest.approx(1.0, abs=1e-4)
        assert np.ptp(whole.weight) > 1e-4


def test_one_look_is_the_models_own_attention() -> None:
    torch.manual_seed(0)
    model = Meldae(CONFIG).eval()
    frames = np.random.default_rng(0).integers(0, 255, (12, 3, 32, 32), dtype=np.uint8)
    with torch.inference_mode():
        output = model(torch.from_numpy(frames)[None], return_attention=True)
    found = attention_of(model, frames, 20, 0.5)
    assert output.attention is not None
    assert found.maps == pytest.approx(output.attention[0].numpy(), abs=1e-5)
    assert found.scores == pytest.approx(torch.sigmoid(output.frame_logits[0]).numpy(), abs=1e-5)


def test_without_an_enhancer_there_is_nothing_to_explain() -> None:
    with pytest.raises(ConfigError, match="framewise"):
        check_explainable(Meldae(replace(CONFIG, enhancer="none")))


def test_shares_by_hand() -> None:
    # frame        0    1    2    3
    # state        s    s    l    ?          ME in frames 1 and 2
    # mouth        0.5  0.3  0.1  0.9        the rest on the forehead
    # weight       1    3    1    1
    # speaking: (0.5 + 3 * 0.3) / 4 = 0.35; listening 0.1; ME: (0.9 + 0.1) / 4 = 0.25
    mouth = np.array([0.5, 0.3, 0.1, 0.9], dtype=np.float32)
    bands = np.zeros((4, 5), dtype=np.float32)
    bands[:, 0], bands[:, 3] = 1 - mouth, mouth
    sums = band_sums(
        bands,
        np.array([1, 3, 1, 1], dtype=np.float32),
        np.array([1, 1, 0, -1], dtype=np.int8),
        np.array([False, True, True, False]),
    )
    even = np.full(5, 0.2)
    shares = measure_shares({"r0": sums, "r1": 2 * sums}, [2, 1, 2], even, draws=50)
    assert shares.of("mouth", "speaking").value == pytest.approx(0.35)
    assert shares.of("mouth", "listening").value == pytest.approx(0.1)
    assert shares.of("mouth", "me").value == pytest.approx(0.25)
    difference = shares.of("mouth", "speaking - listening")
    assert difference.value == pytest.approx(0.25)
    # Both recordings are alike, so every resample is.
    assert (difference.low, difference.high) == (pytest.approx(0.25), pytest.approx(0.25))
    assert shares.of("chin and jaw", "speaking").value == 0


def test_a_group_without_frames_is_undefined_not_zero() -> None:
    sums = np.zeros(18)
    sums[[3, 5]] = 1.0
    shares = measure_shares({"r0": sums}, [1, 0, 0], np.full(5, 0.2), draws=10)
    assert shares.of("mouth", "listening").value is None
    assert shares.of("mouth", "speaking - listening").value is None
    assert shares.of("mouth", "speaking").low is None
    json.dumps(shares.to_json(), allow_nan=False)


def test_moments_by_hand() -> None:
    # frame     0         10        20        30        40
    # state     |sssssssssssss|lllllllllllllllllllll|
    # ME            |---|              |-|
    # speech    [0, 4), [8, 14) -> 11;  ME [4, 8) -> 6;  neither [14, 23), [25, 36) -> 30
    speaking = np.array([1] * 14 + [0] * 22, dtype=np.int8)
    mes = [Interval(4, 8), Interval(23, 25)]
    assert choose_moments(mes, speaking, 36) == {
        "speech": 11,
        "micro-expression": 6,
        "neither": 30,
    }
    assert choose_moments([], np.full(5, -1, dtype=np.int8), 5) == {}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    tiny_dataset(folder / "data", n_recordings=4, with_crops=True)
    (folder / "small.yaml").write_text(
        "training: {window: 20, batch_size: 4, epochs: 1}\n"
        "model:\n"
        "  backbone: {embed_dim: 8, num_heads: 2, patch_size: 2}\n"
        "  input: {size: 32}\n  region_grid: [4, 4]\n  lstm_dim: 4\n  head_dim: 4\n"
        "  enhancer_heads: 2\n  n_tokens: 3\n",
        encoding="utf-8",
    )
    done = call("train", folder / "data", "--config", folder / "small.yaml", "--out",
                folder / "runs", "--device", "cpu")  # fmt: skip
    assert done.exit_code == 0, done.output
    return folder


def call(*arguments: object):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_command_writes_pictures_and_the_table(trained: Path) -> None:
    out = trained / "out"
    done = call(
        "explain", trained / "runs", trained / "data", "--out", out, "--split", "all", "--json"
    )
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["recordings"] == 4
    per_group: dict[str, float] = {}
    for row in document["rows"]:
        if row["value"] is not None:
            per_group[row["group"]] = per_group.get(row["group"], 0) + row["value"]
    assert per_group["speaking"] == pytest.approx(1.0, abs=1e-4)
    assert per_group["speaking - listening"] == pytest.approx(0.0, abs=1e-4)
    assert all(Path(path).stat().st_size > 5000 for path in document["pictures"])
    assert "| mouth |" in (out / "attention.md").read_text()
    one = call("explain", trained / "runs", trained / "data", "--out", out, "--split", "all",
               "--clip", "rec0_0000", "--frame", "3", "--frame", "9")  # fmt: skip
    assert one.exit_code == 0, one.stderr
    assert (out / "rec0_0000_frame_9.png").is_file()
    assert "chin and jaw" in one.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--clip", "rec0_9999"), 2, "rec0_9999"),
        (("--clip", "rec0_0000", "--frame", "400"), 2, "frames 0 to 39"),
        (("--frame", "4"), 2, "--clip"),
        (("--split", "tset"), 2, "did you mean 'test'?"),
    ],
)
def test_mistakes_are_one_line(
    trained: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = call("explain", trained / "runs", trained / "data", "--out", trained / "o", *arguments)
    assert done.exit_code == code
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
