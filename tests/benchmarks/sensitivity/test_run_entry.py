"""A finished run as a row: known by its content, opened only when it runs."""

from pathlib import Path

import pytest

from benchmarks.models.base import FitContext
from benchmarks.sensitivity.run_entry import run_entry
from wdmd_tools.errors import ConfigError, ModelFileError


def folder(root: Path, weights: bytes = b"w", result: bytes = b"{}") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "model.safetensors").write_bytes(weights)
    (root / "result.json").write_bytes(result)
    return root


def test_other_weights_or_thresholds_are_another_row(tmp_path: Path) -> None:
    first = run_entry(folder(tmp_path / "abc"))
    assert (first.name, first.display) == ("run-abc", "run abc")
    assert run_entry(folder(tmp_path / "abc")).options == first.options
    other = run_entry(folder(tmp_path / "abc", weights=b"v")).options["digest"]
    again = run_entry(folder(tmp_path / "abc", result=b"[]")).options["digest"]
    assert len({first.options["digest"], other, again}) == 3


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--run .*absent"):
        run_entry(tmp_path / "absent")
    empty = tmp_path / "empty"
    empty.mkdir()
    entry = run_entry(empty)
    context = FitContext(0, tmp_path, tmp_path, tmp_path, entry.options)
    with pytest.raises(ModelFileError, match="no finished run here"):
        entry.load()().fit(None, context)  # type: ignore[arg-type]
