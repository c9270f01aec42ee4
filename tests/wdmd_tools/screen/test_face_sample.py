"""Faces on a sample of frames: real MediaPipe on a portrait, rules by hand."""

from pathlib import Path

from projects import plain_frames, write_film

from wdmd_tools.screen.face_sample import FaceSample, face_findings, sample_faces
from wdmd_tools.screen.technical import TechnicalConfig

CONFIG = TechnicalConfig(min_face_px=150, max_yaw_deg=45, face_share=0.5)


def rules(*samples: FaceSample) -> list[str]:
    return [one.rule for one in face_findings(samples, 1000, CONFIG)]


def test_a_portrait_is_found_in_every_frame(face_film: Path, face_model: Path) -> None:
    samples = sample_faces(face_film, face_model, 3)
    # 36 frames at 30 per second: the middles of thirds are frames 6, 18 and 30.
    assert [one.time_ms for one in samples] == [200, 600, 1000]
    assert all(one.width_px is not None and one.width_px > 40 for one in samples)
    assert all(one.yaw_deg is not None and abs(one.yaw_deg) < 30 for one in samples)


def test_a_film_without_a_face_is_reported(tmp_path: Path, face_model: Path) -> None:
    path = write_film(tmp_path / "grey.mp4", plain_frames(4), 30)
    samples = sample_faces(path, face_model, 8)
    assert [one.width_px for one in samples] == [None] * 4
    assert rules(*samples) == ["no-face"]


def test_rules_by_hand() -> None:
    good, small, turned = FaceSample(0, 200, 10), FaceSample(0, 100, 0), FaceSample(0, 200, -60)
    none = FaceSample(0)
    assert rules(good, good, small) == []
    assert rules(small, small, good) == ["small-face"]
    assert rules(turned, turned, good) == ["pose"]
    assert rules(turned, good) == []
    assert rules(good, none) == []
    assert rules(good, none, none) == ["no-face"]
    assert rules() == []
