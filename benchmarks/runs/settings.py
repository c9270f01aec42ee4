"""What a run is told."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from benchmarks.engine.limits import NO_LIMITS, Limits


class Mode(StrEnum):
    """Which jobs of a grid are run."""

    ONLY_MISSING = "only-missing"
    """Those without a finished result of the same content; failed ones are tried again."""
    FORCE = "force"
    """All."""
    ONLY_CACHE = "only-cache"
    """None: only what is finished is used."""


@dataclass(frozen=True)
class RunSettings:
    """Where a run reads and writes.

    Args:
        out: Folder of results.
        runs: Folder of trained runs.
        seeds: Each model is run once per seed, from 0.
        mode: Which jobs are run.
        workers: Jobs at a time.
        environment: Further environment variables of the jobs.
        limits: Of each job.
        smoke: Whether this is only to see if the models run; marks all results.
    """

    out: Path = Path("results")
    runs: Path = Path("runs")
    seeds: int = 1
    mode: Mode = Mode.ONLY_MISSING
    workers: int = 1
    environment: dict[str, str] = field(default_factory=dict)
    limits: Limits = NO_LIMITS
    smoke: bool = False
