"""What a model learnt is found again, and only where it is safe and right."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from builders import tiny_dataset

from benchmarks.built_in import default_registry
from benchmarks.models.base import FitContext
from benchmarks.models.trivial import Prior, RandomPrior
from benchmarks.spotting.kept import find, fit_key, keep


@pytest.fixture
def context(tmp_path: Path) -> FitContext:
    return FitContext(0, tmp_path / "w", tmp_path / "c", tmp_path / "r", progress=lambda *_: None)


def test_a_kept_model_says_the_same(tmp_path: Path, context: FitContext) -> None:
    dataset = tiny_dataset(tmp_path / "data")
    model = RandomPrior()
    model.fit(dataset, context)
    path = tmp_path / "fits" / "a.pickle"
    assert find(path, RandomPrior, context) is None
    assert keep(path, model)
    again = find(path, RandomPrior, context)
    assert again is not None
    said = [(one.segments, one.p_me) for one in again.predict(dataset, "test")]
    assert said == [(one.segments, one.p_me) for one in model.predict(dataset, "test")]
    assert find(path, Prior, context) is None
    path.chmod(0o622)
    assert find(path, RandomPrior, context) is None
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-5])
    assert find(path, RandomPrior, context) is None


class _Holder(RandomPrior):
    """Holds its context, whose progress callback no pickle could hold, and perhaps more."""

    more: object = None
    context: FitContext | None = None


def test_the_context_is_the_new_one(tmp_path: Path, context: FitContext) -> None:
    model = _Holder()
    model.context = context
    assert keep(tmp_path / "a", model)
    other = replace(context, seed=7)
    found = find(tmp_path / "a", _Holder, other)
    assert isinstance(found, _Holder)
    assert found.context is other


def test_what_cannot_be_kept_is_not(tmp_path: Path) -> None:
    model = _Holder()
    model.more = lambda: None
    assert not keep(tmp_path / "a", model)
    assert not (tmp_path / "a").exists()


def test_a_foreign_id_is_refused(tmp_path: Path, context: FitContext) -> None:
    class Other(pickle.Pickler):
        def persistent_id(self, obj: object) -> str | None:
            return "other" if isinstance(obj, FitContext) else None

    model = _Holder()
    model.context = context
    with (tmp_path / "a").open("wb") as stream:
        Other(stream).dump(model)
    (tmp_path / "a").chmod(0o600)
    assert find(tmp_path / "a", _Holder, context) is None


def test_the_key_tells_fits_apart(tmp_path: Path) -> None:
    one, other = tiny_dataset(tmp_path / "a"), tiny_dataset(tmp_path / "b", seed=1)
    random, prior = (default_registry().get(name) for name in ("random", "prior"))
    keys = [
        fit_key(random, one, 0, "none"),
        fit_key(prior, one, 0, "none"),
        fit_key(random, other, 0, "none"),
        fit_key(random, one, 1, "none"),
        fit_key(random, one, 0, "3"),
        fit_key(replace(random, options={"a": 1}), one, 0, "none"),
    ]
    assert len(set(keys)) == len(keys)
    assert fit_key(random, tiny_dataset(tmp_path / "c"), 0, "none") == keys[0]
