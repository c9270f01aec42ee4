"""A model on a film, from the dataset it learns from to the segments."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.models.base import FitContext, Progress, Recogniser, Spotter, no_progress
from benchmarks.protocols.leaks import TEST_SPLIT
from benchmarks.protocols.views import blind_view, training_view
from benchmarks.recognising import recognise_spotted
from benchmarks.registry import ModelEntry
from benchmarks.scoring_emotions import known_scheme
from benchmarks.spotting.film import build_film
from benchmarks.spotting.found import FilmSpotting, on_the_film
from benchmarks.spotting.kept import find, fit_key, keep
from wdmd_tools.clips import slug
from wdmd_tools.errors import ConfigError, ManifestError
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples
from wdmd_tools.pipeline.hashing import sha256_of


@dataclass(frozen=True)
class Settings:
    """Where and how.

    Args:
        results: Holds the film's clips, kept fits and shared features.
        runs: Trained MELDAE runs.
        seed: Of everything random.
        emotions: Scheme to recognise by, or ``"none"``.
        face_model: ``face_landmarker.task``.
    """

    results: Path
    runs: Path
    seed: int = 0
    emotions: str = "none"
    face_model: Path | None = None


@dataclass(frozen=True)
class Spotted:
    """The outcome.

    Args:
        found: On the film.
        key: Of the fit.
        was_kept: Whether the model had learnt before.
        is_kept: Whether it will not have to again.
        seconds: Of fitting, building and spotting.
    """

    found: FilmSpotting
    key: str
    was_kept: bool
    is_kept: bool
    seconds: dict[str, float]


def spot_film(
    entry: ModelEntry,
    data: Dataset,
    video: Path,
    settings: Settings,
    progress: Progress = no_progress,
) -> Spotted:
    """Let a model spot a film.

    Args:
        entry: The model.
        data: Its training and validation splits are learnt from.
        video: The film.
        settings: See `Settings`.
        progress: Told about long work.

    Raises:
        VideoError: There is no such film.
        ConfigError: Emotions are asked of a model that says none.
        DataError: The film holds nothing to look at, or the dataset nothing to learn from, also of the
            classes that are asked for.
    """
    scheme = known_scheme(settings.emotions)
    kind = entry.load()
    if scheme is not None and not issubclass(kind, Recogniser):
        raise ConfigError(f"--emotions {settings.emotions}: {entry.name} does not say emotions")
    learnt = training_view(data)
    if scheme is not None and not emotion_samples(learnt, scheme, "train"):
        raise ManifestError(
            f"{data.root}: no micro-expression to learn from has a class of the scheme "
            f"{scheme.name!r}; choose another with --emotions, or none"
        )
    seconds: dict[str, float] = {}
    begin = time.perf_counter()
    folder = settings.results / "spot" / f"{slug(video.stem)}-{_name_of(data, video)}"
    film = build_film(
        video,
        data,
        folder,
        face_model=settings.face_model,
        progress=lambda at: progress(
            "cutting faces, seconds of film", round(at.seconds), round(at.seconds_total)
        ),
    )
    seconds["build"] = round(time.perf_counter() - begin, 2)
    begin = time.perf_counter()
    key = fit_key(entry, learnt, settings.seed, settings.emotions)
    work = settings.results / ".cache" / "fits"
    context = FitContext(
        seed=settings.seed,
        work_dir=work / key[:16],
        cache_dir=settings.results / ".cache",
        runs_dir=settings.runs,
        options=entry.options,
        progress=progress,
        emotions=scheme,
    )
    path = work / f"{key}.pickle"
    known = find(path, kind, context)
    model = known if known is not None else _fitted(kind, learnt, context)
    is_kept = known is not None or keep(path, model)
    seconds["fit"] = round(time.perf_counter() - begin, 2)
    begin = time.perf_counter()
    blind = blind_view(film, TEST_SPLIT)
    model.adapt(blind, TEST_SPLIT)
    said = model.predict(blind, TEST_SPLIT)
    if scheme is not None and isinstance(model, Recogniser):
        said = recognise_spotted(model, blind, said, scheme)
    found = on_the_film(film, video, entry.name, said)
    seconds["spot"] = round(time.perf_counter() - begin, 2)
    return Spotted(found, key, known is not None, is_kept, seconds)


def _fitted(kind: type[Spotter], learnt: Dataset, context: FitContext) -> Spotter:
    context.work_dir.mkdir(parents=True, exist_ok=True)
    model = kind()
    model.fit(learnt, context)
    return model


def _name_of(data: Dataset, video: Path) -> str:
    """Tells films of one name apart, and crops made for different datasets."""
    import hashlib

    digest = sha256_of(video) if video.is_file() else ""
    config = json.dumps(data.info.get("config"), sort_keys=True, default=str)
    return hashlib.sha256(f"{digest}\n{config}".encode()).hexdigest()[:12]
