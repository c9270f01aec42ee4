"""From a dataset and a trained model to a run folder of a smaller one."""

from pathlib import Path
from typing import Any

from meldae.checkpoint import file_sha256
from meldae.distill.lessons import Lessons
from meldae.distill.loop import DistillLoop
from meldae.distill.settings import GROUP, DistillConfig
from meldae.run_folder import RunFolder
from meldae.settings import RunConfig
from meldae.store import Progress, clips_of
from meldae.training.run import train
from wdmd_tools.errors import ConfigError
from wdmd_tools.manifest import Dataset


def distill(
    dataset: Dataset,
    teacher: RunFolder,
    config: RunConfig,
    how: DistillConfig,
    runs_dir: Path,
    progress: Progress | None = None,
    *,
    weights: Path | None = None,
    accelerator: str = "auto",
    devices: int = 1,
) -> RunFolder:
    """Train a student, or find the run that already did.

    All is as in `meldae.training.train`: epoch and thresholds are chosen on the validation split, with the
    annotators' labels and never with the teacher's; a run that was stopped goes on; the test split is not
    looked at. The teacher says what it says of the training clips once.

    Args:
        dataset: A built dataset, under the split that the teacher was trained on: under another one the
            teacher has seen what the student is tested on.
        teacher: A finished run.
        config: The student.
        how: How it is taught.
        runs_dir: Holds one folder per run; the teacher's id and the hash of its weights are part of the
            student's identity and stand in its ``config.json``.
        progress: Told about decoding, the teacher, steps and epochs.
        weights: safetensors of a timm model for the student's frame encoder.
        accelerator: As for `train`.
        devices: As for `train`.

    Raises:
        ModelFileError: The teacher cannot be used.
        ConfigError: MEs are to be injected, or the warm-up asked for: the teacher has said nothing of
            frames that are changed in that way.
        ManifestError: As for `train`.
    """
    for name in ("inject", "warmup_epochs"):
        if getattr(config.training, name):
            raise ConfigError(
                f"training.{name}: the teacher is asked about the clips as they are; set it to 0"
            )

    def make_loop(fabric: Any, *args: Any) -> DistillLoop:
        speaks = progress if fabric.is_global_zero else None
        folder = Path(runs_dir) / "cache"
        # The first process asks; the others find the file.
        with fabric.rank_zero_first(local=False):
            lessons = Lessons(
                dataset,
                clips_of(dataset, "train"),
                teacher,
                folder,
                features=how.feature_weight > 0,
                device=fabric.device,
                progress=speaks,
            )
        return DistillLoop(fabric, *args, lessons=lessons, how=how)

    told = {
        "teacher": teacher.run_id,
        "teacher_sha256": file_sha256(teacher.weights_path),
        **how.model_dump(mode="json"),
    }
    return train(
        dataset,
        config,
        runs_dir,
        progress,
        weights=weights,
        accelerator=accelerator,
        devices=devices,
        make_loop=make_loop,
        extra={GROUP: told},
    )
