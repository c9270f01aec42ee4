"""A run on disk: everything needed to repeat it, and to use what it learnt.

runs/<id>/  config.json          configuration, data, versions, seed
            metrics.jsonl        one line per epoch
            metrics.csv          the same as a table
            state.safetensors    weights, optimizer and progress, while training goes on
            model.safetensors    the chosen weights
            result.json          written last: chosen epoch, decoding, validation scores, speed
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from meldae.decode import Decoding
from meldae.settings import RunConfig, load_config
from wdmd_tools.atomic import write_json, write_text
from wdmd_tools.errors import ConfigError, ModelFileError


@dataclass(frozen=True)
class RunFolder:
    """A run's folder.

    Args:
        path: The folder; its name is the run's identity.
    """

    path: Path

    @property
    def run_id(self) -> str:
        """The identity of the run."""
        return self.path.name

    @property
    def state_path(self) -> Path:
        """Training state, there only while training is unfinished."""
        return self.path / "state.safetensors"

    @property
    def weights_path(self) -> Path:
        """The chosen weights."""
        return self.path / "model.safetensors"

    @property
    def is_finished(self) -> bool:
        """Whether training ended; such a run is reused, not trained again."""
        return (self.path / "result.json").is_file() and self.weights_path.is_file()

    def exported_model(self) -> Any:
        """What computes the scores in place of the weights, if anything does."""
        return None

    @property
    def cache(self) -> Path:
        """Decoded frames, shared by all runs beside this one."""
        return self.path.parent / "cache"

    def read(self, name: str) -> dict[str, Any]:
        """One of the run's JSON files.

        Raises:
            ModelFileError: It is absent or damaged.
        """
        path = self.path / name
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ModelFileError(
                f"{self.path}: no finished run here ({name} is missing); make one with `meldae train`"
            ) from None
        except (ValueError, OSError) as error:
            raise ModelFileError(f"{path}: cannot be read ({error}); train again") from error
        if not isinstance(value, dict):
            raise ModelFileError(f"{path}: expected a JSON object; train again")
        return value

    @property
    def config(self) -> RunConfig:
        """The configuration, with the frame rate that training settled on.

        Raises:
            ModelFileError: It is absent, damaged, or has settings that this version does not know.
        """
        path = self.path / "config.json"
        try:
            return load_config(self.read("config.json").get("config", {}), str(path))
        except ConfigError as error:
            raise ModelFileError(
                f"{error}; made by another version of meldae, or changed: use that version, or train again"
            ) from None

    @property
    def result(self) -> dict[str, Any]:
        """What came of it."""
        return self.read("result.json")

    @property
    def decoding(self) -> Decoding:
        """How its scores become segments.

        Raises:
            ModelFileError: The run is not finished, or its result is damaged.
        """
        try:
            return Decoding(**self.result["decoding"])
        except (KeyError, TypeError) as error:
            raise ModelFileError(
                f"{self.path / 'result.json'}: no valid decoding: {error}"
            ) from None

    @property
    def macro_decoding(self) -> Decoding | None:
        """How its scores become macro-expressions; `None` where it has none.

        Raises:
            ModelFileError: The result is damaged.
        """
        values = self.result.get("macro_decoding")
        try:
            return None if values is None else Decoding(**values)
        except TypeError as error:
            raise ModelFileError(
                f"{self.path / 'result.json'}: no valid macro_decoding: {error}"
            ) from None

    def write_result(self, decoding: Decoding, facts: Mapping[str, Any]) -> None:
        """Mark the run as finished."""
        write_json(self.path / "result.json", {"decoding": asdict(decoding), **facts})

    def write_metrics(self, history: Sequence[Mapping[str, Any]]) -> None:
        """Write the curve of training, one row per epoch."""
        lines = [json.dumps(row, allow_nan=False) for row in history]
        write_text(self.path / "metrics.jsonl", "\n".join(lines) + "\n")
        table = io.StringIO()
        writer = csv.DictWriter(table, list(history[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)
        write_text(self.path / "metrics.csv", table.getvalue())
