"""The training loop: explicit, on Lightning Fabric, which owns devices, precision and distribution.

Fabric rather than a Trainer: the loop is short and has to resume to the bit, so it is written out; what
Fabric takes off it is device placement, autocast, gradient scaling and multi-GPU launch.

Everything random follows from the seed and the epoch, never from what ran before, so a run that was
killed goes on after its last finished epoch and ends with the same weights.
"""

import math
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from meldae.checkpoint import (
    build_model,
    file_sha256,
    load_weights,
    pack_optimizer,
    read_tensors,
    unpack_optimizer,
    write_tensors,
)
from meldae.data import Batch, ClipDataset
from meldae.decode import Decoding, best_threshold
from meldae.evaluation import calibrate, evaluate, scored_clips
from meldae.inference import score_clips, to_prediction
from meldae.losses import MeldaeLoss, make_locator
from meldae.model import Meldae
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig, TrainingConfig, identity
from meldae.store import FrameStore, Progress, ReadCrop, clips_of, read_crop
from meldae.transforms import Augmentation, augment
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
) -> RunFolder:
    """Train a model, or find the run that already did.

    A run is named by configuration, data and seed: a finished one is returned as it is, an unfinished one
    goes on after its last epoch. Thresholds and the best epoch are chosen on the validation split; the
    test split is not looked at.

    Args:
        dataset: A built dataset with train and val splits by subject.
        config: What to train and how.
        runs_dir: Holds one folder per run.
        progress: Told about decoding of crops, steps and epochs.
        weights: safetensors of a timm ViT for the frame encoder.
        read: Reads one crop video.
        accelerator: As Lightning names them: ``"auto"``, ``"cpu"``, ``"cuda"``.

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
    run = RunFolder(Path(runs_dir) / identity(config, dataset.data_hash))
    if run.is_finished:
        return run
    model = _make_model(config, weights)
    write_json(run.path / "config.json", _describe(config, dataset))
    folder = run.cache if config.training.cache else None
    store = FrameStore(dataset, config.model.input, folder, read, progress)
    fabric = Fabric(accelerator=accelerator, devices=1, precision=config.training.precision)
    fabric.launch()
    loop = _Loop(fabric, dataset, clips["val"], store, config, model, run, progress)
    loop.fit(ClipDataset(dataset, clips["train"], store))
    return run


def _settle(config: RunConfig, clips: Sequence[Clip], weights: Path | None) -> RunConfig:
    """Fill in what depends on data and files, so that the stored configuration is complete."""
    model = config.model
    if model.input.fps == 0:
        rate = round(median(clip.fps for clip in clips), 3)
        model = replace(model, input=replace(model.input, fps=rate))
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
    return model


def _describe(config: RunConfig, dataset: Dataset) -> dict[str, Any]:
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
        "machine": {"system": platform.system(), "cpus": os.cpu_count()},
    }


class _Loop:
    """One run's training."""

    def __init__(
        self,
        fabric: Fabric,
        dataset: Dataset,
        val_clips: Sequence[Clip],
        store: FrameStore,
        config: RunConfig,
        model: Meldae,
        run: RunFolder,
        progress: Progress | None,
    ) -> None:
        self.fabric, self.dataset, self.store = fabric, dataset, store
        self.val_clips: list[Clip] = list(val_clips)
        self.config, self.settings, self.run, self.progress = config, config.training, run, progress
        optimizer = make_optimizer(model, self.settings)
        self.model: Any
        self.model, self.optimizer = fabric.setup(model, optimizer)
        self.bare = model
        self.loss = make_loss(self.settings)
        self.augmentation = Augmentation.of_strength(self.settings.augment)
        self.average = {name: value.clone() for name, value in model.state_dict().items()}
        self.history: list[dict[str, Any]] = []
        self.best = -math.inf
        self.epoch = 0
        self.average_steps = 0

    def fit(self, data: ClipDataset) -> None:
        """All epochs that are still to do, then the choice of decoding."""
        self._resume()
        steps = math.ceil(round(data.n_frames / self.settings.window) / self.settings.batch_size)
        while self.epoch < self.settings.epochs:
            self._one_epoch(data, max(1, steps))
            self._save()
        self._finish()

    def _one_epoch(self, data: ClipDataset, steps: int) -> None:
        settings, epoch = self.settings, self.epoch
        rng = np.random.default_rng([self.config.seed, epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        stretch = 0.1 * min(settings.augment, 1.0)
        windows = data.plan_epoch(rng, settings.window, settings.me_share, stretch)
        windows = windows[: steps * settings.batch_size]
        sums = dict.fromkeys(("total", "me", "state", "loc"), 0.0)
        started, frames, count = time.perf_counter(), 0, 0
        self.model.train()
        for step, batch in enumerate(data.batches(windows, settings.batch_size)):
            share = (epoch + step / steps) / settings.epochs
            set_rate(self.optimizer, share, settings.warmup)
            parts = self._step(batch.to(self.fabric.device), generator)
            for name in sums:
                sums[name] += float(parts[name].detach())
            frames += int(batch.mask.sum())
            count += 1
            if self.progress is not None:
                self.progress(
                    f"training, epoch {epoch + 1}",
                    epoch * steps + step + 1,
                    steps * settings.epochs,
                )
        seconds = time.perf_counter() - started
        row = {"epoch": epoch + 1, **{f"loss_{k}": round(v / count, 6) for k, v in sums.items()}}
        row |= self._validate()
        row |= {"frames_per_second": round(frames / seconds, 1), "seconds": round(seconds, 2)}
        self.history.append(row)
        self.epoch += 1

    def _step(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        frames = batch.frames if batch.frames.dtype == torch.uint8 else batch.frames.float()
        if self.augmentation is not None:
            frames = augment(frames, self.augmentation, generator)
        mask = None if bool(batch.mask.all()) else batch.mask
        output = self.model(frames, mask)
        parts: dict[str, Tensor] = self.loss(
            output, batch.has_me, batch.speaking, batch.inside, batch.boundary, mask
        )
        self.fabric.backward(parts["total"])
        self.fabric.clip_gradients(self.model, self.optimizer, max_norm=self.settings.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._update_average()
        return parts

    def _update_average(self) -> None:
        now = self.bare.state_dict()
        # A young average follows quickly, so that it is not mostly the random start.
        self.average_steps += 1
        decay = min(self.settings.ema, self.average_steps / (self.average_steps + 10))
        with torch.no_grad():
            for name, value in now.items():
                self.average[name].lerp_(value.detach(), 1 - decay)

    def _validate(self) -> dict[str, Any]:
        """Scores of the averaged weights; keeps them when they are the best so far."""
        kept = {name: value.clone() for name, value in self.bare.state_dict().items()}
        self.bare.load_state_dict(self.average)
        settings = self.settings
        scores = score_clips(
            self.bare,
            self.val_clips,
            self.store,
            settings.window,
            settings.overlap,
            self.fabric.autocast,
        )
        ready = scored_clips(self.dataset, self.val_clips, scores)
        _, value = best_threshold(ready, Decoding(low_share=0.7))
        if value >= self.best:
            self.best = value
            facts = {"run": self.run.run_id, "epoch": self.epoch + 1}
            write_tensors(self.run.weights_path, self.average, facts)
        self.bare.load_state_dict(kept)
        return {"val_objective": round(value, 6)}

    def _save(self) -> None:
        tensors = {f"model.{name}": value for name, value in self.bare.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.items()}
        tensors |= pack_optimizer(self.optimizer)
        facts = {
            "epoch": self.epoch,
            "best": self.best,
            "average_steps": self.average_steps,
            "history": self.history,
        }
        write_tensors(self.run.state_path, tensors, facts)
        self.run.write_metrics(self.history)

    def _resume(self) -> None:
        if not self.run.state_path.is_file():
            return
        tensors, facts = read_tensors(self.run.state_path)
        load_weights(self.bare, _part(tensors, "model."), self.run.state_path)
        self.average = _part(tensors, "average.")
        unpack_optimizer(self.optimizer, tensors)
        self.epoch, self.best = int(facts["epoch"]), float(facts["best"])
        self.average_steps = int(facts["average_steps"])
        self.history = list(facts["history"])

    def _finish(self) -> None:
        settings = self.settings
        tensors, facts = read_tensors(self.run.weights_path)
        load_weights(self.bare, tensors, self.run.weights_path)
        scores = score_clips(
            self.bare, self.val_clips, self.store, settings.window, settings.overlap
        )
        how, _ = calibrate(self.dataset, self.val_clips, scores, self.config.decoding)
        predictions = [to_prediction(c, scores[c.clip_id], how) for c in self.val_clips]
        found = evaluate(self.dataset, self.val_clips, predictions)
        seconds = sum(row["seconds"] for row in self.history)
        self.run.write_result(
            how,
            {
                "epoch": facts["epoch"],
                "validation": found.to_json(),
                "training_seconds": round(seconds, 1),
                "frames_per_second": self.history[-1]["frames_per_second"],
                "parameters": sum(p.numel() for p in self.bare.parameters()),
            },
        )
        self.run.state_path.unlink(missing_ok=True)


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def make_optimizer(model: Meldae, settings: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with a rate for the frame encoder and one for the rest; no decay on vectors.

    Args:
        model: What to train.
        settings: Rates and decay.
    """
    groups = []
    for parameters, rate in (
        (model.backbone_parameters(), settings.lr_backbone),
        (model.new_parameters(), settings.lr_new),
    ):
        for vectors in (False, True):
            chosen = [p for p in parameters if p.requires_grad and (p.ndim <= 1) == vectors]
            decay = 0.0 if vectors else settings.weight_decay
            groups.append({"params": chosen, "lr": rate, "peak": rate, "weight_decay": decay})
    return torch.optim.AdamW([group for group in groups if group["params"]])


def set_rate(optimizer: Any, share: float, warmup: float) -> None:
    """Linear warm-up, then a cosine to 1 % of the peak.

    Args:
        optimizer: Whose groups hold their ``"peak"``.
        share: How much of the training is done, in [0, 1].
        warmup: Share of the training that warms up.
    """
    if share < warmup:
        factor = max(share / warmup, 0.01)
    else:
        done = (share - warmup) / max(1 - warmup, 1e-9)
        factor = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor


def make_loss(settings: TrainingConfig) -> MeldaeLoss:
    """The paper's loss with the weights and the localisation loss of the settings."""
    locator = make_locator(settings.locator, settings.boundary_lambda, settings.boundary_weight)
    return MeldaeLoss(
        settings.me_weight,
        settings.state_weight,
        settings.loc_weight,
        settings.focal_alpha,
        settings.focal_gamma,
        locator,
    )
