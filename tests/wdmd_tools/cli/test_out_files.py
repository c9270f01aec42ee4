"""What is there already is not replaced by mistake: films, and ELAN files of people."""

from pathlib import Path

import pytest

from wdmd_tools.cli.paths import check_out_eaf, check_out_file
from wdmd_tools.elan.writer import EafDocument, EafTier, write_eaf
from wdmd_tools.errors import ConfigError


def test_another_ending_is_refused_so_that_no_film_is_replaced(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    with pytest.raises(ConfigError, match=r"--csv .*film\.mp4: expected a name that ends in \.csv"):
        check_out_file(film, option="--csv", endings=(".csv",))
    check_out_file(tmp_path / "O.CSV", option="--csv", endings=(".csv",))


def written(path: Path, *tiers: tuple[str, str], made_by: str = "meldae spot") -> Path:
    """An ELAN file by `meldae` with (name, annotator) tiers."""
    document = EafDocument(
        author="meldae",
        tiers=tuple(EafTier(name, annotator=who) for name, who in tiers),
        properties=(("made_by", made_by),) if made_by else (),
    )
    write_eaf(path, document)
    return path


def test_only_what_a_model_alone_wrote_is_replaced(tmp_path: Path) -> None:
    ours = ("ME@meldae", "meldae")
    check_out_eaf(None)
    check_out_eaf(tmp_path / "new.eaf")
    for maker in ("meldae spot", "bench spot"):
        check_out_eaf(written(tmp_path / "again.eaf", ours, made_by=maker))
    damaged = tmp_path / "damaged.eaf"
    damaged.write_bytes(b"<")
    for taken in (
        written(tmp_path / "people.eaf", ("ME@A1", "A1"), made_by=""),
        written(tmp_path / "review.eaf", ours, made_by="wdmd review"),
        written(tmp_path / "added.eaf", ours, ("ME@A1", "A1")),
        written(tmp_path / "nobody.eaf", ours, ("notes", "")),
        damaged,
    ):
        before = taken.read_bytes()
        with pytest.raises(ConfigError, match="holds more than a model's findings"):
            check_out_eaf(taken)
        assert taken.read_bytes() == before
