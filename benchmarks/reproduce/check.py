"""What is not as it was when the jobs of a manifest were run. Nothing is checked out or changed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.asked import Asked
from benchmarks.job import JobSpec
from benchmarks.protocols import Folders, open_data, open_fold
from benchmarks.provenance import git_state, hardware, versions
from benchmarks.registry import ModelEntry
from benchmarks.results import job_hash
from benchmarks.runs.manifest import ManifestJob, RunManifest, hashes_of
from wdmd_tools.errors import ManifestError, WdmdError
from wdmd_tools.manifest import Dataset


@dataclass(frozen=True)
class Note:
    """One difference.

    Args:
        what: ``commit``, ``changes``, ``version``, ``machine``, ``data``, ``split``, ``code``, ``files``
            or ``settings``.
        text: One line.
    """

    what: str
    text: str

    @property
    def decides(self) -> bool:
        """Whether the results, or what decides them, are others; the rest is said and is no failure."""
        return self.what in ("data", "split", "code", "files", "settings")


@dataclass(frozen=True)
class Ready:
    """A job that can be run again.

    Args:
        before: As the manifest has it.
        spec: To be run, with today's hash.
    """

    before: ManifestJob
    spec: JobSpec


@dataclass(frozen=True)
class Checked:
    """A manifest, held against this machine.

    Args:
        notes: All differences.
        ready: Jobs to be run again.
        absent: Jobs whose data are not at hand, with the reason.
        submitted: Jobs that somebody else ran: there are predictions only.
    """

    notes: tuple[Note, ...]
    ready: tuple[Ready, ...]
    absent: tuple[tuple[ManifestJob, str], ...]
    submitted: tuple[ManifestJob, ...] = ()


def check(manifest: RunManifest, root: Path, out: Path, data: Sequence[Path] = ()) -> Checked:
    """Find all that differs, and the jobs that can be run again.

    Args:
        manifest: What was done.
        root: The folder that it lies in.
        out: Folder for the new results.
        data: Folders that the datasets are in now; those of the manifest when empty.
    """
    rerun = [job for job in manifest.jobs if not job.submitted]
    notes = [*_code_notes(rerun), *_machine_notes(rerun)]
    notes += _file_notes(manifest.jobs, root)
    places = _Places(data)
    ready, absent, told = [], [], set()
    submitted = tuple(job for job in manifest.jobs if job.submitted)
    for before in rerun:
        try:
            spec = before.spec(out, out / ".cache", out / ".runs")
            spec = places.move(spec)
            digest, more = _todays_hash(spec)
        except (WdmdError, OSError) as error:
            absent.append((before, str(error)))
            continue
        for note in more:
            if note not in told:
                told.add(note)
                notes.append(note)
        ready.append(Ready(before, spec.model_copy(update={"job_hash": digest})))
    for reason in dict.fromkeys(reason for _, reason in absent):
        notes.append(Note("data", reason))
    return Checked(tuple(notes), tuple(ready), tuple(absent), submitted)


def _todays_hash(spec: JobSpec) -> tuple[str, list[Note]]:
    """The job's hash with the code and split of today, and what has changed in them.

    Raises:
        WdmdError: The data cannot be opened, or are others.
    """
    folders = Folders(path=spec.data, train=spec.train, pool=spec.pool, people=spec.people)
    try:
        whole = open_data(folders)
    except ManifestError as error:
        reason = str(error).partition(";")[0]
        raise ManifestError(f"{reason}; say where the dataset is now with --data") from None
    if whole.data_hash != spec.data_hash:
        raise WdmdError(
            f"{spec.data}: other data than those of the manifest (hash {whole.data_hash[:12]}, then "
            f"{spec.data_hash[:12]}); give the right folder with --data"
        )
    cut: Dataset = open_fold(whole, spec.key.protocol, spec.fold_name)
    entry = ModelEntry(
        spec.key.model, spec.target, spec.display, options=spec.options, sources=spec.sources
    )
    code = entry.code_digest()
    asked = Asked(spec.emotions, spec.macro).facts
    digest = job_hash(spec.key, spec.options, spec.target, code, cut.data_hash, asked)
    notes = []
    if code != spec.code_digest:
        notes.append(Note("code", f"{spec.key.model}: the model's code is not the same"))
    elif digest != spec.job_hash:
        where = f"{spec.key.dataset}, {spec.key.protocol}"
        notes.append(Note("split", f"{where}: the split is not the same as then"))
    return digest, notes


class _Places:
    """Where datasets are now."""

    def __init__(self, data: Sequence[Path]) -> None:
        self._data = [path.resolve() for path in data]
        self._hashes: dict[Path, str] = {}

    def move(self, spec: JobSpec) -> JobSpec:
        """The job with the folders of today: by content, else by the folder's name."""
        if not self._data:
            return spec
        changes: dict[str, Any] = {
            "data": self._find(spec.data, spec.data_hash),
            "pool": {name: self._find(path) for name, path in spec.pool.items()},
        }
        if spec.train is not None:
            changes["train"] = self._find(spec.train)
        return spec.model_copy(update=changes)

    def _find(self, old: Path, digest: str | None = None) -> Path:
        by_name = [path for path in self._data if path.name == old.name]
        alike = [path for path in self._data if digest is not None and self._hash(path) == digest]
        single = self._data if len(self._data) == 1 else []
        return next(iter((*alike, *by_name, *single)), old)

    def _hash(self, path: Path) -> str:
        if path not in self._hashes:
            try:
                self._hashes[path] = Dataset.open(path).data_hash
            except (WdmdError, OSError):
                self._hashes[path] = ""
        return self._hashes[path]


