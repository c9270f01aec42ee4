"""What goes out of a dataset that was imported from somebody else's release: words, and no pixel."""

import json
from pathlib import Path
from typing import Any

import pytest
from builders import tiny_dataset
from typer.testing import CliRunner

from wdmd_tools.cli import _register, app
from wdmd_tools.errors import ConfigError
from wdmd_tools.export.datasheet import datasheet
from wdmd_tools.export.options import Crops, ExportOptions
from wdmd_tools.export.run import FORMATS, export_dataset
from wdmd_tools.manifest import Dataset
from wdmd_tools.pipeline.card import croissant

_register()
IMPORT: dict[str, Any] = {
    "dataset": "samm",
    "display": "SAMM",
    "version": "SAMM_Micro_FACS_Codes_v2.xlsx: 159 rows",
    "layout": "SAMM: grey frames",
    "corrections": {
        "origin": "built-in samm.csv",
        "applied": [
            {
                "key": "032_3_1",
                "field": "apex",
                "old": "-1",
                "new": "4945",
                "date": "2024-05-31",
                "source": "tvaranka/meb",
                "why": "not annotated",
            }
        ],
    },
    "sheets": {"SAMM_Micro_FACS_Codes_v2.xlsx": "ab12"},
    "counts": [
        {"what": "micro-expressions", "expected": 159, "found": 158},
        {"what": "subjects", "expected": None, "found": 29},
    ],
}


@pytest.fixture(name="dataset")
def make(tmp_path: Path) -> Dataset:
    one = tiny_dataset(tmp_path / "d", n_recordings=3, clips_per_recording=1, with_crops=True)
    info = one.info | {"import": IMPORT, "synthetic": False}
    (one.root / "dataset.json").write_text(json.dumps(info), encoding="utf-8")
    return Dataset.open(one.root)


@pytest.mark.parametrize("kind", FORMATS)
def test_no_format_holds_a_pixel(dataset: Dataset, kind: str, tmp_path: Path) -> None:
    report = export_dataset(dataset, kind, tmp_path / "out")
    assert not [name for name in report.files if name.endswith((".mkv", ".mp4", ".png", ".jpg"))]


@pytest.mark.parametrize("choice", [Crops.COPY, Crops.LINK])
def test_asking_for_crops_is_refused(dataset: Dataset, choice: Crops, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the licence of SAMM forbids"):
        export_dataset(dataset, "hf", tmp_path / "out", ExportOptions(crops=choice))
    assert not (tmp_path / "out").exists()
    words = ["export", "--to", "croissant", "--out", str(tmp_path / "cli")]
    done = CliRunner().invoke(app, [*words, str(dataset.root), "--crops", choice.value])
    assert done.exit_code == 2
    assert "forbids passing its pictures on" in done.stderr
    assert CliRunner().invoke(app, [*words, str(dataset.root)]).exit_code == 0


def test_one_s_own_crops_still_go_along(tmp_path: Path) -> None:
    one = tiny_dataset(tmp_path / "d", n_recordings=3, clips_per_recording=1, with_crops=True)
    report = export_dataset(one, "hf", tmp_path / "out")
    assert sum(name.endswith(".mkv") for name in report.files) == 3


def test_croissant_names_source_licence_and_corrections(dataset: Dataset) -> None:
    found = croissant(dataset.info, {"clips.parquet": "0" * 64})
    assert [one["@id"] for one in found["distribution"]] == ["clips.parquet"]
    assert found["description"].startswith("Annotations of SAMM")
    assert found["license"].startswith("That of SAMM, by agreement with its owners")
    assert found["isBasedOn"]["version"] == "SAMM_Micro_FACS_Codes_v2.xlsx: 159 rows"
    assert "SAMM_Micro_FACS_Codes_v2.xlsx sha256 ab12" in found["isBasedOn"]["description"]
    protocol = found["rai:dataAnnotationProtocol"]
    assert "1 correction (built-in samm.csv); 032_3_1: apex -1 -> 4945" in protocol
    own = croissant(dataset.info | {"import": None}, {})
    assert "isBasedOn" not in own
    assert [one["@id"] for one in own["distribution"]] == ["crops"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, by rdflib
def test_a_reader_of_croissant_accepts_it(dataset: Dataset, tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    export_dataset(dataset, "croissant", tmp_path / "out")
    read = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "croissant.json"))
    assert not read.metadata.issues.errors
    assert read.metadata.name == dataset.name


def test_the_datasheet_answers_for_the_owners(dataset: Dataset) -> None:
    text = datasheet(dataset)
    assert "MANDATORY" not in text
    assert "- 032\\_3\\_1: apex -1 -\\> 4945 (not annotated; tvaranka/meb, 2024-05-31)" in text
    assert "- micro-expressions: 158 here, 159 published" in text
    assert "subjects: 29" not in text
    assert "Imported by `wdmd import samm`" in text
    assert "It is not distributed. That of SAMM" in text
    assert "in conversation" not in text


def test_readmes_say_that_it_is_not_for_passing_on(dataset: Dataset, tmp_path: Path) -> None:
    for kind in ("hf", "annotations"):
        export_dataset(dataset, kind, tmp_path / kind)
        assert "Not for passing on" in (tmp_path / kind / "README.md").read_text(encoding="utf-8")
