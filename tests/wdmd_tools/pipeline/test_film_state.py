"""What tells a folder of frames from a changed one."""

import os
from pathlib import Path

import cv2
import numpy as np

from wdmd_tools.pipeline.film_state import film_state, sha256_of_film


def folder(path: Path) -> Path:
    path.mkdir()
    for number in (1, 2, 3):
        cv2.imwrite(str(path / f"img{number}.png"), np.full((4, 4, 3), number, np.uint8))
    return path


def test_an_exchanged_frame_is_noticed_and_other_files_are_not(tmp_path: Path) -> None:
    path = folder(tmp_path / "a")
    before, sha = film_state(path), sha256_of_film(path)
    (path / "notes.txt").write_text("seen")
    assert (film_state(path), sha256_of_film(path)) == (before, sha)
    cv2.imwrite(str(path / "img2.png"), np.full((4, 4, 3), 200, np.uint8))
    os.utime(path / "img2.png", ns=(1, 1))
    assert film_state(path) != before
    assert sha256_of_film(path) != sha


def test_a_renamed_or_missing_frame_is_noticed(tmp_path: Path) -> None:
    path = folder(tmp_path / "a")
    before, sha = film_state(path), sha256_of_film(path)
    (path / "img3.png").rename(path / "img4.png")
    assert film_state(path) != before
    assert sha256_of_film(path) != sha
    (path / "img4.png").unlink()
    assert film_state(path)[0] == 2


def test_the_same_pictures_elsewhere_have_the_same_sha(tmp_path: Path) -> None:
    assert sha256_of_film(folder(tmp_path / "a")) == sha256_of_film(folder(tmp_path / "b"))
