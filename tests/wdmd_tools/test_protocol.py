"""Tiers and their meaning."""

from pathlib import Path

import pytest
from projects import TierText, write_eaf_text

from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import ConfigError
from wdmd_tools.protocol import Interpretation, Protocol, interpret, load_protocol


def said(tmp_path: Path, *tiers: TierText, protocol: Protocol | None = None) -> Interpretation:
    document = read_eaf(write_eaf_text(tmp_path / "x.eaf", *tiers))
    return interpret(document, protocol or Protocol(), "nobody")


def test_the_annotator_is_the_suffix_then_the_attribute_then_the_file(tmp_path: Path) -> None:
    found = said(
        tmp_path,
        TierText("ME@Anna", [(0, 5, "")], annotator="Lab"),
        TierText("me", [(0, 5, "")], annotator="Ben"),
        TierText("State", [(0, 5, "silent")]),
        TierText("Other", [(0, 5, "x")]),
    )
    assert [(e.kind, e.annotator) for e in found.events] == [
        ("me", "Anna"),
        ("me", "Ben"),
        ("state", "nobody"),
    ]
    assert found.annotators == ("Anna", "Ben")


def test_states_are_read_whatever_their_case_and_unknown_ones_are_named(tmp_path: Path) -> None:
    found = said(
        tmp_path,
        TierText("ME"),
        TierText("State", [(0, 5, " SPEAKING "), (5, 9, "Talking"), (9, 12, "Silent")]),
    )
    assert [e.label for e in found.events] == ["speaking", "silent"]
    (problem,) = found.problems
    assert problem.code == "E_UNKNOWN_STATE"
    assert "'Talking'" in problem.message
    assert problem.annotation_id == "a2"


def test_overlapping_mes_keep_the_earlier(tmp_path: Path) -> None:
    #  a1 |-----|        a3      |---|    (touching a1 is fine)
    #  a2    |-----|
    found = said(tmp_path, TierText("ME", [(0, 300, ""), (200, 500, ""), (300, 400, "")]))
    assert [e.annotation_id for e in found.events] == ["a1", "a3"]
    assert [(p.code, p.annotation_id) for p in found.problems] == [("E_OVERLAP", "a2")]


def test_without_an_me_tier_the_problem_lists_the_tiers_there_are(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, TierText("Micro"), TierText("State")).problems
    assert problem.code == "E_NO_ME_TIER"
    assert "Micro, State" in problem.message


def test_an_empty_me_tier_is_an_annotator_who_found_nothing(tmp_path: Path) -> None:
    found = said(tmp_path, TierText("ME@A1"))
    assert found.annotators == ("A1",)
    assert found.problems == ()


def test_other_names_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text("tiers: {me: [Mikro]}\nstate_values: {speaking: [spricht]}\n")
    protocol = load_protocol(path)
    assert protocol.kind_of("mikro@A") == ("me", "A")
    assert protocol.kind_of("ME") == (None, "")
    assert protocol.kind_of("State") == ("state", "")
    assert protocol.state_of("Spricht") == "speaking"
    assert protocol.state_of("silent") == "silent"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tier: {}", "tier: no such key"),
        ("tiers: {micro: [x]}", "unknown key micro"),
        ("tiers: [", "not valid YAML"),
        ("- 1", "expected keys"),
        ("tiers: {me: 3}", "tiers.me"),
        ("tiers: {me: []}", "at least one"),
    ],
)
def test_a_wrong_protocol_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says) as caught:
        load_protocol(path)
    assert "\n" not in str(caught.value)


def test_a_missing_protocol_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_protocol(tmp_path / "none.yaml")
