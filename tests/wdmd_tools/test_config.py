"""Settings of a build."""

from pathlib import Path

import pytest

from wdmd_tools.config import BuildConfig, load_config
from wdmd_tools.errors import ConfigError


def test_later_sources_win(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("crop: {size: 160, align: clip}\nsplit_seed: 3\n")
    config = load_config(path, ["crop.size=96"], {"crop.align": "frame", "crop.size": None})
    assert (config.crop.size, config.crop.align, config.split_seed) == (96, "frame", 3)
    assert load_config() == BuildConfig()


@pytest.mark.parametrize(
    ("assignments", "says"),
    [
        (["crop.sizepx=3"], "crop.sizepx: no such key"),
        (["crop.size=-4"], "crop.size: expected at least"),
        (["crop.size"], "expected key=value"),
        (["crop.align=best"], "crop.align"),
    ],
)
def test_a_wrong_setting_is_one_line(assignments: list[str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_config(None, assignments)


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("3")
    with pytest.raises(ConfigError, match="expected keys"):
        load_config(tmp_path / "c.yaml")
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "none.yaml")
