"""The curves of training for TensorBoard, beside metrics.csv."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

_GROUPS = {"loss_": "loss/", "val_": "validation/"}


class Curves:
    """Event files of one run; a run that goes on adds a file.

    Args:
        folder: Where they are written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: Any = None

    def write(self, row: Mapping[str, Any]) -> None:
        """Append one epoch.

        Args:
            row: A row of the history, with ``"epoch"``. What a killed run wrote from this epoch on is
                hidden by TensorBoard.
        """
        epoch = int(row["epoch"])
        if self._writer is None:
            # The suffix tells apart files of one second.
            self._writer = SummaryWriter(
                str(self._folder), purge_step=epoch, filename_suffix=f".{epoch}"
            )
        for key, value in row.items():
            if key != "epoch" and value is not None:
                self._writer.add_scalar(_tag(key), value, epoch)
        self._writer.flush()

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()


def _tag(key: str) -> str:
    for prefix, group in _GROUPS.items():
        if key.startswith(prefix):
            return group + key.removeprefix(prefix)
    return f"speed/{key}"
