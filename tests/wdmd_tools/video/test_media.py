"""Finding the video of an ELAN file."""

import unicodedata
from pathlib import Path

import pytest

from wdmd_tools.annotations import AnnotationDocument, MediaDescriptor, Problem
from wdmd_tools.errors import ConfigError
from wdmd_tools.video.media import MediaIndex, MediaMatch


def index(root: Path, *names: str) -> MediaIndex:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return MediaIndex(root)


def document(*urls: str, eaf: str = "other.eaf", mime: str = "video/mp4") -> AnnotationDocument:
    media = tuple(MediaDescriptor(url, "", mime, 7) for url in urls)
    return AnnotationDocument(Path(eaf), (), media)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("file:///U:/films/a film.mp4", "a film.mp4"),
        ("file:///D:\\films\\x.mp4", "x.mp4"),
        ("C:\\films\\x.MP4", "x.mp4"),
        ("../../../../../../x.mp4", "sub/x.mp4"),
        ("x.mp4", "x.mp4"),
        ("file:///a%20film.mp4", "a film.mp4"),
        ("file:///clip%03d.mp4", "clip%03d.mp4"),
        ("file:///caf%C3%A9.mp4", "café.mp4"),
        (unicodedata.normalize("NFD", "café.mp4"), unicodedata.normalize("NFC", "café.mp4")),
        (unicodedata.normalize("NFC", "café.mp4"), unicodedata.normalize("NFD", "café.mp4")),
    ],
)
def test_the_basename_decides_whatever_the_address(tmp_path: Path, url: str, name: str) -> None:
    found = index(tmp_path, name, "decoy.mp4").find(document(url))
    assert found == MediaMatch(tmp_path / name, 7)


def test_a_video_with_the_stem_of_the_eaf_is_the_last_resort(tmp_path: Path) -> None:
    videos = index(tmp_path, "film.mp4", "decoy.mp4")
    for urls in ([], [""], ["file:///gone.mp4"]):
        assert videos.find(document(*urls, eaf="ann/film.A1.eaf")) == MediaMatch(
            tmp_path / "film.mp4", 0
        )


def test_the_video_is_taken_before_the_sound(tmp_path: Path) -> None:
    sound = MediaDescriptor("film.mp4", "", "audio/x-wav", 500)
    video = MediaDescriptor("film.mp4", "", "video/mp4", 40)
    found = index(tmp_path, "film.mp4").find(AnnotationDocument(Path("x.eaf"), (), (sound, video)))
    assert isinstance(found, MediaMatch)
    assert found.time_origin_ms == 40


def test_two_candidates_are_listed(tmp_path: Path) -> None:
    found = index(tmp_path, "one/x.mp4", "two/x.mp4").find(document("x.mp4"))
    assert isinstance(found, Problem)
    assert found.code == "E_AMBIGUOUS_MEDIA"
    assert "one/x.mp4, two/x.mp4" in found.message


def test_a_missing_video_says_what_is_there(tmp_path: Path) -> None:
    found = index(tmp_path, "a.mp4", "b.mp4").find(document("file:///x.mp4"))
    assert isinstance(found, Problem)
    assert found.code == "E_NO_MEDIA"
    assert "'x.mp4'" in found.message
    assert "a.mp4, b.mp4" in found.message


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"x")
    root = tmp_path / "videos"
    videos = index(root, "ok.mp4")
    (root / "x.mp4").symlink_to(tmp_path / "secret.mp4")
    videos = MediaIndex(root)
    found = videos.find(document("x.mp4"))
    assert isinstance(found, Problem)
    assert found.code == "E_MEDIA_OUTSIDE"
    assert [path.name for path in videos.paths] == ["ok.mp4"]


def test_hidden_files_and_other_kinds_do_not_count(tmp_path: Path) -> None:
    assert len(index(tmp_path, "a.mp4", ".b.mp4", "c.txt", ".git/d.mp4", "e.mkv")) == 2


def test_nothing_to_look_in_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        MediaIndex(tmp_path / "none")
    with pytest.raises(ConfigError, match="no video here"):
        MediaIndex(tmp_path)
