import csv
import json

import pytest
import typer
from typer.testing import CliRunner

from wdmd_tools.cli.console import friendly
from wdmd_tools.cli.screen import screen
from wdmd_tools.errors import ConfigError, DataError
from wdmd_tools.screen.queue import COLUMNS, read_queue, write_queue
from wdmd_tools.screen.rules import Rule, Rules, load_rules
from wdmd_tools.screen.subtitles import Cue, read_subtitles

app = typer.Typer()
app.command()(friendly(screen))
SRT = "1\n00:00:01,000 --> 00:00:02,500\n{}\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n"


def cues(tmp_path, name, text, encoding="utf-8"):
    (tmp_path / name).write_bytes(text.encode(encoding))
    return read_subtitles(tmp_path / name).cues


@pytest.mark.parametrize(
    ("word", "encoding"),
    [
        ("café", "utf-8"),
        ("café", "utf-8-sig"),
        ("café", "cp1252"),
        ("café", "utf-16"),
        ("你好世界，" * 20, "gb18030"),
    ],
)
def test_encodings(tmp_path, word, encoding):
    found = cues(tmp_path, "a.srt", SRT.format(word), encoding)
    assert found == [Cue(1000, 2500, word), Cue(3000, 4000, "Bye")]


def test_broken_times_lose_no_text_and_do_not_leak_into_the_cue_above(tmp_path):
    #   cue                        what is wrong             read as
    text = (
        "1\n00:00:01.000 --> 00:00:02.000\nDot time\n\n"  # 1000-2000
        "broken\n00:00:05 ->\nshort arrow\n\n"  # no end: 5000-5001
        "3\n00:00:09,000 --> 00:00:08,500\nreversed\n\n"  # 9000-9001
        "4\n0:1 -->\nkill in no time\n\n"  # no start: counted
        "left over\n\n5\n"  # no time line at all: counted; a number alone is nothing
    )
    (tmp_path / "a.srt").write_text(text)
    read = read_subtitles(tmp_path / "a.srt")
    assert read.cues == [
        Cue(1000, 2000, "Dot time"),
        Cue(5000, 5001, "short arrow"),
        Cue(9000, 9001, "reversed"),
    ]
    assert read.unread == 2


def test_vtt_entities_are_read_and_notes_are_not_text(tmp_path):
    text = (
        "WEBVTT - a title\n\nNOTE kill\nmore\n\nSTYLE\n::cue {}\n\n"
        "00:01.000 --> 00:02.000 align:start\nTom &amp; <i>Ann</i> don&#39;t\n"
    )
    (tmp_path / "a.vtt").write_text(text)
    read = read_subtitles(tmp_path / "a.vtt")
    assert read.cues == [Cue(1000, 2000, "Tom & Ann don't")]
    assert read.unread == 0


def test_a_guess_and_what_was_not_read_are_told_everywhere(tmp_path):
    (tmp_path / "rules.yaml").write_text("rules: [{term: kill, category: violence}]")
    (tmp_path / "a.srt").write_bytes(
        (SRT.format("Я тебя убью") + "\n3\n0:1 -->\nkill\n").encode("cp1251")
    )
    (tmp_path / "b.srt").write_text(SRT.format("kill"))
    call = ["--subtitles", str(tmp_path), "--rules", f"{tmp_path}/rules.yaml"]
    result = CliRunner().invoke(app, [*call, "--out", f"{tmp_path}/o", "--json"])
    assert result.exit_code == 4
    document = json.loads(result.stdout)
    assert document["encodings"] == {"a.srt": "cp1251", "b.srt": "utf-8"}
    assert document["encodings_guessed"] == {"a.srt": "cp1251"}
    assert "1 cues without a usable time were not read" in document["unreadable"][0]
    told = {row["rule"]: row["text"] for row in document["queue"] if row["film"] == "a.srt"}
    assert "Я тебя убью" in told["encoding"]
    assert "1 cues" in told["no time"]
    assert "a.srt: neither UTF-8 nor marked, read as cp1251" in result.stderr
    forced = CliRunner().invoke(
        app, [*call, "--out", f"{tmp_path}/p", "--encoding", "cp1251", "--json"]
    )
    assert json.loads(forced.stdout)["encodings_guessed"] == {}


def test_vtt_cue_name_is_not_text(tmp_path):
    text = "WEBVTT\n\nid1\n00:01.000 --> 00:02.000\nHi there\n\nid2\n00:03.000 --> 00:04.000\nYou\n"
    assert [cue.text for cue in cues(tmp_path, "a.vtt", text)] == ["Hi there", "You"]


