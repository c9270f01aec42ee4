from pathlib import Path

import pytest

from benchmarks.built_in import BUILT_IN, default_registry
from benchmarks.models.trivial import Never
from benchmarks.registry import GROUPS, ModelEntry, Registry
from wdmd_tools.errors import ConfigError, UnknownNameError


def test_every_built_in_model_can_be_loaded() -> None:
    registry = default_registry()
    for entry in registry:
        assert entry.load()().describe() is not None
        assert entry.group in GROUPS
        assert entry.note
    names = [entry.name for entry in registry]
    assert names[:5] == ["never", "always", "prior", "random", "random-matched"]
    assert {"lbp-top", "lbp-sip", "meldae", "meldae-no-enhancer", "meldae-literal"} <= set(names)


def test_shown_names_are_unique() -> None:
    assert len({entry.display for entry in BUILT_IN}) == len(BUILT_IN)


def test_a_name_twice_is_refused() -> None:
    registry = default_registry()
    with pytest.raises(ConfigError, match=r"'never' is registered twice"):
        registry.add(ModelEntry("never", "a:B", "x"))


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'lbp-top'\?"):
        default_registry().get("lbp-tpo")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("no_such_package.thing:Model", "cannot be imported"),
        ("benchmarks.models.trivial:Nope", "has no 'Nope'"),
        ("benchmarks.models.trivial:NoOptions", "not a subclass"),
        ("pathlib:Path", "not a subclass"),
        ("benchmarks.models.trivial", "expected 'module:object'"),
    ],
)
def test_what_is_no_model_is_refused_in_one_line(target: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        ModelEntry("mine", target, "Mine").load()
    assert "\n" not in str(caught.value)
    assert "'mine'" in str(caught.value)


def test_a_model_is_loaded_by_name() -> None:
    assert default_registry().get("never").load() is Never


def test_the_code_digest_follows_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "digest_target_e.py").write_text("A = 1\n")
    (tmp_path / "digest_source_e.py").write_text("B = 1\n")
    entry = ModelEntry("m", "digest_target_e:A", "m", sources=("digest_source_e",))
    first = entry.code_digest()
    assert first == entry.code_digest()
    (tmp_path / "digest_source_e.py").write_text("B = 2\n")
    second = entry.code_digest()
    (tmp_path / "digest_target_e.py").write_text("A = 2\n")
    assert len({first, second, entry.code_digest()}) == 3


def test_rows_are_ordered_by_group() -> None:
    late = ModelEntry("a", "x:Y", "a", group="trivial")
    registry = Registry([ModelEntry("z", "x:Y", "z", group="paper"), late])
    assert [entry.name for entry in registry] == ["a", "z"]
