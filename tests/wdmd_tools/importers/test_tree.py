"""Names compared leniently, and what a walk leaves alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import csv_sheet, frames

from wdmd_tools.errors import ConfigError, DataError
from wdmd_tools.importers.tree import comparable, last_number, the_sheet, walk


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sub01", "sub1"),
        ("S01-07-001", "s1-7-1"),
        ("006_1_2", "6_1_2"),
        ("s 03", "S3"),
        ("a0", "a00"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(("one", "other"), [("006_1_2", "006_12"), ("sub1", "sub10"), ("a", "b")])
def test_not_alike(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


@given(st.text(max_size=20))
def test_comparing_twice_changes_nothing(name: str) -> None:
    assert comparable(comparable(name)) == comparable(name)


@given(st.integers(0, 10**7), st.integers(1, 8), st.sampled_from(["img", "006_", "reg_img", ""]))
def test_number_of_a_frame(number: int, width: int, prefix: str) -> None:
    assert last_number(f"{prefix}{number:0{width}d}.jpg") == number


def test_a_walk(tmp_path: Path) -> None:
    folder = frames(tmp_path / "a/Sub 01", [3, 1, 20], "img{}.JPG")
    (folder / "Thumbs.db").touch()
    (folder / "._img7.jpg").touch()
    frames(tmp_path / "__MACOSX/a/sub01", [1], "img{}.jpg")
    (tmp_path / "film.AVI").touch()
    csv_sheet(tmp_path / "labels.csv", (("a",),))
    tree = walk(tmp_path)
    (place,) = tree.find("a", "sub1")
    assert place.path == folder
    assert place.numbers() == [1, 3, 20]
    (film,) = tree.find("film")
    assert film.film
    assert [path.name for path in tree.sheets] == ["labels.csv"]
    assert len(list(tree.all_places())) == 2


def test_frames_go_before_a_film_of_the_same_name(tmp_path: Path) -> None:
    frames(tmp_path / "x", [1], "{}.jpg")
    (tmp_path / "x.mp4").touch()
    assert [place.film for place in walk(tmp_path).find("x")] == [False]


def test_a_name_alone_is_not_enough_where_more_is_asked(tmp_path: Path) -> None:
    frames(tmp_path / "sub02/EP01", [1], "{}.jpg")
    assert walk(tmp_path).find("sub01", "EP01") == ()


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a folder"):
        walk(tmp_path / "nowhere")


def test_no_sheet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no labels .* no spreadsheet"):
        the_sheet(walk(tmp_path), "labels", what="labels")


def test_links_to_folders_are_listed_and_links_to_files_followed(tmp_path: Path) -> None:
    folder = frames(tmp_path / "elsewhere" / "EP01", [1, 2], "img{}.jpg")
    root = tmp_path / "release"
    (root / "sub01").mkdir(parents=True)
    (root / "sub01" / "EP01").symlink_to(folder, target_is_directory=True)
    (root / "sub01" / "EP02").mkdir()
    (root / "sub01" / "EP02" / "img1.jpg").symlink_to(folder / "img1.jpg")
    (root / "loop").symlink_to(tmp_path, target_is_directory=True)
    tree = walk(root)
    assert tree.links == (root / "loop", root / "sub01" / "EP01")
    assert tree.find("sub01", "EP01") == ()
    assert [place.path for place in tree.find("EP02")] == [root / "sub01" / "EP02"]
