"""A file is whole or absent."""

import json
from pathlib import Path

import pytest

from wdmd_tools.atomic import atomic_path, write_json, write_text


def test_an_error_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def write_half() -> None:
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_temporary_name_keeps_the_suffix(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "deep" / "a.mkv") as temporary:
        assert temporary.suffix == ".mkv"
        assert temporary.parent == tmp_path / "deep"
        temporary.write_bytes(b"x")
    assert (tmp_path / "deep" / "a.mkv").read_bytes() == b"x"


def test_nan_never_reaches_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    write_json(tmp_path / "a.json", {"x": None})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": None}
