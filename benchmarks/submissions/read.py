"""Which format a submission is in, and who reads it."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.submissions.activitynet import read_activitynet
from benchmarks.submissions.elan import read_elan
from benchmarks.submissions.megc import read_megc
from benchmarks.submissions.notes import Submission
from benchmarks.submissions.places import Places
from wdmd_tools.errors import ConfigError, UnknownNameError
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import read_predictions, read_recognitions

FORMATS: Mapping[str, str] = {
    "parquet": "a folder with predictions.parquet, and frame_scores, clip_scores and recognitions where "
    "there are any",
    "activitynet": "a .json file with results: video to segments in seconds",
    "megc": "a .csv file with vid,onset,offset,type or subject,video,onset,offset,emotion",
    "elan": "an .eaf file, or a folder of them, with a tier ME@<model>",
}
"""Name to what it looks like."""


def detect_format(path: Path) -> str:
    """A key of `FORMATS`, from names of files alone.

    Args:
        path: What the user gave.

    Raises:
        ConfigError: There is no such file or folder, or it looks like none of the formats.
    """
    if not path.exists():
        raise ConfigError(f"{path}: no such file or folder; give the predictions to score")
    if path.is_dir():
        if (path / "predictions.parquet").is_file():
            return "parquet"
        if any(path.glob("*.eaf")):
            return "elan"
        inside = sorted(one.name for one in path.iterdir())
        raise ConfigError(
            f"{path}: holds neither predictions.parquet nor .eaf files"
            + (f" (but {', '.join(inside[:5])}); give a file, or its folder" if inside else "")
        )
    if path.name == "predictions.parquet":
        return "parquet"
    kinds = {".json": "activitynet", ".csv": "megc", ".tsv": "megc", ".eaf": "elan"}
    kind = kinds.get(path.suffix.casefold())
    if kind is None:
        raise ConfigError(
            f"{path}: unknown kind of predictions; expected "
            + "; ".join(FORMATS.values())
            + "; or say which with --format"
        )
    return kind


def read_submission(
    path: Path, dataset: Dataset, kind: str | None = None, tier: str | None = None
) -> Submission:
    """Read predictions of any format.

    Args:
        path: A file or folder.
        dataset: What they were made for.
        kind: A key of `FORMATS`; found out when `None`.
        tier: ELAN only: the tier, or the model whose tiers are read.

    Raises:
        UnknownNameError: There is no such format.
        ConfigError: Nothing is there, or its format cannot be told.
        DataError: It is damaged, or names clips or films that the dataset has not.
    """
    if kind is not None and kind not in FORMATS:
        raise UnknownNameError("format", kind, FORMATS)
    found = detect_format(path) if kind is None else kind
    if not path.exists():
        raise ConfigError(f"{path}: no such file or folder; give the predictions to score")
    if tier is not None and found != "elan":
        raise ConfigError(f"--tier {tier}: only ELAN files have tiers, {path} is read as {found}")
    if found == "parquet":
        folder = path if path.is_dir() else path.parent
        return Submission(
            read_predictions(folder), "parquet", recognitions=read_recognitions(folder)
        )
    places = Places(dataset)
    if found == "elan":
        return read_elan(path, places, tier)
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder; give {FORMATS[found].split(' with')[0]}")
    return (read_activitynet if found == "activitynet" else read_megc)(path, places)
