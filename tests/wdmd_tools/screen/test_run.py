"""Films, dialogue and a classifier to one queue."""

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wdmd_tools.cli import _register, app
from wdmd_tools.errors import DataError, ModelFileError
from wdmd_tools.screen import run
from wdmd_tools.screen.queue import toxic_rows
from wdmd_tools.screen.subtitles import Cue
from wdmd_tools.screen.toxicity import ToxicModel
from wdmd_tools.screen.transcript import read_transcript
from wdmd_tools.video.ffmpeg import ffmpeg_binary

_register()


def film(path: Path, source: str) -> None:
    command = [ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", source]
    subprocess.run([*command, "-pix_fmt", "yuv420p", str(path)], check=True)


def wdmd(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["screen", *map(str, arguments)])


def test_films_and_dialogue_go_into_one_queue_and_films_are_measured_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").mkdir()
    film(tmp_path / "raw" / "small film.mp4", "testsrc2=size=160x120:rate=30:duration=0.5")
    (tmp_path / "raw" / "broken.mp4").write_bytes(b"no film")
    (tmp_path / "said.csv").write_text("start;end;text\n1,5;2;Kill!\n00:01:02.5;63;never\n")
    (tmp_path / "rules.yaml").write_text("rules: [{term: kill, category: violence}]")
    call = ["--videos", tmp_path / "raw", "--subtitles", tmp_path / "said.csv"]
    call += ["--rules", tmp_path / "rules.yaml", "--out", tmp_path / "out", "--json"]
    call += ["--faces", 0]
    first = wdmd(*call)
    assert first.exit_code == 4
    assert "broken.mp4" in first.stderr
    document = json.loads(first.stdout)
    assert document["hits"] == {
        "technical / resolution": 1,
        "technical / frame-rate": 1,
        "keyword: violence / kill": 1,
    }
    keyword = next(row for row in document["queue"] if row["rule"] == "kill")
    assert (keyword["film"], keyword["start_ms"], keyword["end_ms"]) == ("said.csv", "1500", "2000")
    assert (tmp_path / "out" / "queue.png").stat().st_size > 3000

    def never(*_: object) -> None:
        raise AssertionError("measured again")

    unreadable = run.screen_film
    monkeypatch.setattr(
        run,
        "screen_film",
        lambda path, c: unreadable(path, c) if "broken" in path.name else never(),
    )
    assert json.loads(wdmd(*call).stdout)["hits"] == document["hits"]


def test_a_tiny_bert_scores_lines_and_pickles_are_refused(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "you", "are", "nice"]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary))
    tokenizer = transformers.BertTokenizer(str(tmp_path / "vocab.txt"))
    config = transformers.BertConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, num_labels=3, id2label={0: "toxic", 1: "threat", 2: "insult"},
        label2id={"toxic": 0, "threat": 1, "insult": 2},
    )  # fmt: skip
    folder = tmp_path / "tiny-bert"
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model = ToxicModel(folder)
    scores = model.scores(["you are nice", "you " * 900])
    assert [set(one) for one in scores] == [{"toxic", "threat", "insult"}] * 2
    assert all(0 <= value <= 1 for one in scores for value in one.values())
    assert model.scores([]) == []
    (tmp_path / "said.csv").write_text("start,end,text\n1,2,you are nice\n")
    call = ["--subtitles", tmp_path / "said.csv", "--toxic-model", folder, "--out", tmp_path / "o"]
    shown = json.loads(wdmd(*call, "--toxic-threshold", 0, "--json").stdout)
    assert [row["rule"] for row in shown["queue"]] == ["tiny-bert"]
    assert float(shown["queue"][0]["score"]) == pytest.approx(max(scores[0].values()), abs=1e-3)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelFileError, match="can run code"):
        ToxicModel(folder)


def test_only_lines_at_the_threshold_are_reported() -> None:
    cues = [Cue(0, 10, "a"), Cue(10, 20, "b"), Cue(20, 30, "c")]
    scores = [{"toxic": 0.2, "threat": 0.7}, {"toxic": 0.5, "threat": 0.1}, {"toxic": 0.49}]
    rows = toxic_rows("film", cues, scores, "bert", 0.5)
    assert [(r["text"], r["reason"], r["score"]) for r in rows] == [
        ("a", "toxic: threat", "0.700"),
        ("b", "toxic: toxic", "0.500"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("start,text\n1,a\n", "no column end"),
        ("start,end,text\n1,x,a\n", r":2: end: 'x' is no time"),
        ("start,end,text\n2,1,a\n", r":2: start is not before end"),
    ],
)
def test_a_wrong_transcript_names_the_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "said.csv").write_text(text)
    with pytest.raises(DataError, match=says):
        read_transcript(tmp_path / "said.csv")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "give --videos"),
        (("--subtitles", "x"), 2, "--rules or --toxic-model"),
        (("--videos", "nowhere"), 2, "nowhere"),
        (("--subtitles", "x", "--rules", "nowhere.yaml"), 2, "nowhere.yaml"),
        (("--subtitles", "x", "--toxic-model", "nowhere"), 3, "hf download"),
    ],
)
def test_mistakes_end_in_one_line(arguments: tuple[str, ...], code: int, says: str) -> None:
    result = wdmd(*arguments)
    assert result.exit_code == code, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output
