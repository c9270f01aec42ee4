"""`import_release`: a release on disk to a dataset folder."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wdmd_tools.annotations import Problem
from wdmd_tools.config import BuildConfig, ConsensusConfig
from wdmd_tools.emotions import scheme
from wdmd_tools.errors import ConfigError, DataError
from wdmd_tools.importers import reader_of
from wdmd_tools.importers.corrections import (
    DROP,
    Correction,
    Corrections,
    load_corrections,
)
from wdmd_tools.importers.model import RELEASE, Count, Release
from wdmd_tools.importers.plan import Policies, ReleasePlan, plan_release
from wdmd_tools.importers.tree import Tree, walk
from wdmd_tools.pipeline.build import build_plan, check_origin, check_out
from wdmd_tools.pipeline.engine.base import Engine
from wdmd_tools.pipeline.hashing import sha256_of
from wdmd_tools.pipeline.plan import Plan
from wdmd_tools.pipeline.progress import Progress
from wdmd_tools.pipeline.publish import BuildReport


@dataclass(frozen=True)
class ImportReport:
    """What an import made.

    Args:
        build: Of the dataset.
        release: As it was read.
        idle: Corrections that changed nothing: their row is not there, or is right already.
        origin: Where the corrections come from.
    """

    build: BuildReport
    release: Release
    idle: tuple[Correction, ...]
    origin: str

    @property
    def differing(self) -> list[Count]:
        """Numbers that are not as published."""
        return [count for count in self.release.counts if not count.agrees]


def import_release(
    dataset: str,
    src: Path,
    out: Path,
    config: BuildConfig,
    *,
    corrections: str | None = None,
    policies: Policies | None = None,
    strict_counts: bool = False,
    name: str | None = None,
    face_model: Path | None = None,
    jobs: int = 1,
    engine: Engine | None = None,
    looked_at: Callable[[int, int], None] = lambda _done, _total: None,
    progress: Progress = lambda _progress: None,
) -> ImportReport:
    """Import a public dataset, or finish an import that was interrupted.

    Args:
        dataset: A key of `wdmd_tools.importers.READERS`.
        src: Folder of the release, as it was unpacked.
        out: Dataset folder, made if need be.
        config: Settings; the consensus is always the release's own labels, and all of a long video counts
            as looked at unless `ClipConfig.annotated_only` says otherwise.
        corrections: ``"none"``, a CSV file, or `None` for the built-in ones.
        policies: See `Policies`.
        strict_counts: Whether numbers that are not as published end it before anything is built.
        name: Of the dataset; that of the release when `None`.
        face_model: ``face_landmarker.task``; found or fetched when `None`.
        jobs: Worker processes.
        engine: Where the work is done; by `jobs` when `None`.
        looked_at: Called with videos looked at and videos in all, before anything is built.
        progress: See `wdmd_tools.pipeline.build.build_dataset`.

    Returns:
        What was made.

    Raises:
        ConfigError: A path or setting is wrong.
        DataError: Nothing could be built, or a count differs and `strict_counts` is set.
        MissingDependencyError: The face model or a binary is missing.
    """
    read = reader_of(dataset)
    if not src.is_dir():
        raise ConfigError(
            f"{src}: no such folder; give the folder of the release as it was unpacked"
        )
    check_out(out, {"SRC": src})
    chosen = load_corrections(dataset, corrections)
    policies = policies or Policies()
    tree = walk(src)
    try:
        release = read(src, chosen)
    except DataError as error:
        # What is missing may lie behind a link.
        hint = "".join(f"; {one.message}: {one.fix}" for one in _link_problems(tree))
        raise DataError(f"{error}{hint}") from None
    check_origin(out, release.display)
    _check_counts(release, strict=strict_counts)
    planned = plan_release(release, src, policies, looked_at)
    idle = tuple(one for one in chosen.items if one not in release.corrections)
    plan = Plan(
        planned.plan.recordings,
        (
            *_link_problems(tree),
            *planned.plan.problems,
            *_count_problems(release),
            *_emotion_problems(release),
            # Built-in ones are for several versions of a release, one's own for this one.
            *(_idle_problems(idle, chosen.origin) if corrections is not None else ()),
        ),
        n_eaf=0,
    )
    build = build_plan(
        plan,
        out,
        _settings(config),
        name=name or release.display,
        synthetic=_is_synthetic(src),
        about={"import": _about(release, _sheets(release, tree), planned, chosen, idle, policies)},
        face_model=face_model,
        jobs=jobs,
        engine=engine,
        progress=progress,
    )
    return ImportReport(build, release, idle, chosen.origin)


def _settings(config: BuildConfig) -> BuildConfig:
    clips = config.clips
    if clips.annotated_only is None:
        clips = clips.model_copy(update={"annotated_only": False})
    consensus = ConsensusConfig(rule="annotator", annotator=RELEASE)
    return config.model_copy(update={"clips": clips, "consensus": consensus})


def _check_counts(release: Release, *, strict: bool) -> None:
    differing = [count for count in release.counts if not count.agrees]
    if strict and differing:
        told = ", ".join(f"{one.what} {one.found} (published {one.expected})" for one in differing)
        raise DataError(
            f"{release.display}: not as published: {told}; this seems to be {release.version}; import "
            "without --strict-counts to take it as it is"
        )


def _count_problems(release: Release) -> list[Problem]:
    return [
        Problem(
            "W_COUNTS",
            f"{count.what}: {count.found} found, {count.expected} published",
            "compare with the page of the dataset; part of the release may be missing",
            release.display,
        )
        for count in release.counts
        if not count.agrees
    ]


def _idle_problems(idle: tuple[Correction, ...], origin: str) -> list[Problem]:
    return [
        Problem(
            "W_CORRECTION",
            f"{one.key}: not applied: "
            + (
                "no row has this key"
                if one.field == DROP
                else f"no row of this key has {one.field} {one.old or 'empty'}"
            ),
            "compare key and old with the sheet; keys are source_annotation_id of segments.parquet",
            origin,
        )
        for one in idle
    ]


def _emotion_problems(release: Release) -> list[Problem]:
    """Words that no scheme knows, each once: they would be left out of recognition in silence."""
    known = scheme("4")
    first: dict[str, str] = {}
    for video in release.videos:
        for event in video.events:
            if event.emotion and known.classify(event.emotion) is None:
                first.setdefault(event.emotion, event.source)
    return [
        Problem(
            "W_EMOTION_WORD",
            f"emotion {word!r} is in no class of recognition",
            "correct the word in the sheet or with --corrections, if it is mistyped",
            source,
        )
        for word, source in first.items()
    ]


def _link_problems(tree: Tree) -> list[Problem]:
    if not tree.links:
        return []
    names = ", ".join(path.relative_to(tree.root).as_posix() for path in tree.links[:5])
    more = f" and {len(tree.links) - 5} more" if len(tree.links) > 5 else ""
    return [
        Problem(
            "W_LINK",
            f"links to folders are not followed: {names}{more}",
            "put the folder there, or give the folder that it leads to as SRC",
            str(tree.root),
        )
    ]


def _sheets(release: Release, tree: Tree) -> dict[str, str]:
    """SHA-256 of the files that rows come from, by their place in the release."""
    sources = {event.source for video in release.videos for event in video.events}
    return {
        path.relative_to(tree.root).as_posix(): sha256_of(path)
        for path in tree.sheets
        if any(source.startswith((f"{path.name}!", f"{path.name} row ")) for source in sources)
    }


def _about(
    release: Release,
    sheets: dict[str, str],
    planned: ReleasePlan,
    chosen: Corrections,
    idle: tuple[Correction, ...],
    policies: Policies,
) -> dict[str, Any]:
    return {
        "dataset": release.dataset,
        "display": release.display,
        "version": release.version,
        "layout": release.layout,
        "clip_set": release.clip_set,
        "policies": policies.model_dump(mode="json"),
        "corrections": {
            "origin": chosen.origin,
            "applied": [asdict(one) for one in release.corrections],
            "not_needed": len(idle),
        },
        "sheets": sheets,
        "counts": [asdict(count) for count in release.counts],
        "numbering": {key: asdict(one) for key, one in sorted(planned.numbering.items())},
    }


def _is_synthetic(src: Path) -> bool:
    """Whether the release is a format twin of `wdmd demo --as`, which says so."""
    try:
        said = json.loads((src / "truth.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("synthetic") is True
