"""ELAN files: whose tiers, which film, which score."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.submissions.read import read_submission
from wdmd_tools.elan.writer import EafAligned, EafDocument, EafMedia, EafRef, EafTier, write_eaf
from wdmd_tools.errors import ConfigError, DataError, UnknownNameError
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import PredictedSegment
from wdmd_tools.review.tiers import ASSOCIATION_TYPE


def _tier(name: str, *spans: tuple[int, int, str]) -> EafTier:
    return EafTier(name, tuple(EafAligned(*span) for span in spans))


def _write(path: Path, tiers: Sequence[EafTier], origin: int = 0, film: str = "rec0.mp4") -> Path:
    media = EafMedia(film, f"./{film}", "video/mp4", origin)
    when = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    write_eaf(path, EafDocument(author="a", date=when, media=(media,), tiers=tuple(tiers)))
    return path


def test_times_with_their_origin_become_frames(tmp_path: Path, dataset: Dataset) -> None:
    # frame k of 59.94 fps begins at floor(16.683 k) ms: 10 at 166, 20 at 333
    # media time 170 lies in frame 10, 340 in frame 20; with TIME_ORIGIN 100 the file says 70 and 240
    path = _write(tmp_path / "any.eaf", [_tier("ME@mine", (70, 240, ""))], origin=100)
    found = read_submission(path, dataset)
    assert found.predictions["rec0_0000"].segments == (PredictedSegment(Interval(10, 20), 1.0),)
    assert set(found.predictions) == {"rec0_0000", "rec0_0001", "rec0_0002"}
    assert found.notes == ("1 segments have no score; each counts as equally sure (1.0)",)


def test_annotators_of_the_dataset_are_no_models(tmp_path: Path, dataset: Dataset) -> None:
    tiers = [_tier("ME@ann1", (0, 100, "")), _tier("ME@mine", (170, 340, "ME"))]
    found = read_submission(_write(tmp_path / "rec0.eaf", tiers), dataset)
    assert [len(one.segments) for one in found.predictions.values()] == [1, 0, 0]
    path = _write(tmp_path / "only.eaf", tiers[:1])
    with pytest.raises(
        ConfigError, match=r"no tier ME@<model> beside those .*tiers: ME@ann1.*--tier"
    ):
        read_submission(path, dataset)


def test_of_several_models_one_must_be_chosen(tmp_path: Path, dataset: Dataset) -> None:
    tiers = [_tier("ME@one", (0, 100, "")), _tier("ME@two", (170, 340, ""), (400, 500, ""))]
    path = _write(tmp_path / "rec0.eaf", tiers)
    with pytest.raises(ConfigError, match=r"several models \(one, two\); choose one with --tier"):
        read_submission(path, dataset)
    for name in ("two", "ME@two", "me@TWO"):
        found = read_submission(path, dataset, tier=name)
        assert len(found.predictions["rec0_0000"].segments) == 2
    with pytest.raises(UnknownNameError, match="did you mean 'two'"):
        read_submission(path, dataset, tier="tow")


def test_in_a_file_of_wdmd_review_the_model_is_known(tmp_path: Path, dataset: Dataset) -> None:
    tiers = [_tier("ME@review", (0, 100, "")), _tier("Model ME@meldae", (170, 340, ""))]
    found = read_submission(_write(tmp_path / "rec0.eaf", tiers), dataset)
    assert [one.interval for one in found.predictions["rec0_0000"].segments] == [Interval(10, 20)]


def test_a_tier_of_any_name_can_be_chosen(tmp_path: Path, dataset: Dataset) -> None:
    path = _write(tmp_path / "rec0.eaf", [_tier("my findings", (170, 340, ""))])
    found = read_submission(path, dataset, tier="my findings")
    assert len(found.predictions["rec0_0000"].segments) == 1


def test_scores_and_ranks(tmp_path: Path, dataset: Dataset) -> None:
    owner = _tier("ME@mine", (0, 100, ""), (170, 340, "happiness"), (400, 500, "MaE"))
    scores = (EafRef(0, "0.5 #2"), EafRef(1, "0.913"))
    tiers = [owner, EafTier("score@mine", scores, ASSOCIATION_TYPE, parent="ME@mine")]
    found = read_submission(_write(tmp_path / "rec0.eaf", tiers), dataset)
    assert found.predictions["rec0_0000"].segments == (
        PredictedSegment(Interval(0, 6), 0.5),
        PredictedSegment(Interval(10, 20), 0.913, emotion="happiness"),
    )
    bad = [owner, EafTier("score@mine", (EafRef(0, "high"),), ASSOCIATION_TYPE, parent="ME@mine")]
    with pytest.raises(DataError, match="tier 'ME@mine': the score of 0 to 100 ms is 'high'"):
        read_submission(_write(tmp_path / "bad.eaf", bad), dataset)


def test_action_units_and_emotions_of_an_annotation_are_no_scores(
    tmp_path: Path, dataset: Dataset
) -> None:
    tiers = [
        _tier("ME@ann1", (170, 340, "ME")),
        EafTier("AU@ann1", (EafRef(0, "4"),), ASSOCIATION_TYPE, parent="ME@ann1"),
        EafTier("Emotion@ann1", (EafRef(0, "surprise"),), ASSOCIATION_TYPE, parent="ME@ann1"),
    ]
    found = read_submission(_write(tmp_path / "rec0.eaf", tiers), dataset, tier="ME@ann1")
    assert [one.score for one in found.predictions["rec0_0000"].segments] == [1.0]
    assert "1 segments have no score" in found.notes[0]
    for name in ("score 2@ann1", "Model score@ann1"):
        score = EafTier(name, (EafRef(0, "0.5 #2"),), ASSOCIATION_TYPE, parent="ME@ann1")
        path = _write(tmp_path / "rec0.eaf", [*tiers, score])
        again = read_submission(path, dataset, tier="ME@ann1")
        assert [one.score for one in again.predictions["rec0_0000"].segments] == [0.5]


def test_a_file_belongs_to_one_recording(tmp_path: Path, dataset: Dataset) -> None:
    tier = [_tier("ME@mine", (0, 100, ""))]
    with pytest.raises(DataError, match="film 'other' is neither a clip nor a recording"):
        read_submission(_write(tmp_path / "other.eaf", tier, film="other.mp4"), dataset)
    folder = tmp_path / "both"
    _write(folder / "rec0.eaf", tier)
    _write(folder / "renamed.eaf", tier)
    with pytest.raises(
        DataError, match=r"renamed.eaf: belongs to the recording rec0, as rec0.eaf does"
    ):
        read_submission(folder, dataset)


def test_a_link_with_blanks_and_backslashes(tmp_path: Path, dataset: Dataset) -> None:
    path = _write(
        tmp_path / "x.eaf", [_tier("ME@mine", (0, 100, ""))], film="C:\\my%20films\\rec3.mp4"
    )
    assert "rec3_0000" in read_submission(path, dataset).predictions
