"""Template, filled by code, checked: clean; and what is wrong is told."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from projects import TierText, write_eaf_text
from typer.testing import CliRunner

from wdmd_tools.cli import _register, app
from wdmd_tools.elan.writer import EafAligned, EafRef, write_eaf
from wdmd_tools.protocol import Protocol, load_protocol
from wdmd_tools.protocol.template import complete, template_document, vocabulary_of

if not app.registered_commands:
    _register()

LAB = """
tiers: {me: ["{subject}-MicroExpr-{annotator}"], emotion: [Gefühl]}
state_values: {speaking: [spricht], listening: ["hört zu"], silent: [schweigt]}
ratings: {intensity: {tiers: [Intensity], level: ordinal, values: [A, B, C]}}
durations: {me: {min_ms: 40, max_ms: 500}}
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("text", ["{}", LAB])
def test_a_filled_template_passes_the_check(tmp_path: Path, text: str) -> None:
    (tmp_path / "lab.yaml").write_text(text, encoding="utf-8")
    words = ("--annotator", "A1", "--annotator", "Ünal B", "--subject", "P1")
    start = ("--protocol", tmp_path / "lab.yaml", "--out", tmp_path / "t")
    result = run("template", *words, *start)
    assert result.exit_code == 0, result.output
    protocol = load_protocol(tmp_path / "t" / "protocol.yaml")
    document = template_document(protocol, ["A1", "Ünal B"], "P1")
    filled = []
    for tier in document.tiers:
        kind = protocol.kind_of(tier.tier_id)[0]
        assert kind is not None
        value = (vocabulary_of(protocol, kind) or ("1+2",))[0]
        cell = EafRef(0, value) if tier.parent else EafAligned(1000, 1300, value)
        filled.append(replace(tier, annotations=(cell,)))
    write_eaf(tmp_path / "ann" / "film.eaf", replace(document, tiers=tuple(filled)))
    where = ("--elan", tmp_path / "ann", "--protocol", tmp_path / "t" / "protocol.yaml")
    checked = run("check", *where, "--json")
    found = json.loads(checked.stdout)
    assert (checked.exit_code, found["problems"], found["n_me"]) == (0, [], 2)


def test_the_template_is_empty_and_every_list_is_named_by_a_type(tmp_path: Path) -> None:
    assert run("template", "--out", tmp_path, "--annotator", "A1").exit_code == 0
    root = ET.parse(tmp_path / "template.etf").getroot()  # noqa: S314
    assert list(root.iter("ANNOTATION")) == list(root.iter("TIME_SLOT")) == []
    tiers = {tier.get("TIER_ID"): tier.get("PARENT_REF") for tier in root.iter("TIER")}
    assert tiers == {"ME@A1": None, "State@A1": None, "AU@A1": "ME@A1", "Emotion@A1": "ME@A1"}
    lists = {cv.get("CV_ID") for cv in root.iter("CONTROLLED_VOCABULARY")}
    named = {t.get("CONTROLLED_VOCABULARY_REF") for t in root.iter("LINGUISTIC_TYPE")} - {None}
    assert named == lists == {"me", "state", "emotion"}
    states = [v.text for v in root.findall("CONTROLLED_VOCABULARY[@CV_ID='state']//CVE_VALUE")]
    assert states == ["speaking", "listening", "silent"]


def test_the_protocol_is_written_so_that_it_reads_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(LAB, encoding="utf-8")
    lab = complete(load_protocol(tmp_path / "lab.yaml"))
    run("template", "--protocol", tmp_path / "lab.yaml", "--out", tmp_path / "t",
        "--annotator", "A", "--subject", "P")  # fmt: skip
    assert load_protocol(tmp_path / "t" / "protocol.yaml") == lab
    assert complete(Protocol()) == complete(complete(Protocol()))


@pytest.mark.parametrize(
    ("lab", "words", "says"),
    [
        ("{}", ("--annotator", "A", "--annotator", "A"), "once each"),
        ("{}", ("--annotator", "Anna", "--annotator", "anna"), "differ only in case"),
        ("{}", ("--annotator", "a/b"), "cannot be in the name of a file"),
        ("{}", ("--annotator", "NUL"), "Windows reserves"),
        (LAB, ("--annotator", "A"), "needs --subject"),
        ("tiers: {me: [X], state: [X]}", (), "would be read as"),
        ("tiers: {me: ['ME*']}", ("--annotator", "A", "--annotator", "B"), "twice"),
    ],
)
def test_what_cannot_be_is_one_line(
    tmp_path: Path, lab: str, words: tuple[str, ...], says: str
) -> None:
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    result = run("template", "--out", tmp_path / "t", "--protocol", tmp_path / "lab.yaml", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("error:") == 1
    assert not (tmp_path / "t").exists()


def test_files_that_are_there_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text("mine")
    assert run("template", "--out", tmp_path).exit_code == 2
    assert (tmp_path / "protocol.yaml").read_text() == "mine"
    assert not (tmp_path / "template.etf").exists()
    assert run("template", "--out", tmp_path, "--force").exit_code == 0


def test_check_without_films_groups_by_file_and_says_how_to_mend(tmp_path: Path) -> None:
    write_eaf_text(tmp_path / "a b.eaf", TierText("ME", [(61_500, 61_500, "")], annotator="A"))
    write_eaf_text(tmp_path / "c.eaf", TierText("Micro [x]"))
    for name in ("c.eaf.001", "c.bak", "c.pfsx", "c.etf", ".c.eaf", "c.eaf~"):
        (tmp_path / name).write_text("not read")
    result = run("check", "--elan", tmp_path)
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[0] == str(tmp_path / "a b.eaf")
    assert "E_ZERO_LENGTH  line" in lines[1]
    assert "tier 'ME', annotation a1, at 00:01:01.500" in lines[1]
    assert "Micro [x]" in result.stdout
    assert lines[-1].startswith("2 ELAN files, films not looked at, 0 micro-expressions")
    found = json.loads(run("check", "--elan", tmp_path, "--json").stdout)
    assert (found["n_errors"], found["n_warnings"]) == (2, 0)
    assert found["codes"] == {"E_NO_ME_TIER": 1, "E_ZERO_LENGTH": 1}
    keys = {
        "code",
        "severity",
        "file",
        "line",
        "tier",
        "annotation_id",
        "time_ms",
        "fix",
        "message",
    }
    assert keys == set(found["problems"][0])
