"""Statistics as files for spreadsheets."""

import csv
from pathlib import Path

from builders import tiny_dataset

from wdmd_tools.stats import dataset_statistics
from wdmd_tools.stats_csv import FILES, write_statistics_csv


def test_the_files_hold_the_statistics(tmp_path: Path) -> None:
    found = dataset_statistics(tiny_dataset(tmp_path / "data", n_recordings=3))
    write_statistics_csv(tmp_path / "out", found)
    tables = {}
    for name in FILES:
        data = (tmp_path / "out" / name).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by the mark"
        tables[name] = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert sum(int(row["me"]) for row in tables["states.csv"]) == found.counts["me"]
    assert sum(int(row["me"]) for row in tables["durations.csv"]) == found.counts["me"]
    subjects = [row for row in tables["groups.csv"] if row["level"] == "subject"]
    assert {row["name"]: int(row["clips"]) for row in subjects} == {
        name: row["clips"] for name, row in found.subjects.items()
    }
    assert {row["annotator"] for row in tables["annotators.csv"]} == set(found.annotators)
    counted = {(row["kind"], row["label"], row["annotator"]) for row in tables["labels.csv"]}
    assert {kind for kind, _, _ in counted} == {"au", "emotion"}
