from pathlib import Path

import pytest

from benchmarks.built_in import default_registry
from benchmarks.specs import load_bench_config
from wdmd_tools.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "bench.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file_and_models_are_registered(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        datasets:
          my-lab: { path: built/lab }
        models:
          mine: { target: "pkg.mod:Mine", display: "Mine (v2)", options: { threshold: 0.4 } }
        """,
    )
    config = load_bench_config(path)
    assert config.datasets["my-lab"].path == tmp_path / "built/lab"
    assert config.datasets["my-lab"].protocol == "holdout"
    registry = default_registry()
    config.add_models(registry)
    entry = registry.get("mine")
    assert (entry.display, entry.group, dict(entry.options)) == (
        "Mine (v2)",
        "user",
        {"threshold": 0.4},
    )


def test_an_empty_file_is_an_empty_configuration(tmp_path: Path) -> None:
    config = load_bench_config(write(tmp_path, ""))
    assert not config.datasets
    assert not config.models


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("datasets: {a: {path: x, protocl: holdout}}", r"datasets\.a\.protocl: no such key"),
        ("datasets: {a: {path: x, protocol: ../x}}", r"datasets\.a\.protocol"),
        ("datasets: {a: {}}", r"datasets\.a\.path: is missing"),
        ("datasets: {../../a: {path: x}}", "use letters"),
        ("datset: {}", "datset: no such key"),
        ("models: {m: {display: x}}", r"models\.m\.target: is missing"),
        ("- a\n- b", "expected the keys"),
        ("a: [", "not valid YAML"),
    ],
)
def test_mistakes_are_named_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_bench_config(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_bench_config(tmp_path / "bench.yaml")


def test_a_built_in_name_cannot_be_taken(tmp_path: Path) -> None:
    config = load_bench_config(write(tmp_path, 'models: {never: {target: "a:B"}}'))
    with pytest.raises(ConfigError, match="registered twice"):
        config.add_models(default_registry())
