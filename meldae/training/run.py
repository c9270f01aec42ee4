"""From a dataset and a configuration to a run folder."""

import os
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import torch
from lightning_fabric import Fabric

from meldae.checkpoint import build_model, file_sha256
from meldae.data import ClipDataset
from meldae.emotions import scheme_of
from meldae.feature_store import FeatureStore, check_cacheable
from meldae.macro import check_macro
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, identity
from meldae.store import FrameStore, Progress, ReadCrop, clips_of, read_crop
from meldae.training.loop import Loop
from wdmd_tools.atomic import write_json
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.split import check_disjoint


def train(
    dataset: Dataset,
    config: RunConfig,
    runs_dir: Path,
    progress: Progress | None = None,
    *,
    weights: Path | None = None,
    read: ReadCrop = read_crop,
    accelerator: str = "auto",
    devices: int = 1,
    make_loop: Callable[..., Loop] = Loop,
    extra: Mapping[str, Any] | None = None,
) -> RunFolder:
    """Train a model, or find the run that already did.

    A run is named by configuration, data and seed: a finished one is returned as it is, an unfinished one
    goes on after its last epoch. Thresholds and the best epoch are chosen on the validation split; the
    test split is not looked at.

    Several processes, started here (``devices``) or by ``torchrun``, share the windows of each step: the
    result is that of one process up to rounding and dropout.

    Args:
        dataset: A built dataset with train and val splits by subject.
        config: What to train and how.
        runs_dir: Holds one folder per run.
        progress: Told about decoding of crops, steps and epochs.
        weights: safetensors of a timm ViT for the frame encoder.
        read: Reads one crop video.
        accelerator: As Lightning names them: ``"auto"``, ``"cpu"``, ``"cuda"``.
        devices: Processes of this machine, one GPU each, or with ``"cpu"`` by gloo; torchrun's number
            goes before.
        make_loop: Makes the loop; called as `Loop` is.
        extra: What else the run depends on, by name: part of its identity, and written to config.json.

    Raises:
        ManifestError: A split is empty or leaks subjects, or a crop does not fit the tables.
        ConfigError, ModelFileError: The model cannot be made.
    """
    everyone = list(dataset.iter_clips())
    check_disjoint(
        [clip.subject_id for clip in everyone], [clip.split for clip in everyone], "subject"
    )
    clips = {split: clips_of(dataset, split) for split in ("train", "val")}
    config = _settle(config, clips["train"], weights)
    run = RunFolder(Path(runs_dir) / identity(config, dataset.data_hash, extra))
    if run.is_finished:
        return run
    if config.model.macro:
        check_macro(dataset, clips["train"])
    model = _make_model(config, weights)
    fabric = _launch(config, accelerator, devices)
    if config.training.cache_features:
        check_cacheable(config)
    if config.training.compile:
        _compile(model, fabric.device.type)
    if fabric.is_global_zero:
        write_json(run.path / "config.json", _describe(config, dataset, fabric) | dict(extra or {}))
    # The first process decodes the crops; the others find the file.
    with fabric.rank_zero_first(local=False):
        folder = run.cache if config.training.cache else None
        speaks = progress if fabric.is_global_zero else None
        frames = FrameStore(dataset, config.model.input, folder, read, speaks)
        store: FrameStore | FeatureStore = frames
        if config.training.cache_features:
            learnt = [*clips["train"], *clips["val"]]
            store = FeatureStore(frames, learnt, model.to(fabric.device), run.cache, speaks)
    loop = make_loop(fabric, dataset, clips["val"], store, config, model, run, speaks)
    scheme, macro = scheme_of(config), config.model.macro
    loop.fit(ClipDataset(dataset, clips["train"], store, scheme=scheme, macro=macro))
    return run


def _launch(config: RunConfig, accelerator: str, devices: int) -> Fabric:
    processes = int(os.environ.get("WORLD_SIZE", devices))
    if accelerator == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda: no GPU here; --device auto takes what there is")
    if accelerator != "cpu" and processes > 1 and not torch.cuda.is_available():
        raise ConfigError(
            f"--devices {devices}: no GPU here; --device cpu shares the work among processes instead"
        )
    fabric = Fabric(
        accelerator=accelerator,
        devices=int(os.environ.get("LOCAL_WORLD_SIZE", devices)),
        num_nodes=max(1, processes // int(os.environ.get("LOCAL_WORLD_SIZE", processes))),
        strategy="ddp" if processes > 1 else "auto",
        precision=config.training.precision,
    )
    fabric.launch()
    return fabric


def _compile(model: Meldae, device: str) -> None:
    """Compile the frame encoder, where nearly all of the time goes; names of weights stay."""
    if device == "cpu" and not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        raise ConfigError(
            "training.compile: needs a C++ compiler on a CPU, and none is found; leave it off"
        )
    model.encoder.compile()


def _settle(config: RunConfig, clips: Sequence[Clip], weights: Path | None) -> RunConfig:
    """Fill in what depends on data and files, so that the stored configuration is complete."""
    model = config.model
    if model.input.fps == 0:
        rate = round(median(clip.fps for clip in clips), 3)
        model = replace(model, input=replace(model.input, fps=rate))
    classes = scheme_of(config)
    if classes is not None:
        model = replace(model, emotions=classes.classes)
    changes: dict[str, Any] = {"model": model}
    if weights is not None:
        if model.backbone.kind != "timm":
            raise ConfigError(
                "--weights: fills a timm backbone; this configuration has a nano one, which is "
                "trained from scratch (choose --preset paper)"
            )
        changes["weights_sha256"] = file_sha256(weights)
    return config.model_copy(update=changes)


def _make_model(config: RunConfig, weights: Path | None) -> Meldae:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        model = build_model(config.model, weights)
    if config.training.lr_backbone == 0:
        for parameter in model.backbone_parameters():
            parameter.requires_grad_(False)
    if config.training.checkpoint_activations:
        model.encoder.save_memory()
    return model


def _describe(config: RunConfig, dataset: Dataset, fabric: Fabric) -> dict[str, Any]:
    return {
        "config": config.model_dump(mode="json"),
        "dataset": {
            "name": dataset.name,
            "data_hash": dataset.data_hash,
            "split": dataset.info.get("split"),
            "crop": dataset.info.get("config", {}).get("crop", {}),
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "timm", "lightning-fabric", "numpy")},
        },
        "machine": {
            "system": platform.system(),
            "cpus": os.cpu_count(),
            "device": str(fabric.device.type),
            "processes": fabric.world_size,
        },
    }
