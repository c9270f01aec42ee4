"""What a dataset asks of its models beside micro-expressions."""

from pathlib import Path

import pytest
from emotion_labs import WORDS, lab

from benchmarks.asked import Asked, asking, what_is_asked
from benchmarks.datasets import BenchDataset
from benchmarks.protocols import folds_of
from benchmarks.registry import ModelEntry
from benchmarks.results import JobKey, job_hash
from benchmarks.runs.plan import plan
from benchmarks.runs.settings import RunSettings
from benchmarks.specs import DatasetSpec, load_bench_config
from wdmd_tools.errors import ConfigError, DataError, ManifestError, UnknownNameError
from wdmd_tools.split.make import make_loso
from wdmd_tools.split.stored import write_split


def test_what_a_dataset_asks(tmp_path: Path) -> None:
    dataset = lab(tmp_path / "lab", WORDS, macro=("S1",))
    holdout = folds_of(dataset, "holdout")
    assert what_is_asked(holdout) == Asked("3", macro=True)
    assert what_is_asked(holdout, macro=False) == Asked("3")
    assert what_is_asked(holdout, "none") == Asked("none", macro=True)
    assert what_is_asked(holdout, "mmew-4") == Asked("mmew-4", macro=True)
    write_split(dataset, make_loso(dataset, "loso", "subject", 0.0, 0))
    loso = folds_of(dataset, "loso")
    # The fold that leaves S1 out has no macro-expression to learn from, so no fold is asked for them.
    assert what_is_asked(loso) == Asked("3")
    one_class = lab(tmp_path / "one", {"S1": ("fear",), "S2": ("happy",), "S3": ("happy",)})
    assert what_is_asked(folds_of(one_class, "holdout")) == Asked()
    # Built from ELAN it is there for spotting: emotions only where they are asked for.
    built = folds_of(lab(tmp_path / "built", WORDS, imported=False), "holdout")
    assert what_is_asked(built) == Asked()
    assert what_is_asked(built, "3") == Asked("3")
    with pytest.raises(ManifestError, match="no micro-expression to learn from has a class of"):
        what_is_asked(folds_of(one_class, "holdout"), "casme2-5")


def test_only_what_is_asked_changes_a_jobs_hash() -> None:
    key = JobKey(dataset="d", protocol="holdout", model="m")
    plain = job_hash(key, {}, "t", "c", "d")
    assert job_hash(key, {}, "t", "c", "d", Asked().facts) == plain
    hashes = {
        job_hash(key, {}, "t", "c", "d", Asked(name, macro).facts)
        for name in ("none", "3", "4")
        for macro in (False, True)
    }
    assert len(hashes) == 6


def test_a_configuration_says_what_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text("datasets: { lab: { path: lab, emotions: 3, macro: false } }\n")
    spec = load_bench_config(path).datasets["lab"]
    assert (spec.emotions, spec.macro) == ("3", False)
    path.write_text("datasets: { lab: { path: lab, emotions: five } }\n")
    with pytest.raises(ConfigError, match=r"lab\.emotions: unknown scheme of emotions 'five'"):
        load_bench_config(path)
    one = BenchDataset("lab", "lab", DatasetSpec(path=tmp_path))
    (changed,) = asking([one], "4")
    assert changed.spec is not None
    assert changed.spec.emotions == "4"
    assert asking([one], None) == [one]
    with pytest.raises(UnknownNameError, match="did you mean 'casme2-5'"):
        asking([one], "casme2")


def test_a_scheme_without_samples_refuses_the_dataset(tmp_path: Path) -> None:
    dataset = lab(tmp_path / "lab", {"S1": ("fear",), "S2": ("fear",), "S3": ("fear",)})
    spec = DatasetSpec(path=dataset.root, emotions="casme2-5")
    one = BenchDataset("lab", "lab", spec, dataset)
    with pytest.raises(DataError, match=r"refused: .*of the scheme 'casme2-5'"):
        plan([one], [ModelEntry("m", "careful_models:Plain", "m")], RunSettings(out=tmp_path / "r"))
