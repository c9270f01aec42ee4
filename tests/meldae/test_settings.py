"""Presets, ``--set``, and what names a run."""

import subprocess
import sys

import pytest

from meldae.presets import PRESETS, get_config
from meldae.settings import RunConfig, apply_settings, identity, load_config
from wdmd_tools.errors import ConfigError, UnknownNameError


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_survive_json(name: str) -> None:
    config = get_config(name)
    assert load_config(config.model_dump(mode="json")) == config


def test_the_papers_numbers_are_the_defaults() -> None:
    config = get_config("paper")
    assert config.model.n_tokens == 16
    assert config.model.region_grid == (10, 10)
    assert (config.training.lr_backbone, config.training.lr_new) == (1e-5, 5e-4)
    assert config.training.batch_size == 16
    weights = config.training
    assert (weights.me_weight, weights.state_weight, weights.loc_weight) == (0.5, 0.2, 1.0)
    assert (weights.boundary_lambda, weights.boundary_weight) == (1.0, 10.0)


def test_settings_reach_the_innermost_group() -> None:
    texts = ["model.backbone.depth=3", "training.lr_new=1e-4", "model.region_grid=[2, 3]"]
    config = apply_settings(RunConfig(), texts)
    assert config.model.backbone.depth == 3
    assert config.training.lr_new == 1e-4
    assert config.model.region_grid == (2, 3)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("training.epohcs=3", "epohcs"),
        ("model.inptu.size=3", "inptu"),
        ("model.backbone.width=3", "width"),
        ("training.epochs=0", "training.epochs"),
        ("model.enhancer=magic", "model.enhancer"),
        ("model.dropout=2", "dropout"),
        ("training.epochs", "key=value"),
        ("training.epochs=[", "YAML"),
    ],
)
def test_wrong_settings_name_the_key(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        apply_settings(RunConfig(), [text])
    assert "\n" not in str(caught.value) or "YAML" in str(caught.value)


def test_an_unknown_preset_is_met_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="'nano'"):
        get_config("nanno")


def test_identity_follows_configuration_data_and_seed() -> None:
    base = get_config("nano")
    same = identity(base, "d1")
    assert same == identity(get_config("nano"), "d1")
    others = {
        identity(base, "d2"),
        identity(get_config("nano", seed=1), "d1"),
        identity(apply_settings(base, ["training.epochs=1"]), "d1"),
    }
    assert len(others) == 3
    assert same not in others


FIRST_IDS = {
    "paper": "6bb5298a4846c31b",
    "nano": "94647f4b988c4f4d",
    "nano-star": "bcee8c37abee9119",
    "nano-rgb": "d1c9b502f7c8c96b",
    "nano-motion": "806bbc607f636e27",
    "nano-context": "c8ac3af654d4fc3d",
}
"""Identities before the settings of MELDAE+ were there."""


@pytest.mark.parametrize("name", sorted(FIRST_IDS))
def test_runs_made_before_a_setting_was_there_are_known_again(name: str) -> None:
    assert identity(get_config(name), "d") == FIRST_IDS[name]


@pytest.mark.parametrize(
    "text",
    [
        "training.inject=0.1",
        "training.inject_amplitude=[0.01, 0.02]",
        "training.inject_negatives=0.1",
        "training.warmup_epochs=1",
        "decoding.calibration=platt",
        "decoding.by_state=true",
        "model.mirror=true",
    ],
)
def test_a_new_setting_that_is_used_is_part_of_the_identity(text: str) -> None:
    base = get_config("nano")
    assert identity(apply_settings(base, [text]), "d") != identity(base, "d")


def test_the_loss_needs_torch_alone() -> None:
    code = (
        "import sys; from meldae import BoundaryAwareLoss; BoundaryAwareLoss();"
        "bad = [m for m in ('timm', 'pyarrow', 'pydantic', 'typer', 'wdmd_tools') if m in sys.modules];"
        "sys.exit(bad or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
