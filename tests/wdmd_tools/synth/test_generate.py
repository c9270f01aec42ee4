"""`wdmd demo` writes real files, the same ones for the same seed, and resumes."""

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as pq
import pympi
import pytest
import typer
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.demo import demo
from wdmd_tools.errors import ConfigError, VideoError
from wdmd_tools.synth import generate as module
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.encode import open_encoder
from wdmd_tools.synth.generate import generate
from wdmd_tools.synth.script import write_script

TINY = SynthConfig(recordings=2, subjects=2, size=96, seconds=3, fps=30, seed=4, me_rate=0.5)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synth") / "demo"
    generate(TINY, out)
    return out


def contents(out: Path) -> dict[str, bytes]:
    names = ("truth.parquet", "ann/*.eaf", "raw/*.mp4", "README.md")
    return {str(p.relative_to(out)): p.read_bytes() for name in names for p in out.glob(name)}


def test_every_promised_file_is_there(tiny: Path) -> None:
    names = {str(p.relative_to(tiny)) for p in tiny.rglob("*") if p.is_file()}
    assert {
        "raw/demo001.mp4",
        "raw/demo002.mp4",
        "ann/demo001.eaf",
        "ann/demo002.eaf",
        "truth.parquet",
        "README.md",
        "contact_sheet.png",
    } <= names
    assert not any(".tmp-" in name for name in names)
    assert "synthetic" in (tiny / "README.md").read_text("utf-8")


def test_video_is_h264_with_the_promised_frames(tiny: Path) -> None:
    with av.open(str(tiny / "raw" / "demo001.mp4")) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 30
    assert len(frames) == TINY.n_frames == 90
    assert [frame.pts * frame.time_base for frame in frames] == [Fraction(k, 30) for k in range(90)]
    assert frames[0].to_ndarray(format="gray").std() > 20


def test_eaf_has_the_tiers_of_three_annotators_and_links_the_video(tiny: Path) -> None:
    eaf = pympi.Elan.Eaf(str(tiny / "ann" / "demo002.eaf"))
    expected = {f"{kind}@A{k}" for kind in ("ME", "State", "AU", "Emotion") for k in (1, 2, 3)}
    assert set(eaf.get_tier_names()) == expected
    parameters = eaf.get_parameters_for_tier("ME@A3")
    assert (parameters["ANNOTATOR"], parameters["PARTICIPANT"]) == ("A3", "S02")
    assert eaf.media_descriptors[0]["MEDIA_URL"].endswith("demo002.mp4")
    assert eaf.media_descriptors[0]["MIME_TYPE"] == "video/mp4"


def test_truth_holds_every_event_of_the_script(tiny: Path) -> None:
    rows = pq.read_table(tiny / "truth.parquet").to_pylist()
    for index in range(2):
        script = write_script(TINY, index)
        mine = [row for row in rows if row["recording_id"] == TINY.recording_id(index)]
        assert len(mine) == len(script.events) + sum(s != "speaking" for _, s in script.states)
        mes = [(r["onset_ms"], r["apex_ms"], r["offset_ms"]) for r in mine if r["kind"] == "me"]
        assert mes == [
            (e.interval.start_ms, e.apex_ms, e.interval.end_ms) for e in script.of_kind("me")
        ]


def test_same_seed_gives_the_same_bytes_in_one_or_two_processes(tiny: Path, tmp_path: Path) -> None:
    generate(TINY, tmp_path / "again", jobs=2)
    assert contents(tmp_path / "again") == contents(tiny)


def test_a_stopped_run_resumes_and_renders_only_what_is_missing(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "demo"
    real = module.render_recording

    def stop_at_second(config: SynthConfig, folder: Path, index: int) -> None:
        if index == 1:
            raise KeyboardInterrupt
        real(config, folder, index)

    monkeypatch.setattr(module, "render_recording", stop_at_second)
    with pytest.raises(KeyboardInterrupt):
        generate(TINY, out)
    monkeypatch.setattr(module, "render_recording", real)
    assert generate(TINY, out).rendered == 1
    assert generate(TINY, out).rendered == 0
    assert contents(out) == contents(tiny)


def test_other_settings_render_again(tiny: Path, tmp_path: Path) -> None:
    generate(TINY, tmp_path)
    louder = TINY.model_copy(update={"me_amplitude": 2.0})
    assert generate(louder, tmp_path).rendered == 2


def test_layout_files_writes_one_eaf_per_annotator(tmp_path: Path) -> None:
    config = TINY.model_copy(update={"layout": "files", "recordings": 1, "subjects": 1})
    generate(config, tmp_path)
    names = sorted(path.name for path in (tmp_path / "ann").iterdir())
    assert names == ["demo001.A1.eaf", "demo001.A2.eaf", "demo001.A3.eaf"]
    eaf = pympi.Elan.Eaf(str(tmp_path / "ann" / names[1]))
    assert set(eaf.get_tier_names()) == {"ME", "State", "AU", "Emotion"}
    assert eaf.get_parameters_for_tier("ME")["ANNOTATOR"] == "A2"


def test_out_that_is_a_file_or_another_data_set_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ConfigError, match="is a file"):
        generate(TINY, file)
    other = tmp_path / "raw"
    other.mkdir()
    (other / "holiday.mp4").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"holiday\.mp4 belongs to another data set"):
        generate(TINY, tmp_path)


def test_an_encoder_that_cannot_write_ends_in_one_line(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "a.mp4"
    frame = np.zeros((144, 96), np.uint8)

    def encode() -> None:
        with open_encoder(target, 96, Fraction(30), 20) as sink:
            for _ in range(300):
                sink.write(frame)

    with pytest.raises(VideoError, match=r"could not write the video") as caught:
        encode()
    assert "\n" not in str(caught.value)


def test_command_line_prints_json_and_refuses_bad_input(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(friendly(demo))
    runner = CliRunner()
    small = [
        "--recordings",
        "1",
        "--subjects",
        "1",
        "--size",
        "96",
        "--seconds",
        "2",
        "--fps",
        "25",
    ]
    good = runner.invoke(app, [*small, "--out", str(tmp_path / "d"), "--json"])
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["frames"] == 50
    bad = runner.invoke(app, ["--fps", "0", "--out", str(tmp_path / "e")])
    assert bad.exit_code == 2
    assert "--fps" in bad.stderr
    assert not (tmp_path / "e").exists()
