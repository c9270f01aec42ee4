"""Tiers and their meaning."""

from pathlib import Path

import pytest
from projects import TierText, write_eaf_text

from wdmd_tools.elan import read_eaf
from wdmd_tools.errors import ConfigError
from wdmd_tools.protocol import FileNames, Interpretation, Protocol, interpret, load_protocol


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
        ("tier: {}", "did you mean 'tiers'. known: allowed, annotator_from"),
        ("durations: {me: {max: 3}}", "durations.me.max: no such key; .*known: max_ms, min_ms"),
        ("tiers:\n\tme: [x]", r"use spaces, not tabs \(line 2\)"),
        ("state_values: {speaking: [yes]}", "put quotes around the word"),
        ("state_values: {speaking: [x], silent: [X]}", "'X' means both speaking and silent"),
        ("state_values: {silent: [listening]}", "'listening' means both"),
        ("labels: {emotion: {a: [x], b: [' x']}}", "labels.emotion: ' x' means both a and b"),
        ("durations: {me: 3}", "durations.me: expected"),
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
    assert "Value error" not in str(caught.value)
    assert "Input should" not in str(caught.value)


def test_one_name_is_a_list_of_one(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(
        "tiers: {me: MicroExp}\nstate_values: {speaking: talks}\nannotator_from: file\n"
        "ratings: {force: {tiers: Force, values: A}}\n"
    )
    protocol = load_protocol(path)
    assert protocol.kind_of("microexp@A1") == ("me", "A1")
    assert protocol.state_of("talks") == "speaking"
    assert protocol.annotator_from == ("file",)
    assert protocol.ratings["force"].values == ("A",)


def test_a_protocol_saved_by_notepad_as_ansi_says_so(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_bytes("tiers:\n  me: [Größe]\n".encode("cp1252"))
    with pytest.raises(ConfigError, match=r"protocol.yaml:2: not UTF-8; save it as UTF-8"):
        load_protocol(path)


def test_a_missing_protocol_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_protocol(tmp_path / "none.yaml")


def test_ratings_are_kinds_of_their_own_with_a_level_and_values(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(
        "ratings: {intensity: {tiers: [Intensity], level: ordinal, values: [A, B, C]},\n"
        "          valence: {tiers: ['Val *'], level: interval}}\n"
    )
    protocol = load_protocol(path)
    assert protocol.kind_of("intensity@A1") == ("intensity", "A1")
    found = said(
        tmp_path,
        TierText("ME"),
        TierText("Intensity", [(0, 5, "b"), (5, 9, "D")]),
        TierText("Val 1", [(0, 5, "-1.5"), (5, 9, "much")]),
        protocol=protocol,
    )
    assert [(e.kind, e.label) for e in found.events] == [("intensity", "b"), ("valence", "-1.5")]
    assert [(p.code, p.annotation_id) for p in found.problems] == [
        ("E_UNKNOWN_VALUE", "a2"),
        ("E_UNKNOWN_VALUE", "a4"),
    ]
    dumped = protocol.model_dump(mode="json")
    assert dumped["ratings"]["intensity"] == {
        "tiers": ["Intensity"],
        "level": "ordinal",
        "values": ["A", "B", "C"],
    }
    assert Protocol.model_validate(dumped) == protocol


def test_labels_are_mapped_and_values_limited_unit_by_unit(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(
        "labels: {au: {12: [lip corner puller, AU12]}, emotion: {happiness: [Freude]}}\n"
        "allowed: {au: [4, 12]}\n"
    )
    found = said(
        tmp_path,
        TierText("ME", [(0, 30, "")]),
        TierText("AU", [(0, 5, "4, au12"), (5, 9, "4+99")]),
        TierText("Emotion", [(0, 5, "freude"), (5, 9, "awe")]),
        protocol=load_protocol(path),
    )
    assert [e.label for e in found.events if e.kind == "au"] == ["4+12"]
    assert [e.label for e in found.events if e.kind == "emotion"] == ["happiness", "awe"]
    (problem,) = found.problems
    assert (problem.code, problem.annotation_id) == ("E_UNKNOWN_VALUE", "a3")
    assert "'99'" in problem.message


@pytest.mark.parametrize(("reject", "codes", "kept"), [
    (False, ["W_TOO_SHORT", "W_TOO_LONG"], 4),
    (True, ["E_TOO_SHORT", "E_TOO_LONG"], 2),
])  # fmt: skip
def test_lengths_are_limited_including_the_limits(
    tmp_path: Path, reject: bool, codes: list[str], kept: int
) -> None:
    # lengths 39, 40, 500, 501 ms against 40..500
    cells = [(0, 39, ""), (100, 140, ""), (1000, 1500, ""), (2000, 2501, "")]
    protocol = Protocol(durations={"me": {"min_ms": 40, "max_ms": 500, "reject": reject}})
    found = said(tmp_path, TierText("ME", cells), protocol=protocol)
    assert [p.code for p in found.problems] == codes
    assert [p.annotation_id for p in found.problems] == ["a1", "a4"]
    assert len(found.events) == kept


def test_who_annotated_and_who_is_shown_come_in_the_order_asked_for(tmp_path: Path) -> None:
    tiers = {"me": ("{subject} ME {annotator}",)}
    tier = TierText("P1 ME Anna", [(0, 5, "")], participant="P9", annotator="Ben")
    document = read_eaf(write_eaf_text(tmp_path / "x.eaf", tier))
    names = FileNames("Cem", "P7", "Dana")

    def who(*order: str) -> tuple[str, str]:
        people = [source for source in order if source != "author"] or ["tier"]
        protocol = Protocol(tiers=tiers, annotator_from=order, subject_from=people)
        (event,) = interpret(document, protocol, names).events
        return event.annotator, event.participant

    assert who("tier", "file") == ("Anna", "P1")
    assert who("attribute") == ("Ben", "P9")
    assert who("file", "tier") == ("Cem", "P7")
    assert who("author") == ("Dana", "P1")
    silent = interpret(document, Protocol(tiers=tiers, annotator_from=("author",)), FileNames())
    assert "E_NO_ANNOTATOR" in {problem.code for problem in silent.problems}


def test_names_of_files_follow_a_pattern() -> None:
    protocol = Protocol(files=("{subject}_{recording}.{annotator}", "{subject}_*"))
    assert protocol.of_file("P01_film 2.Anna") == {
        "subject": "P01",
        "recording": "film 2",
        "annotator": "Anna",
    }
    assert protocol.of_file("P01_film") == {"subject": "P01"}
    assert protocol.of_file("film") == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ratings: {me: {tiers: [X]}}", "'me'"),
        ("ratings: {Big Name: {tiers: [X]}}", "Big Name"),
        ("ratings: {x: {tiers: []}}", "ratings.x.tiers"),
        ("ratings: {x: {tiers: [X], level: ratio}}", "ratings.x.level"),
        ("ratings: {x: {tiers: [X], level: interval, values: [a]}}", "numbers"),
        ("durations: {me: {min_ms: 9, max_ms: 5}}", "max_ms is less"),
        ("durations: {mes: {}}", "unknown key mes"),
        ("labels: {state: {}}", "unknown key state"),
        ("tiers: {me: ['{x}']}", "unknown place"),
        ("annotator_from: [name]", "annotator_from"),
    ],
)
def test_a_wrong_setting_names_its_key(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says):
        load_protocol(path)


def test_a_protocol_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_bytes("\ufefftiers: {me: [Größe]}\r\n".encode())
    assert load_protocol(path).kind_of("größe") == ("me", "")


def test_two_tiers_read_as_one_annotators_are_told(tmp_path: Path) -> None:
    tiers = (TierText("ME@A", [(0, 5, "")]), TierText("ME@B", [(3, 9, "")]), TierText("AU@A"))
    assert said(tmp_path, *tiers).problems == ()
    found = said(tmp_path, *tiers, protocol=Protocol(annotator_from=("file",)))
    assert [(p.code, p.tier) for p in found.problems] == [("W_TIERS_TOGETHER", "ME@B")]
    assert found.annotators == ("nobody",)
    assert len(found.events) == 2
