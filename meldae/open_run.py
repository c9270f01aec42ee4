"""From what a user types after ``--run`` to a run."""

from pathlib import Path

from meldae.export.session import OnnxRun
from meldae.run_folder import RunFolder
from wdmd_tools.errors import ModelFileError


def open_run(path: Path | str) -> RunFolder:
    """A finished run, or the only finished run below a folder.

    Args:
        path: ``runs/<id>``, or ``runs`` when one run is there, or an exported ``model.onnx``.

    Raises:
        ModelFileError: There is none, or more than one, or the file was not exported from a run.
        MissingDependencyError: It takes onnxruntime, which is not installed.
    """
    path = Path(path)
    if path.suffix == ".onnx":
        return OnnxRun.open(path)
    run = RunFolder(path)
    if run.is_finished:
        return run
    below = [RunFolder(one) for one in sorted(path.iterdir())] if path.is_dir() else []
    finished = [one for one in below if one.is_finished]
    if len(finished) == 1:
        return finished[0]
    if finished:
        names = ", ".join(one.run_id for one in finished[:6])
        raise ModelFileError(f"{path}: {len(finished)} runs here, name one of them: {names}")
    raise ModelFileError(f"{path}: no finished run here; make one with `meldae train`")
