"""A trained run, fitted to a target without its labels; thresholds still come from the source's val.

runs/adapted/<id>/  config.json  model.safetensors  result.json     as a run's folder
adaptation.json                                 what was done, on what
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from meldae.adapt.channels import Channels, measure_channels, score_aligned
from meldae.adapt.match_rate import match_rate, rate_of
from meldae.adapt.self_train import SelfTraining
from meldae.adapt.settings import AdaptConfig
from meldae.checkpoint import write_tensors
from meldae.data import ClipDataset
from meldae.decode import Decoding
from meldae.evaluation import calibrate
from meldae.inference import RawScores, load_model, score_clips, to_prediction
from meldae.model import Meldae
from meldae.recognition import name_samples
from meldae.run_folder import RunFolder
from meldae.store import FrameStore, Progress, clips_of
from wdmd_tools.atomic import write_json
from wdmd_tools.manifest import Clip, Dataset
from wdmd_tools.manifest.samples import EmotionSample
from wdmd_tools.predictions import ClipPrediction, Recognition

_VERSION = 1
"""Raised whenever the same settings would give something else; part of an adaptation's identity."""


@dataclass(frozen=True)
class Adapted:
    """A model for one target.

    Args:
        run: What it began with.
        model: With the weights for the target.
        decoding: For the target.
        channels: What every recording's input is brought to; `None` leaves it as it is.
        facts: What was done, JSON values.
    """

    run: RunFolder
    model: Meldae
    decoding: Decoding
    channels: Channels | None
    facts: dict[str, Any]

    def predict(
        self, dataset: Dataset, split: str = "test", progress: Progress | None = None
    ) -> list[ClipPrediction]:
        """What it says about the clips of a split.

        Args:
            dataset: Usually the target.
            split: Which clips.
            progress: Told about decoding and scoring.
        """
        clips = list(clips_of(dataset, split))
        store = _store(self.run, dataset, progress)
        scores = _scores(self.run, self.model, clips, store, self.channels, progress)
        macro = self.run.macro_decoding
        return [to_prediction(clip, scores[clip.clip_id], self.decoding, macro) for clip in clips]

    def recognise(
        self, dataset: Dataset, samples: Sequence[EmotionSample], progress: Progress | None = None
    ) -> list[Recognition]:
        """The emotions of micro-expressions whose place is given, see `meldae.recognition`.

        Args:
            dataset: Usually the target.
            samples: In any order.
            progress: Told about decoding and scoring.
        """
        wanted = {one.clip_id for one in samples}
        clips = [clip for clip in dataset.iter_clips() if clip.clip_id in wanted]
        store = _store(self.run, dataset, progress)
        return name_samples(
            samples, _scores(self.run, self.model, clips, store, self.channels, progress)
        )


def adapt(
    run: RunFolder,
    source: Dataset,
    target: Dataset,
    split: str,
    config: AdaptConfig,
    progress: Progress | None = None,
    device: str = "cpu",
) -> Adapted:
    """Fit a run to a target.

    Self-training takes about as long as its epochs of training did; its outcome is kept beside the runs
    and taken again when run, target and settings are the same.

    Args:
        run: A finished run.
        source: What it learnt from: the splits ``train`` and ``val``, with labels.
        target: Unlabelled clips; labels that it has are not looked at.
        split: Which of its clips.
        config: How.
        progress: Told about long work.
        device: Where to compute.

    Raises:
        ManifestError: A split is empty.
        ModelFileError: The run cannot be used.
    """
    facts: dict[str, Any] = {"method": config.method}
    model = load_model(run, device)
    if config.method == "none":
        return Adapted(run, model, run.decoding, None, facts)
    learnt, checked = list(clips_of(source, "train")), list(clips_of(source, "val"))
    seen = list(clips_of(target, split))
    facts |= {"clips": len(seen), "target": target.name, "split": split}
    if config.method == "match-rate":
        scores = _scores(run, model, seen, _store(run, target, progress), None, progress)
        rate = rate_of(source, learnt)
        how = match_rate(seen, scores, run.decoding, rate)
        return Adapted(run, model, how, None, {**facts, **_said(how), "mes_per_minute": 60 * rate})
    own = _store(run, source, progress)
    if config.method == "normalise":
        channels = measure_channels(model, learnt, own)
        scores = _scores(run, model, checked, own, channels, progress)
        how, _ = calibrate(source, checked, scores, run.config.decoding)
        return Adapted(run, model, how, channels, {**facts, **_said(how)})
    folder = _folder(run, target, split, config)
    if folder.is_finished:
        kept = folder.read("adaptation.json")
        return Adapted(run, load_model(folder, device), folder.decoding, None, kept)
    training = run.config.training
    unlabelled = ClipDataset(target, seen, _store(run, target, progress))
    # Should the target have labels: windows are drawn as if it had none.
    unlabelled.runs = []
    history = SelfTraining(
        model,
        ClipDataset(source, learnt, own),
        unlabelled,
        training,
        config,
        progress,
    ).run()
    how, _ = calibrate(
        source, checked, _scores(run, model, checked, own, None, progress), run.config.decoding
    )
    facts |= {**_said(how), "epochs": config.epochs, "history": history}
    write_json(folder.path / "config.json", run.read("config.json"))
    write_json(folder.path / "adaptation.json", {"run": run.run_id, **facts})
    write_tensors(folder.weights_path, model.state_dict(), {"run": run.run_id})
    folder.write_result(how, {"adapted_from": run.run_id})
    return Adapted(run, model, how, None, facts)


def _folder(run: RunFolder, target: Dataset, split: str, config: AdaptConfig) -> RunFolder:
    facts = [_VERSION, run.run_id, target.data_hash, split, config.model_dump(mode="json")]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    return RunFolder(Path(run.path.parent) / "adapted" / digest)


def _store(run: RunFolder, dataset: Dataset, progress: Progress | None) -> FrameStore:
    config = run.config
    folder = run.cache if config.training.cache else None
    return FrameStore(dataset, config.model.input, folder, progress=progress)


def _scores(
    run: RunFolder,
    model: Meldae,
    clips: list[Clip],
    store: FrameStore,
    channels: Channels | None,
    progress: Progress | None,
) -> dict[str, RawScores]:
    training = run.config.training
    if channels is None:
        return score_clips(
            model, clips, store, training.window, training.overlap, progress=progress
        )
    with torch.inference_mode():
        return score_aligned(
            model, clips, store, channels, training.window, training.overlap, progress
        )


def _said(how: Decoding) -> dict[str, Any]:
    return {"threshold": how.threshold}
