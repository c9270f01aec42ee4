"""A clip's subject: who it is, what hides it, and crops of every frame."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from projects import ArrayPicture, TierText, portrait, write_eaf_text, write_film

from wdmd_tools.config import BuildConfig, CropConfig, load_config
from wdmd_tools.faces.clip_faces import ClipFaces
from wdmd_tools.faces.face_track import covered
from wdmd_tools.manifest.tables import read_table
from wdmd_tools.pipeline.build import build_dataset

SMALL_CROP = CropConfig(size=64)


def frame_with(side: int, x: int, y: int, size: tuple[int, int] = (1280, 720)) -> np.ndarray:
    """The portrait, `side` px wide, at x, y on grey; it may leave the picture."""
    canvas = np.full((size[1] + 2 * side, size[0] + 2 * side, 3), 90, dtype=np.uint8)
    head = cv2.resize(portrait(), (side, side), interpolation=cv2.INTER_AREA)
    canvas[y + side : y + 2 * side, x + side : x + 2 * side] = head
    return np.ascontiguousarray(canvas[side:-side, side:-side])


def collect(
    model: Path, folder: Path, frames: list[np.ndarray], cuts: tuple[int, ...] = ()
) -> ClipFaces:
    faces = ClipFaces(model, SMALL_CROP, folder)
    for k, frame in enumerate(frames):
        faces.add(ArrayPicture(frame), 33 * k, cut=k in cuts)
    return faces


def test_frames_before_the_first_face_are_decoded_again_not_black(
    face_model: Path, tmp_path: Path
) -> None:
    """The face enters at once in frame 2; before, its place shows a picture that is not black."""
    empty = np.full((720, 1280, 3), 200, dtype=np.uint8)
    frames = [empty, empty, *[frame_with(300, 500, 200)] * 8]

    def reread(first: int, stop: int) -> Iterator[ArrayPicture]:
        asked.append((first, stop))
        return (ArrayPicture(frames[k]) for k in range(first, stop))

    asked: list[tuple[int, int]] = []
    with collect(face_model, tmp_path, frames) as faces:
        track = faces.track()
        alignment = faces.align(track, 30.0)
        crops = list(faces.crops(alignment, reread))
        blind = list(faces.crops(alignment))
    assert len(crops) == len(blind) == len(frames)
    first = int(np.flatnonzero(track.found)[0])
    assert 2 <= first <= 6
    assert asked == [(0, first)]
    assert crops[0] == pytest.approx(200, abs=1)
    assert blind[0].max() == 0
    # Frame 2 onwards shows the same face at the same place.
    later = np.abs(crops[2].astype(int) - crops[-1]).mean()
    assert later < 12
    assert all(np.array_equal(a, b) for a, b in zip(crops[first:], blind[first:], strict=True))


def test_a_cut_between_two_people_is_two_alignments(face_model: Path, tmp_path: Path) -> None:
    one, other = frame_with(300, 100, 100), frame_with(420, 700, 250)
    with collect(face_model, tmp_path, [one] * 4 + [other] * 4, cuts=(4,)) as faces:
        track = faces.track()
        affine = faces.align(track, 30.0).affine
        crops = list(faces.crops(faces.align(track, 30.0)))
    assert track.found.all()
    assert not track.guessed
    scale = np.hypot(affine[:, 0, 0], affine[:, 1, 0])
    assert scale[:4] == pytest.approx(scale[0])
    assert scale[4:] == pytest.approx(scale[4])
    # The second head is 1.4 times as large, so its crop is enlarged that much less.
    assert scale[0] / scale[4] == pytest.approx(1.4, rel=0.05)
    # Both crops show the portrait at the same place: nothing was smoothed over the cut.
    assert np.abs(crops[3].astype(int) - crops[4]).mean() < 12


def test_half_outside_the_picture_is_told(face_model: Path, tmp_path: Path) -> None:
    # The landmarks span x = 121 to 257 of the enlarged portrait; it glides out to the left by 8 px a
    # frame, so its left edge meets the picture's between frames 12 (-106) and 15 (-130), and its
    # middle at -189, after frame 22.
    frames = [frame_with(360, -10 - 8 * k, 100, (640, 480)) for k in range(23)]
    with collect(face_model, tmp_path, frames) as faces:
        track = faces.track()
    flags = track.flags(45)["out_of_frame"]
    assert track.found[:22].all()
    assert not flags[:13].any()
    assert flags[18:22].all()
    assert 0.3 < track.outside[21] < 0.6


def test_a_covered_mouth_is_told_though_the_landmarker_sees_none_of_it(
    face_model: Path, tmp_path: Path
) -> None:
    free = frame_with(360, 140, 60, (640, 480))
    with collect(face_model, tmp_path, [free] * 8) as faces:
        box = faces.track().bbox[0]
    hidden = free.copy()
    x0, y0, x1, y1 = box.astype(int)
    hidden[(y0 + y1) // 2 + 10 : y1 + 5, x0 - 5 : x1 + 5] = 40
    frames = [free] * 5 + [hidden] * 3 + [free] * 4
    with collect(face_model, tmp_path, frames) as faces:
        track = faces.track()
    flags = track.flags(45)["occluded"]
    found = track.found
    assert not flags[:5].any()
    assert not flags[8:].any()
    # It goes on finding a face in most of the covered frames, and each of those is flagged.
    assert flags[5:8][found[5:8]].all()
    assert found[5:8].any() or track.coverage < 1


def test_covered_by_hand() -> None:
    """10 landmarks of brightness 100 in 9 frames, so their medians are 100.

    frame 1: lights on, all + 60     -> free: it is shared
    frame 2: 2 of 10 are 41 off      -> covered
    frame 3: 1 of 10 is 99 off       -> free: under a fifth
    frame 4: no face                 -> unknown, so not covered
    """
    samples = np.full((9, 10), 100.0)
    samples[1] += 60
    samples[2, :2] += 41
    samples[3, 0] += 99
    samples[4] = np.nan
    assert covered(samples).tolist() == [k == 2 for k in range(9)]
    assert not covered(np.full((4, 10), np.nan)).any()


def test_a_share_of_hidden_frames_rejects_the_clip(tmp_path: Path, face_model: Path) -> None:
    half = frame_with(360, -158, 60, (640, 480))
    write_film(tmp_path / "raw" / "film.mp4", np.stack([frame_with(360, 140, 60, (640, 480))] * 12))
    write_film(tmp_path / "raw" / "half.mp4", np.stack([half] * 12))
    for name in ("film", "half"):
        tier = TierText("ME@A1", [(100, 200, "")], name)
        write_eaf_text(tmp_path / "ann" / f"{name}.eaf", tier, media_url=f"{name}.mp4")

    def build(out: str, config: BuildConfig) -> list[str]:
        build_dataset(
            tmp_path / "ann", tmp_path / "raw", tmp_path / out, config, face_model=face_model
        )
        return [
            row["code"]
            for row in read_table(tmp_path / out / "rejects.parquet", "rejects").to_pylist()
        ]

    strict = load_config(assignments=["crop.size=64", "quality.reject_out_of_frame_share=0.5"])
    assert build("strict", strict) == ["E_OUT_OF_FRAME"]
    assert build("lax", load_config(assignments=["crop.size=64"])) == []
    clips = read_table(tmp_path / "lax" / "clips.parquet", "clips").to_pylist()
    assert ["W_OUT_OF_FRAME" in clip["flags"] for clip in clips] == [False, True]
    frames = read_table(tmp_path / "lax" / "frames.parquet", "frames").to_pylist()
    assert all(f["face_flags"] == [] for f in frames if f["clip_id"].startswith("film"))
    assert any(f["face_flags"] == ["out_of_frame"] for f in frames)
