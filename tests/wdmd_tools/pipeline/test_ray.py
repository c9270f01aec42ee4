"""A Ray cluster: the bytes of a local build, also when a machine dies; and what users get wrong."""

import hashlib
import sys
from pathlib import Path

import pytest
from projects import TierText, portrait_frames, write_eaf_text, write_film
from typer.testing import CliRunner

from wdmd_tools import cli
from wdmd_tools.config import load_config
from wdmd_tools.errors import ConfigError, MissingDependencyError
from wdmd_tools.pipeline.build import build_dataset
from wdmd_tools.pipeline.engine.choose import choose_engine
from wdmd_tools.pipeline.progress import BuildProgress

CONFIG = load_config(None, ["crop.size=48"])


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".build" not in path.parts
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Four films of 20 frames and one that is none."""
    film = write_film(tmp_path / "raw" / "f0.mp4", portrait_frames(20), 30)
    for number in range(5):
        path = tmp_path / "raw" / f"f{number}.mp4"
        path.write_bytes(film.read_bytes() if number < 4 else b"no film" * 100)
        tier = TierText("ME@A1", [(100, 200, "ME")], f"P{number}")
        write_eaf_text(tmp_path / "ann" / f"f{number}.eaf", tier, media_url=path.name)
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_two_machines_one_of_which_dies_give_the_bytes_of_one(
    project: Path, face_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_ADDRESS", "")
    monkeypatch.chdir(project)
    inputs = Path("ann"), Path("raw")
    build_dataset(*inputs, Path("local"), CONFIG, face_model=face_model, name="x")
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    try:
        second = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        killed = []

        def kill_one_machine(at: BuildProgress) -> None:
            # The first recording is stored: both machines are at work on others.
            if at.recordings == 1 and not killed:
                killed.append(second)
                cluster.remove_node(second, allow_graceful=False)

        report = build_dataset(
            *inputs,
            Path("ray"),
            CONFIG,
            face_model=face_model,
            name="x",
            engine=choose_engine("ray", 1, cluster.address),
            progress=kill_one_machine,
        )
    finally:
        ray.shutdown()
        cluster.shutdown()
    assert killed
    assert [problem.code for problem in report.rejects] == ["E_VIDEO"]
    assert report.built == 5
    assert hashes(project / "ray") == hashes(project / "local")


def test_without_ray_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'wdmd-meldae\[ray\]'"):
        choose_engine("ray", 2)


def test_options_that_do_not_fit() -> None:
    with pytest.raises(ConfigError, match="only with --engine ray"):
        choose_engine("local", 2, "auto")
    with pytest.raises(ConfigError, match="did you mean 'ray'"):
        choose_engine("rai", 2)
    with pytest.raises(ConfigError, match="at least 1"):
        choose_engine("local", 0)


def test_the_command_refuses_an_unknown_engine(project: Path) -> None:
    words = ["build", "--elan", str(project / "ann"), "--videos", str(project / "raw")]
    cli._register()
    result = CliRunner().invoke(cli.app, [*words, "--out", str(project / "x"), "--engine", "slurm"])
    assert result.exit_code == 2
    assert "unknown engine 'slurm'; known: local, ray" in result.stderr
