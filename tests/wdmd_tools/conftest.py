"""Fixtures shared by the tests of wdmd_tools."""

import os
from pathlib import Path

import pytest
from projects import portrait_frames, write_film

from wdmd_tools.faces.model_file import find_face_model


@pytest.fixture(scope="session")
def face_model() -> Path:
    """The face landmark model on this machine; `wdmd doctor --fetch` gets it."""
    found = find_face_model()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no face model; run `wdmd doctor --fetch` before the tests")
        pytest.skip("no face model; run `wdmd doctor --fetch`")
    return found


@pytest.fixture(scope="session")
def face_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """36 frames of a moving portrait at 30 frames per second: 1.2 s."""
    return write_film(tmp_path_factory.mktemp("face") / "film.mp4", portrait_frames(36), 30)
