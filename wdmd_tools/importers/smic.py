"""SMIC: micro-expressions of three cameras (HS 100, VIS and NIR 25 fps), in two kinds of releases.

SMIC-E, long clips with a sheet (smic_long):
    SMIC-HS-E_annotation.xlsx, SMIC_VIS_E_annotation.xlsx, ...
    SMIC-E_raw image/HS_long/SMIC-HS-E/s03/s3_sur_01/image308866.jpg
SMIC, clips cut from onset to offset, no sheet (smic_clips):
    SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01/reg_image000000.bmp

One camera is imported at a time, HS before VIS before NIR: they filmed the same expressions, and somebody
whose face is in the training data of one must not be in the test data of another under a new name.
Facts and how sure they are: docs/datasets/smic.md.
"""

from pathlib import Path

from wdmd_tools.errors import DataError
from wdmd_tools.importers import smic_clips, smic_long
from wdmd_tools.importers.corrections import Corrections
from wdmd_tools.importers.model import Release
from wdmd_tools.importers.rows import RowReader
from wdmd_tools.importers.smic_camera import CAMERAS, Camera
from wdmd_tools.importers.tree import Tree, walk


def read(src: Path, corrections: Corrections) -> Release:
    """Read the release.

    Args:
        src: The folder that holds the frames, and the sheet of SMIC-E.
        corrections: See `wdmd_tools.importers.corrections`.

    Raises:
        DataError: Neither kind of release is there, or a sheet is not as released.
        ConfigError: `src` is no folder.
    """
    tree = walk(src)
    reader = RowReader(corrections)
    long = [camera for camera in CAMERAS if smic_long.is_there(tree, camera)]
    clips = [camera for camera in CAMERAS if smic_clips.is_there(tree, camera)]
    there = [f"SMIC-E {camera.name}" for camera in long] + [f"SMIC {one.name}" for one in clips]
    if not there:
        raise DataError(_nothing(tree))
    if len(there) > 1:
        reader.tell(
            "W_NOT_IMPORTED",
            str(tree.root),
            f"{there[0]} is imported; also there, and left out: {', '.join(there[1:])}",
            "to import another, give the folder of its camera and kind as SRC",
        )
    if long:
        return smic_long.read(tree, long[0], reader)
    return smic_clips.read(tree, clips[0], reader)


def _nothing(tree: Tree) -> str:
    sheets = [camera for camera in CAMERAS if smic_long.sheet_of(tree, camera) is not None]
    if sheets:
        missing = _long_folder(sheets[0])
        return (
            f"{tree.root}: a sheet of SMIC-E but none of its clips; expected {missing} in this folder "
            "or below"
        )
    return (
        f"{tree.root}: neither SMIC-E (SMIC-HS-E_annotation.xlsx and {_long_folder(CAMERAS[0])}) nor the "
        "clips of SMIC (SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01/reg_image000000.bmp) in this folder"
    )


def _long_folder(camera: Camera) -> str:
    return f"{camera.name}_long/SMIC-{camera.name}-E/s03/s3_sur_01/image308866.jpg"
