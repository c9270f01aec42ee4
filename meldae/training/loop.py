"""The epochs: explicit, on Lightning Fabric, which owns devices, precision and distribution.

Fabric rather than a Trainer: the loop is short and has to resume to the bit, so it is written out; what
Fabric takes off it is device placement, autocast, and exchange of gradients.

Everything random follows from the seed and the epoch, never from what ran before, so a run that was
killed goes on after its last finished epoch and ends with the same weights. With several processes each
draws the windows and changes of the whole step and takes its own.
"""

import contextlib
import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from meldae.checkpoint import (
    load_weights,
    pack_optimizer,
    read_tensors,
    unpack_optimizer,
    write_tensors,
)
from meldae.data import Batch, ClipDataset, Window
from meldae.decode import Decoding, best_threshold, count_events
from meldae.emotions import check_classes, scheme_of
from meldae.evaluation import calibrate, evaluate, scored_clips
from meldae.feature_store import FeatureStore
from meldae.inference import RawScores, score_clips, to_prediction
from meldae.losses import balanced_weights
from meldae.macro import choose_macro, evaluate_macro
from meldae.model import Meldae
from meldae.output import MeldaeOutput
from meldae.recognition import EmotionCheck
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig
from meldae.store import FrameStore, Progress
from meldae.training.average import WeightAverage
from meldae.training.curves import Curves
from meldae.training.events import EpochEvents, Events
from meldae.training.optimizer import make_loss, make_optimizer, set_rate
from meldae.training.processes import Pass, merge, share, share_step
from meldae.transforms import Augmentation, Changes, augment, draw_changes
from wdmd_tools.manifest import Clip, Dataset


