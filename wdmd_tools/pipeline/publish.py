"""All finished recordings into the files of a dataset. The same parts give the same bytes."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from wdmd_tools import atomic
from wdmd_tools.annotations import CONSENSUS, Problem
from wdmd_tools.config import BuildConfig
from wdmd_tools.manifest.schema import SCHEMA_VERSION
from wdmd_tools.manifest.stream import open_table_stream
from wdmd_tools.manifest.tables import make_table, write_table
from wdmd_tools.pipeline.card import croissant, readme
from wdmd_tools.pipeline.hashing import sha256_of
from wdmd_tools.pipeline.journal import tool_versions
from wdmd_tools.pipeline.part import Part
from wdmd_tools.pipeline.plan import Plan
from wdmd_tools.protocol import Protocol
from wdmd_tools.split import assign_splits
from wdmd_tools.split.groups import names_of_groups

TABLES = ("clips", "segments", "frames", "rejects")


@dataclass(frozen=True)
class BuildReport:
    """What a build made.

    Args:
        out: The dataset folder.
        counts: Numbers of recordings, clips, frames, micro-expressions and so on.
        problems: All findings; the errors are in the rejects table.
        built: Recordings built by this call; the others were finished before.
        retried: Recordings whose worker died or ran out of memory the first time, and why.
    """

    out: Path
    counts: dict[str, int]
    problems: tuple[Problem, ...]
    built: int
    retried: tuple[tuple[str, str], ...] = ()

    @property
    def rejects(self) -> list[Problem]:
        """What could not be used."""
        return [problem for problem in self.problems if problem.is_error]


def publish(
    out: Path,
    name: str,
    synthetic: bool,
    plan: Plan,
    parts: dict[str, Part],
    config: BuildConfig,
    protocol: Protocol,
    *,
    about: Mapping[str, Any] | None = None,
) -> tuple[dict[str, int], tuple[Problem, ...]]:
    """Write tables, dataset.json, README.md, croissant.json and SHA256SUMS.

    Args:
        out: The dataset folder.
        name: The dataset's name.
        synthetic: Whether the films were rendered by `wdmd demo`.
        plan: The project.
        parts: Every recording's part.
        config: Settings.
        protocol: Which tier means what.
        about: Further keys of ``dataset.json``.

    Returns:
        Counts, and all problems.
    """
    ordered = [parts[recording.recording_id] for recording in plan.recordings]
    problems = (*plan.problems, *(problem for part in ordered for problem in part.problems))
    clips = _with_splits(_concat("clips", [part.clips for part in ordered]), config.split_seed)
    write_table(out / "clips.parquet", "clips", clips)
    n_me = _write_joined(out, "segments", ordered, _consensus_mes)
    _write_joined(out, "frames", ordered)
    rejects = make_table(
        "rejects", [reject_row(problem) for problem in problems if problem.is_error]
    )
    write_table(out / "rejects.parquet", "rejects", rejects)
    counts = _counts(plan, clips, n_me, rejects)
    info = {
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "synthetic": synthetic,
        "counts": counts,
        "rejects": _by_code(problem for problem in problems if problem.is_error),
        "warnings": _by_code(problem for problem in problems if not problem.is_error),
        "annotators_by_recording": {r.recording_id: list(r.annotators) for r in plan.recordings},
        "config": config.model_dump(mode="json"),
        "protocol": protocol.model_dump(mode="json"),
        "tools": tool_versions(),
        "sources": {
            "videos": {r.source_video: parts[r.recording_id].video_sha256 for r in plan.recordings},
            "eaf": {path: digest for r in plan.recordings for path, digest in r.eaf_hashes},
        },
        **(about or {}),
    }
    _remove_orphans(out, clips)
    atomic.write_text(out / "README.md", readme(info))
    sums = _checksums(out, clips)
    atomic.write_json(out / "croissant.json", croissant(info, sums))
    sums["croissant.json"] = sha256_of(out / "croissant.json")
    # dataset.json marks a whole dataset, so it comes last; the sums name it by its bytes.
    text = json.dumps(info, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    sums["dataset.json"] = hashlib.sha256(text.encode("utf-8")).hexdigest()
    lines = [f"{digest}  {path}\n" for path, digest in sorted(sums.items())]
    atomic.write_text(out / "SHA256SUMS", "".join(lines))
    atomic.write_text(out / "dataset.json", text)
    return counts, problems


def _concat(name: str, tables: Sequence[pa.Table]) -> pa.Table:
    joined = pa.concat_tables([make_table(name, []), *tables])
    return joined.unify_dictionaries().combine_chunks()


def _write_joined(
    out: Path,
    name: str,
    parts: Sequence[Part],
    count: Callable[[pa.Table], int] = lambda table: int(table.num_rows),
) -> int:
    """One table of all recordings, piece by piece; returns the sum of `count` over the pieces."""
    total = 0
    with open_table_stream(out / f"{name}.parquet", name) as stream:
        for part in parts:
            for table in part.tables(name):
                stream.write(table)
                total += count(table)
    return total


def _consensus_mes(segments: pa.Table) -> int:
    is_me = pc.equal(segments["kind"].cast(pa.string()), "me")
    consensus = pc.equal(segments["annotator"].cast(pa.string()), CONSENSUS)
    return int(pc.sum(pc.and_(is_me, consensus).cast(pa.int64())).as_py() or 0)


def _with_splits(clips: pa.Table, seed: int) -> pa.Table:
    subjects = clips["subject_id"].to_pylist()
    # People who share a film share its light, its camera and each other's reactions.
    groups = names_of_groups(subjects, clips["source_video"].to_pylist()) if subjects else []
    split_of = assign_splits(groups, seed) if groups else {}
    column = pa.array([split_of[group] for group in groups], pa.string()).dictionary_encode()
    index = clips.schema.get_field_index("split")
    return clips.set_column(
        index, clips.schema.field("split"), column.cast(clips.schema.field("split").type)
    )


def reject_row(problem: Problem) -> dict[str, Any]:
    """A problem as a row of the rejects table."""
    return {
        "eaf": problem.file,
        "tier": problem.tier or None,
        "annotation_id": problem.annotation_id or None,
        "line": problem.line or None,
        "code": problem.code,
        "reason": f"{problem.message}; {problem.fix}",
    }


def _by_code(problems: Any) -> dict[str, int]:
    return dict(sorted(Counter(problem.code for problem in problems).items()))


def _counts(plan: Plan, clips: pa.Table, n_me: int, rejects: pa.Table) -> dict[str, int]:
    return {
        "recordings": len(set(clips["recording_id"].to_pylist())),
        "subjects": len(set(clips["subject_id"].to_pylist())),
        "annotators": len({name for r in plan.recordings for name in r.annotators}),
        "clips": clips.num_rows,
        "clips_with_me": int(pc.sum(clips["has_me"].cast(pa.int64())).as_py() or 0),
        "frames": int(pc.sum(clips["n_frames"]).as_py() or 0),
        "me": n_me,
        "rejects": rejects.num_rows,
    }


def _remove_orphans(out: Path, clips: pa.Table) -> None:
    """Crops of an earlier build of this folder that no clip names any more."""
    kept = set(clips["crop_path"].to_pylist())
    for path in (out / "crops").glob("*.mkv"):
        if f"crops/{path.name}" not in kept:
            path.unlink()


def _checksums(out: Path, clips: pa.Table) -> dict[str, str]:
    sums = dict(zip(clips["crop_path"].to_pylist(), clips["crop_sha256"].to_pylist(), strict=True))
    for name in (*(f"{table}.parquet" for table in TABLES), "README.md"):
        sums[name] = sha256_of(out / name)
    return sums