def _code_notes(jobs: Sequence[ManifestJob]) -> Iterator[Note]:
    now, packages = git_state(), versions()
    for commit, count in Counter(job.code.get("commit") for job in jobs).items():
        if commit != now["commit"]:
            was = "outside a working copy" if commit is None else f"at commit {commit}"
            here = "is outside one" if now["commit"] is None else f"is at {now['commit']}"
            yield Note("commit", f"{_jobs(count)} run {was}; this program {here}")
    dirty = sum(bool(job.code.get("dirty")) for job in jobs)
    if dirty:
        yield Note("changes", f"{_jobs(dirty)} run with changes that no commit has")
    if now["dirty"]:
        yield Note("changes", "this program's working copy has changes that no commit has")
    then = Counter(
        (name, version)
        for job in jobs
        for name, version in dict(job.code.get("versions") or {}).items()
    )
    for (name, version), count in sorted(then.items()):
        if packages.get(name) != version:
            here = packages.get(name, "not installed")
            yield Note("version", f"{name}: {version} ({_jobs(count)} run with it), here {here}")


def _machine_notes(jobs: Sequence[ManifestJob]) -> Iterator[Note]:
    here = hardware()
    for key in ("processor", "gpus", "system"):
        known = [job.hardware[key] for job in jobs if key in job.hardware]
        for value, count in Counter(map(_words, known)).items():
            if value != _words(here[key]):
                now = _words(here[key])
                yield Note("machine", f"{key}: {value} ({_jobs(count)} run there), here {now}")


def _words(value: Any) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


def _file_notes(jobs: Sequence[ManifestJob], root: Path) -> Iterator[Note]:
    """Files that are not those which the manifest is about."""
    for job in jobs:
        found = hashes_of(job.job.folder(root))
        if not found:
            yield Note("files", f"{job.job}: its results are not beside the manifest")
        for name, digest in job.files.items():
            if found and name not in found:
                yield Note("files", f"{job.job}: {name} is gone")
            elif found and found[name] != digest:
                yield Note("files", f"{job.job}: {name} was changed after the manifest was written")


def _jobs(count: int) -> str:
    return "1 job was" if count == 1 else f"{count} jobs were"