class Loop:
    """One run's training.

    Args:
        fabric: Launched.
        dataset: The truth.
        val_clips: On which the epoch, thresholds and early stop are chosen.
        store: Frames of all clips.
        config: Complete.
        model: Fresh; its weights are replaced when the run goes on.
        run: Where to write; only the first process does.
        progress: Told about steps.
    """

    parts: tuple[str, ...] = ("total", "me", "state", "loc")
    """Losses that the history shows."""

    def __init__(
        self,
        fabric: Fabric,
        dataset: Dataset,
        val_clips: Sequence[Clip],
        store: FrameStore | FeatureStore,
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
        self.augmentation = Augmentation.of_settings(self.settings)
        self.events = Events(config, store)
        self.average = WeightAverage(model, self.settings.ema)
        self.curves = Curves(run.path / "tensorboard")
        if config.model.emotions:
            self.parts = (*self.parts, "emotion")
        if config.model.macro:
            self.parts = (*self.parts, "macro")
        self.scheme = scheme_of(config)
        self.emotions = EmotionCheck(dataset, val_clips, self.scheme)
        self.history: list[dict[str, Any]] = []
        self.best = -1.0
        self.best_epoch = 0
        self.epoch = 0

    def fit(self, data: ClipDataset) -> None:
        """All epochs that are still to do, then the choice of decoding."""
        if self.scheme is not None:
            counts = data.emotion_counts()
            check_classes(counts.tolist(), self.scheme, self.dataset.root)
            self.loss.class_weights = balanced_weights(counts)
        self._resume()
        with contextlib.closing(self.curves):
            self._fit(data)

    def _fit(self, data: ClipDataset) -> None:
        steps = math.ceil(round(data.n_frames / self.settings.window) / self.settings.batch_size)
        while not self.is_over:
            self.one_epoch(data, max(1, steps))
            self._save()
        self._finish()

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or the last `patience` of them brought nothing."""
        settings = self.settings
        waited = self.epoch - max(self.best_epoch, settings.warmup_epochs)
        over = self.epoch >= settings.warmup_epochs + settings.epochs
        return over or 0 < settings.patience <= waited

    @property
    def is_warming(self) -> bool:
        """Whether the next epoch belongs to the self-supervised warm-up."""
        return self.epoch < self.settings.warmup_epochs

    def one_epoch(self, data: ClipDataset, steps: int) -> None:
        """Train on as many windows as cover the split once, then validate; warm-up does not validate."""
        settings, warming = self.settings, self.is_warming
        # Each phase has epochs and rates of its own: what follows a warm-up sees the same windows.
        epoch = self.epoch - (0 if warming else settings.warmup_epochs)
        epochs = settings.warmup_epochs if warming else settings.epochs
        rng = np.random.default_rng([self.config.seed, epoch, *([1] if warming else [])])
        torch.manual_seed(int(rng.integers(2**31)))
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        stretch = 0.1 * min(settings.augment, 1.0)
        windows = data.plan_epoch(
            rng,
            settings.window,
            0.0 if warming else settings.me_share,
            stretch,
            settings.balance_states and not warming,
        )
        events = self.events.of_epoch(data, epoch, warming)
        windows = windows[: steps * settings.batch_size]
        sums = torch.zeros(len(self.parts) + 1, dtype=torch.float64)
        started, count = time.perf_counter(), 0
        self.model.train()
        batches = [
            windows[start : start + settings.batch_size]
            for start in range(0, len(windows), settings.batch_size)
        ]
        mine = (batch[row] for batch in batches for one in self._passes(batch) for row in one.rows)
        with data.expect(mine):
            for batch in batches:
                set_rate(self.optimizer, (epoch + count / steps) / epochs, settings.warmup)
                sums += self._step(data, batch, generator, events)
                count += 1
                if self.progress is not None:
                    self.progress(
                        f"{'warm-up' if warming else 'training'}, epoch {epoch + 1}",
                        epoch * steps + count,
                        steps * epochs,
                    )
        sums = self._over_processes(sums)
        seconds = time.perf_counter() - started
        row: dict[str, Any] = {"epoch": self.epoch + 1}
        row |= {
            f"loss_{k}": round(float(v) / count, 6) for k, v in zip(self.parts, sums, strict=False)
        }
        nothing = {"val_objective": None, "val_f1_dr": None}
        row |= nothing | _of_row(self.emotions.to_json(None)) if warming else self._validate()
        row |= {
            "frames_per_second": round(float(sums[-1]) / seconds, 1),
            "seconds": round(seconds, 2),
        }
        self.history.append(row)
        self.epoch += 1

    def _passes(self, windows: Sequence[Window]) -> list[Pass]:
        """What this process does of a step."""
        rank, processes = self.fabric.global_rank, self.fabric.world_size
        return share_step(len(windows), rank, processes, self.settings.micro_batch)

    def _step(
        self,
        data: ClipDataset,
        windows: Sequence[Window],
        generator: torch.Generator,
        events: EpochEvents | None = None,
    ) -> Tensor:
        """One update of the weights; returns this process's share of the loss, by part, and frames."""
        fabric, settings = self.fabric, self.settings
        found = torch.zeros(len(self.parts) + 1, dtype=torch.float64)
        changes = (
            draw_changes(len(windows), self.augmentation, generator) if self.augmentation else None
        )
        drawn = events.draw(len(windows)) if events else []
        for one in self._passes(windows):
            chosen = [windows[row] for row in one.rows]
            batch = data.collate(chosen).to(fabric.device)
            if events:
                batch = events.put(batch, chosen, [drawn[row] for row in one.rows])
            mine = None if changes is None else changes.of(one.rows)
            with fabric.no_backward_sync(self.model, enabled=not one.is_last):
                parts = self._pass(batch, mine, one.weight)
            share_of_loss = one.weight / fabric.world_size
            found[:-1] += share_of_loss * torch.stack([parts[name] for name in self.parts]).cpu()
            found[-1] += int(batch.mask.sum()) if one.weight else 0
        fabric.clip_gradients(self.model, self.optimizer, max_norm=settings.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update(self.bare)
        return found

    def _pass(self, batch: Batch, changes: Changes | None, weight: float) -> dict[str, Tensor]:
        frames = batch.frames if batch.frames.dtype == torch.uint8 else batch.frames.float()
        if changes is not None:
            frames = augment(frames, changes)
        mask = None if bool(batch.mask.all()) else batch.mask
        output = self.model(frames, mask)
        parts = self._losses(output, batch, mask)
        total = parts["total"]
        self.fabric.backward(total if weight == 1.0 else total * weight)
        return {name: value.detach().double() for name, value in parts.items()}

    def _losses(self, output: MeldaeOutput, batch: Batch, mask: Tensor | None) -> dict[str, Tensor]:
        """Losses by name, with ``"total"``."""
        parts: dict[str, Tensor] = self.loss(
            output,
            batch.has_me,
            batch.speaking,
            batch.inside,
            batch.boundary,
            mask,
            batch.segments,
            batch.macro,
            batch.macro_boundary,
        )
        return parts

    def _over_processes(self, sums: Tensor) -> Tensor:
        if self.fabric.world_size == 1:
            return sums
        total: Any = self.fabric.all_reduce(sums.to(self.fabric.device), reduce_op="sum")
        reduced: Tensor = total.cpu()
        return reduced

    def _score(self) -> dict[str, RawScores]:
        """Raw scores of the validation clips, each scored by one process."""
        settings, fabric = self.settings, self.fabric
        mine = share(self.val_clips, fabric.global_rank, fabric.world_size)
        return merge(
            score_clips(
                self.bare, mine, self.store, settings.window, settings.overlap, fabric.autocast
            )
        )

    def _validate(self) -> dict[str, Any]:
        """Scores of the averaged weights; keeps them when they are the best so far."""
        kept = {name: value.clone() for name, value in self.bare.state_dict().items()}
        average = self.average.weights(self.bare)
        self.bare.load_state_dict(average)
        scores = self._score()
        ready = scored_clips(self.dataset, self.val_clips, scores)
        how, value = best_threshold(ready, Decoding(low_share=0.7))
        if self.emotions.decides:
            value = self.emotions.value(scores)
        if value > self.best:
            self.best_epoch = self.epoch + 1
        if value >= self.best:
            self.best = value
            if self.fabric.is_global_zero:
                facts = {"run": self.run.run_id, "epoch": self.epoch + 1}
                write_tensors(self.run.weights_path, average, facts)
        self.bare.load_state_dict(kept)
        f1_dr = count_events(ready, how).f1_dr
        return {
            "val_objective": round(value, 6),
            "val_f1_dr": None if f1_dr is None else round(f1_dr, 6),
            **_of_row(self.emotions.to_json(scores)),
        }

    def _save(self) -> None:
        if self.fabric.is_global_zero:
            tensors = {f"model.{name}": value for name, value in self.bare.state_dict().items()}
            tensors |= {
                f"average.{name}": value for name, value in self.average.weights(self.bare).items()
            }
            tensors |= pack_optimizer(self.optimizer)
            facts = {
                "epoch": self.epoch,
                "best": self.best,
                "best_epoch": self.best_epoch,
                "average_steps": self.average.steps,
                "history": self.history,
            }
            write_tensors(self.run.state_path, tensors, facts)
            self.run.write_metrics(self.history)
            self.curves.write(self.history[-1])
        self.fabric.barrier()

    def _resume(self) -> None:
        if not self.run.state_path.is_file():
            return
        tensors, facts = read_tensors(self.run.state_path)
        load_weights(self.bare, _part(tensors, "model."), self.run.state_path)
        self.average.restore(_part(tensors, "average."), int(facts["average_steps"]))
        unpack_optimizer(self.optimizer, tensors)
        self.epoch, self.best = int(facts["epoch"]), float(facts["best"])
        self.best_epoch = int(facts["best_epoch"])
        self.history = list(facts["history"])

    def _finish(self) -> None:
        """Choose the decoding on the validation split with the best weights, and say so."""
        tensors, facts = read_tensors(self.run.weights_path)
        load_weights(self.bare, tensors, self.run.weights_path)
        scores = self._score()
        if self.fabric.is_global_zero:
            how, _ = calibrate(self.dataset, self.val_clips, scores, self.config.decoding)
            macro = choose_macro(self.dataset, self.val_clips, scores)
            predictions = [to_prediction(c, scores[c.clip_id], how, macro) for c in self.val_clips]
            found = evaluate(self.dataset, self.val_clips, predictions).to_json()
            found |= self.emotions.to_json(scores)
            more: dict[str, Any] = {}
            if macro is not None:
                found |= evaluate_macro(self.dataset, self.val_clips, predictions)
                more = {"macro_decoding": asdict(macro)}
            seconds = sum(row["seconds"] for row in self.history)
            self.run.write_result(
                how,
                {
                    "epoch": facts["epoch"],
                    "epochs_trained": self.epoch,
                    "validation": found,
                    "training_seconds": round(seconds, 1),
                    "frames_per_second": self.history[-1]["frames_per_second"],
                    "parameters": sum(p.numel() for p in self.bare.parameters()),
                    **more,
                },
            )
            self.run.state_path.unlink(missing_ok=True)
        self.fabric.barrier()


def _of_row(recognised: dict[str, Any]) -> dict[str, Any]:
    """The column of the history; none without an emotion head."""
    value = recognised.get("uf1")
    return {"val_uf1": None if value is None else round(value, 6)} if recognised else {}


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
