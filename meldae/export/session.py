"""An exported file as a run and as a model, through onnxruntime.

    open_run("model.onnx") ──► OnnxRun ──► config, decoding      from the metadata in the file
                                  └──────► OnnxModel             called as `Meldae` is

Every command that opens a run opens such a file: ``meldae spot film.mp4 --run model.onnx``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from meldae.config import MeldaeConfig
from meldae.export.packages import need
from meldae.output import MeldaeOutput
from meldae.run_folder import RunFolder
from meldae.windows import blend
from wdmd_tools.errors import ModelFileError, describe_os_error

FORMAT = "meldae-onnx"
VERSION = 1
KEY = "meldae"
"""Of the metadata in the file: one JSON document, see `meldae.export.run.describe`."""

Logits = list[npt.NDArray[np.float32]]
"""Frame, ME and state logits; then what the emotion head says, where there is one."""


def start_session(graph: bytes, threads: int = 0) -> Any:
    """An ``onnxruntime.InferenceSession`` on the CPU.

    Args:
        graph: The file's bytes; as bytes it can name no other file.
        threads: 0 takes as many as torch does.

    Raises:
        MissingDependencyError: onnxruntime is not installed.
        ModelFileError: It is no ONNX model.
    """
    runtime = need("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or torch.get_num_threads()
    # Threads that spin take the core from the landmarks.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions have no public base class
        line = (str(error).splitlines() or ["no reason given"])[0]
        raise ModelFileError(f"not an ONNX model, or damaged ({line[:140]})") from error


class OnnxModel(nn.Module):
    """An exported model, called as `meldae.model.Meldae` is; it does not learn.

    Args:
        session: From `start_session`.
        config: What it was made of.
        window: The number of frames that it takes, 0 when any.

    Shape:
        frames: (B, T, ...) as stored, on the CPU.
        mask: (B, T) bool, padding at the end.
        returns: `MeldaeOutput`, without attention.
    """

    def __init__(self, session: Any, config: MeldaeConfig, window: int = 0) -> None:
        super().__init__()
        self.config, self.window = config, window
        self._session = session
        # Whoever asks for the device of a model asks its parameters.
        self.nothing = nn.Parameter(torch.zeros(0), requires_grad=False)

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> MeldaeOutput:
        """See the class."""
        given = frames.numpy()
        b, t = given.shape[:2]
        lengths = [t] * b if mask is None else mask.sum(1).tolist()
        located = np.zeros((b, t), dtype=np.float32)
        me, state = np.zeros(b, dtype=np.float32), np.zeros(b, dtype=np.float32)
        columns = 1 + len(self.config.emotions)
        emotions = np.zeros((b, t, columns), np.float32) if columns > 1 else None
        # Windows of one length together: there is no padding in the graph.
        for length in sorted(set(lengths)):
            rows = [row for row in range(b) if lengths[row] == length]
            found = self._run(given[rows, :length])
            located[rows, :length], me[rows], state[rows] = found[:3]
            if emotions is not None:
                emotions[rows, :length] = found[3]
        return MeldaeOutput(
            me_logits=torch.from_numpy(me),
            state_logits=torch.from_numpy(state),
            frame_logits=torch.from_numpy(located),
            emotions=None if emotions is None else torch.from_numpy(emotions),
        )

    def _run(self, frames: npt.NDArray[Any]) -> Logits:
        if self.window in (0, frames.shape[1]):
            whole: Logits = self._session.run(None, {"frames": frames})
            return whole
        return self._in_pieces(frames)

    def _in_pieces(self, frames: npt.NDArray[Any]) -> Logits:
        """A file of fixed length looks at longer windows piece by piece; shorter ones end in a still."""
        length = frames.shape[1]
        more = max(0, self.window - length)
        if more:
            still = np.repeat(frames[:, -1:], more, axis=1)
            frames = np.concatenate((frames, still), axis=1)
        starts = _starts(frames.shape[1], self.window)
        looks = [
            self._session.run(
                None, {"frames": np.ascontiguousarray(frames[:, one : one + self.window])}
            )
            for one in starts
        ]
        located = [
            blend([look[0][row] for look in looks], starts, frames.shape[1])[:length]
            for row in range(len(frames))
        ]
        me = np.max([look[1] for look in looks], axis=0)
        state = np.mean([look[2] for look in looks], axis=0)
        said = [np.stack(located), me, state]
        if len(looks[0]) > 3:
            said.append(
                _blend_columns([look[3] for look in looks], starts, frames.shape[1])[:, :length]
            )
        return said


def _blend_columns(
    pieces: Sequence[npt.NDArray[np.float32]], starts: Sequence[int], n_frames: int
) -> npt.NDArray[np.float32]:
    """(B, n_frames, C) of overlapping (B, window, C), each column blended as frame logits are."""
    rows, _, columns = pieces[0].shape
    blended = [
        [
            blend([one[row, :, column] for one in pieces], starts, n_frames)
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    return np.array(blended, dtype=np.float32).transpose(0, 2, 1)


def _starts(length: int, window: int) -> Sequence[int]:
    """Pieces that overlap by half."""
    count = int(np.ceil((length - window) / (window / 2))) + 1
    return [round(float(one)) for one in np.linspace(0, length - window, count)]


@dataclass(frozen=True)
class OnnxRun(RunFolder):
    """An exported file with the interface of the run that it was made of.

    Args:
        path: The ``.onnx`` file.
    """

    @classmethod
    def open(cls, path: Path) -> "OnnxRun":
        """Read a file.

        Raises:
            ModelFileError: It cannot be read, or was not made by `meldae export`.
            MissingDependencyError: onnxruntime is not installed.
        """
        run = cls(path)
        _ = run.card
        return run

    @cached_property
    def _started(self) -> Any:
        try:
            graph = self.path.read_bytes()
        except OSError as error:
            raise ModelFileError(describe_os_error(error, self.path)) from None
        try:
            return start_session(graph)
        except ModelFileError as error:
            raise ModelFileError(
                f"{self.path}: {error}; export the run again with `meldae export`"
            ) from None

    @cached_property
    def card(self) -> dict[str, Any]:
        """The metadata."""
        text = self._started.get_modelmeta().custom_metadata_map.get(KEY)
        try:
            found = json.loads(text or "null")
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ModelFileError(
                f"{self.path}: not made by `meldae export` (no metadata of ours); export a run with it"
            )
        if found.get("version") != VERSION:
            raise ModelFileError(
                f"{self.path}: written by another version of meldae (format "
                f"{found.get('version')!r}, expected {VERSION}); export the run again"
            )
        return found

    @property
    def run_id(self) -> str:
        """The identity of the run that was exported; in eight bits it is another model."""
        return str(self.card["run"]) + ("-int8" if self.card.get("int8") else "")

    @property
    def weights_path(self) -> Path:
        """The file itself."""
        return self.path

    @property
    def is_finished(self) -> bool:
        """Always: only finished runs are exported."""
        return True

    def read(self, name: str) -> dict[str, Any]:
        """``config.json`` or ``result.json`` of the run, from the metadata."""
        files = self.card.get("files")
        found = files.get(name) if isinstance(files, dict) else None
        if not isinstance(found, dict):
            raise ModelFileError(f"{self.path}: its metadata hold no {name}; export the run again")
        return found

    def exported_model(self) -> OnnxModel:
        """The model, ready to be called.

        Raises:
            ModelFileError: The metadata do not say how many frames it takes.
        """
        given = self.card.get("input")
        window = given.get("window") if isinstance(given, dict) else None
        if not isinstance(window, int):
            raise ModelFileError(f"{self.path}: its metadata hold no window; export the run again")
        return OnnxModel(self._started, self.config.model, window)
