"""Faces: they move where the action units say, keep still elsewhere, and are never torn."""

from pathlib import Path

import numpy as np
import pytest

from wdmd_tools.synth.action_units import CHANNEL_INDEX, CHANNELS, FIELDS, SIDES, basis_fields
from wdmd_tools.synth.config import SynthConfig
from wdmd_tools.synth.contact_sheet import COLUMNS, expression, write_contact_sheet
from wdmd_tools.synth.head import EYE_LEVELS, MOUTH_LEVELS, Head, blend_bank, build_head
from wdmd_tools.synth.identity import draw_identity, frame_coordinates, identity_landmarks
from wdmd_tools.synth.portrait import load_portrait, mirror_landmarks
from wdmd_tools.synth.render import Pose, Renderer
from wdmd_tools.synth.script import EMOTIONS

SIZE = 160


@pytest.fixture(scope="module")
def head() -> Head:
    return build_head(draw_identity(0, 1), SIZE)


@pytest.fixture(scope="module")
def renderer(head: Head) -> Renderer:
    return Renderer(head, noise_sigma=2.0, noise_seed=3)


def test_landmarks_are_in_units_of_the_inter_ocular_distance() -> None:
    landmarks = load_portrait().landmarks
    eyes = [
        (landmarks[f"eye_{side}_upper"][0] + landmarks[f"eye_{side}_upper"][-1]) / 2
        for side in SIDES
    ]
    assert np.allclose(eyes, [[-0.5, 0], [0.5, 0]], atol=1e-4)
    assert landmarks["chin_tip"][0, 1] > landmarks["lip_lower_middle"][0, 1] > 0.5


def test_mirroring_twice_changes_nothing() -> None:
    landmarks = load_portrait().landmarks
    twice = mirror_landmarks(mirror_landmarks(landmarks))
    assert all(np.array_equal(twice[name], landmarks[name]) for name in landmarks)


def test_the_two_sides_of_an_action_unit_peak_at_one_iod() -> None:
    landmarks = identity_landmarks(draw_identity(0, 0))
    fields = basis_fields(landmarks, frame_coordinates(SIZE, 2))
    for unit in FIELDS:
        pair = sum(fields[CHANNEL_INDEX[unit, side]] for side in SIDES)
        assert np.linalg.norm(pair, axis=-1).max() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("label", list(EMOTIONS))
def test_even_the_largest_expression_does_not_fold_the_face(label: str) -> None:
    """A backward map folds where its Jacobian determinant is not positive."""
    u = frame_coordinates(SIZE, 1)
    step = float(u[0, 1, 0] - u[0, 0, 0])
    fields = basis_fields(identity_landmarks(draw_identity(0, 3)), u)
    source = u - np.tensordot(expression(label, 0.13), fields, 1)
    dy, dx = (np.gradient(source, step, axis=axis) for axis in (0, 1))
    determinant = dx[..., 0] * dy[..., 1] - dx[..., 1] * dy[..., 0]
    assert determinant.min() > 0.1


def test_a_micro_expression_changes_only_its_own_part_of_the_face(
    head: Head, renderer: Renderer
) -> None:
    rest = renderer.rgb(np.zeros(len(CHANNELS), np.float32)).astype(int)
    raised = renderer.rgb(expression("surprise", 0.03)).astype(int)
    moved = np.abs(raised - rest).max(-1) > 2
    y = frame_coordinates(SIZE)[..., 1]
    assert moved.any()
    assert not moved[y > 0.35].any()  # brows only: nothing below the eyes


def test_closed_eyes_hide_the_iris_and_open_lips_show_the_cavity(renderer: Renderer) -> None:
    rest = np.zeros(len(CHANNELS), np.float32)
    closed, open_ = renderer.rgb(rest, closure=1.0), renderer.rgb(rest, aperture=0.2)
    neutral = renderer.rgb(rest)
    u = frame_coordinates(SIZE)
    eyes = (np.abs(np.abs(u[..., 0]) - 0.5) < 0.12) & (np.abs(u[..., 1]) < 0.08)
    mouth = (np.abs(u[..., 0]) < 0.15) & (np.abs(u[..., 1] - 1.1) < 0.15)
    assert np.abs(closed[eyes].astype(int) - neutral[eyes]).mean() > 20
    assert closed[eyes].std() < neutral[eyes].std()
    assert open_[mouth].min() < neutral[mouth].min()


def test_head_movement_leaves_the_border_of_the_frame_alone(renderer: Renderer) -> None:
    rest = np.zeros(len(CHANNELS), np.float32)
    neutral = renderer.rgb(rest).astype(int)
    turned = renderer.rgb(rest, pose=Pose(0.2, 0.1, 0.08, 1.05, 0.18, 0.1)).astype(int)
    border = np.concatenate(
        [np.abs(turned - neutral)[:, :2].ravel(), np.abs(turned - neutral)[:, -2:].ravel()]
    )
    assert np.abs(turned - neutral).max() > 40
    assert border.max() <= 3


def test_banks_blend_between_neighbours(head: Head) -> None:
    assert len(head.mouth_bank) == MOUTH_LEVELS
    assert len(head.eye_bank) == EYE_LEVELS
    assert np.array_equal(blend_bank(head.eye_bank, 0.0), head.eye_bank[0])
    assert np.array_equal(blend_bank(head.eye_bank, 2.0), head.eye_bank[-1])
    middle = blend_bank(head.eye_bank, 0.5 / (EYE_LEVELS - 1)).astype(int)
    mean = (head.eye_bank[0].astype(int) + head.eye_bank[1]) / 2
    assert np.abs(middle - mean).max() <= 1


def test_camera_gives_planar_yuv_with_noise_around_the_clean_frame(head: Head) -> None:
    rest = np.zeros(len(CHANNELS), np.float32)
    gain = np.ones(3, np.float32)
    quiet, noisy = Renderer(head, 0.0, 1), Renderer(head, 3.0, 1)
    clean = quiet.camera(quiet.rgb(rest), gain).astype(int)
    frame = noisy.camera(noisy.rgb(rest), gain).astype(int)
    assert clean.shape == (SIZE * 3 // 2, SIZE)
    error = (frame - clean)[:SIZE]
    assert error.std() == pytest.approx(3.0, rel=0.1)
    assert error.mean() == pytest.approx(0.0, abs=0.2)


def test_identities_differ_visibly() -> None:
    rest = np.zeros(len(CHANNELS), np.float32)
    heads = [build_head(draw_identity(0, subject), 96) for subject in range(4)]
    faces = [Renderer(head, 0, 0).rgb(rest).astype(int) for head in heads]
    for i in range(4):
        for j in range(i):
            assert np.abs(faces[i] - faces[j]).mean() > 12


def test_contact_sheet_has_a_row_per_identity(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "sheet.png"
    write_contact_sheet(SynthConfig(recordings=2, subjects=2, size=96), path)
    sheet = cv2.imread(str(path))
    assert sheet is not None
    assert sheet.shape[1] == 192 * len(COLUMNS)
    assert sheet.shape[0] > 2 * 192