def test_ass_without_tags(tmp_path):
    text = (
        "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Hi{\\i0}\\Nyou\n"
    )
    assert cues(tmp_path, "a.ass", text) == [Cue(1000, 2000, "Hi you")]


def test_not_a_subtitle(tmp_path):
    with pytest.raises(DataError, match="no subtitle"):
        cues(tmp_path, "a.srt", "hello")


def test_words_case_width_cjk_and_allow_list():
    rules = Rules(
        rules=(Rule(term="shoot", category="v"), Rule(term="杀", category="v")),
        allow=("shoot a film",),
    )
    hits = {
        text: [rule.term for rule in rules.find(text)]
        for text in ("SHOOT him", "ｓｈｏｏｔ", "shooting", "we Shoot  a film", "他杀人")
    }
    assert list(hits.values()) == [["shoot"], ["shoot"], [], [], ["杀"]]


def test_rules_refuse_unknown_keys_and_empty_terms(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("rules: [{term: a, category: b, regex: c}]")
    with pytest.raises(ConfigError, match="regex"):
        load_rules(path)
    path.write_text("rules: [{term: ' ', category: b}]")
    with pytest.raises(ConfigError, match="empty term"):
        load_rules(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: kill", "rules: expected a list"),
        ("rules: [kill]", "rules.0: expected .*, found kill; a rule is"),
        ("rules: [{trm: kill}]", "rules.0.term: is missing"),
        ("rule: []", "rules: is missing"),
        ("rules: []\nalow: [x]", "alow: no such key; did you mean 'allow'"),
        ("- kill", "expected `rules:`"),
        ("rules:\n\t- {}", r"use spaces, not tabs \(line 2\)"),
        ("rules: [{term: yes, category: b}]", "put quotes"),
    ],
)
def test_wrong_rules_are_one_line_in_plain_words(tmp_path, text, says):
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says) as caught:
        load_rules(path)
    assert "Input should" not in str(caught.value)


def test_formula_cells_round_trip(tmp_path):
    row = dict.fromkeys(
        COLUMNS,
        "x",
    ) | {"text": "=1+1"}
    write_queue(tmp_path / "q.csv", [row])
    assert b"'=1+1" in (tmp_path / "q.csv").read_bytes()
    assert read_queue(tmp_path / "q.csv") == [row]


def test_rerun_keeps_decisions_saved_by_excel(tmp_path):
    (tmp_path / "rules.yaml").write_text("rules: [{term: kill, category: violence}]")
    (tmp_path / "a.srt").write_text(SRT.format("I kill you"))
    call = [
        "--subtitles",
        str(tmp_path),
        "--rules",
        f"{tmp_path}/rules.yaml",
        "--out",
        f"{tmp_path}/o",
        "--json",
    ]
    first = CliRunner().invoke(app, call)
    assert first.exit_code == 0
    document = json.loads(first.stdout)
    assert document["hits"] == {"keyword: violence / kill": 1}
    assert document["undecided"] == 1
    row = document["queue"][0]
    assert (row["film"], row["start_ms"], row["end_ms"]) == ("a.srt", "1000", "2500")
    with (tmp_path / "o/queue.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(row), delimiter=";")
        writer.writeheader()
        writer.writerow(row | {"decision": "keep"})
    (tmp_path / "a.srt").write_text(SRT.format("nothing"))
    again = json.loads(CliRunner().invoke(app, call).stdout)
    assert [one["decision"] for one in again["queue"]] == ["keep"]
    assert again["hits"] == {}
    assert again["rules_without_hit"] == ["kill"]


def test_a_queue_in_the_countrys_encoding_is_read_with_a_notice(tmp_path):
    row = dict.fromkeys(COLUMNS, "x") | {"note": "später ansehen"}
    head = ";".join(COLUMNS)
    text = f"sep=;\r\n{head}\r\n{';'.join(row[name] for name in COLUMNS)}\r\n"
    (tmp_path / "q.csv").write_bytes(text.encode("cp1252"))
    told = []
    assert read_queue(tmp_path / "q.csv", told.append) == [row]
    assert len(told) == 1
    assert "read as cp1252" in told[0]


def test_a_folder_without_subtitles_is_one_clear_line(tmp_path):
    (tmp_path / "rules.yaml").write_text("rules: []")
    result = CliRunner().invoke(
        app, ["--subtitles", str(tmp_path), "--rules", f"{tmp_path}/rules.yaml"]
    )
    assert result.exit_code == 3
    assert "no subtitle file" in result.output
