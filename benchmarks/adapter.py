"""A model of one's own, to start from: a file that works, and the lines that register it."""

import importlib.util
import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from benchmarks.built_in import default_registry
from benchmarks.specs import NAME
from wdmd_tools.atomic import write_text
from wdmd_tools.errors import ConfigError

CONFIG = "bench.yaml"

_FILE = Template('''\
"""$name: spots what looks unlike the rest of the clip. Change `frame_scores`; the rest may stay."""

import numpy as np

from benchmarks.models.base import Spotter
from meldae.decode import ScoredClip, choose_decoding, decode
from meldae.settings import DecodingConfig
from wdmd_tools.predictions import ClipPrediction
from wdmd_tools.video.crops import read_crop


def frame_scores(clip):
    """One score from 0 to 1 per frame: how far it is from the clip's median picture."""
    grey = read_crop(clip.crop_path).mean(axis=3)  # (T, H, W)
    change = np.abs(grey - np.median(grey, axis=0)).mean(axis=(1, 2))
    return (change / (change + np.median(change) + 1e-6)).astype(np.float32)


class $cls(Spotter):
    def fit(self, dataset, context):  # sees the splits train and val, with labels
        clips = list(dataset.iter_clips("val")) or list(dataset.iter_clips("train"))
        truth, state = dataset.reference_intervals, dataset.speaking_by_frame
        scored = {
            c.clip_id: ScoredClip(frame_scores(c), truth(c.clip_id), state(c.clip_id), c.fps)
            for c in clips
        }
        self.how, _ = choose_decoding(scored, DecodingConfig())  # thresholds, on validation only

    def predict(self, dataset, split):  # sees the clips of one split, without labels
        scores = [(clip, frame_scores(clip)) for clip in dataset.iter_clips(split)]
        return [ClipPrediction(c.clip_id, decode(s, c.fps, self.how), s) for c, s in scores]
''')

_SNIPPET = Template("""\
models:
  $name:
    target: "$module:$cls"
    display: "$name"
    note: "Frame difference to the clip's median picture."
""")


@dataclass(frozen=True)
class Adapter:
    """What was written.

    Args:
        file: The model.
        config: ``bench.yaml`` beside it.
        snippet: What must stand in it.
        registered: Whether it does; an existing ``bench.yaml`` is never changed.
        command: What runs the model.
    """

    file: Path
    config: Path
    snippet: str
    registered: bool
    command: str


def write_adapter(name: str, file: Path | None = None) -> Adapter:
    """Write a small working model, and ``bench.yaml`` beside it where there is none.

    Args:
        name: Of the model.
        file: Where to; ``<name>.py`` in the current folder when `None`.

    Raises:
        ConfigError: The name is taken or cannot be one, the file exists or is no module's name.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r}: use letters, digits, '.', '_' and '-' only")
    if name in default_registry():
        raise ConfigError(f"{name}: a model is called so already (bench list); choose another name")
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    path = file if file is not None else Path("_".join(words).lower() + ".py")
    _refuse_bad_file(path)
    cls = "".join(word[0].upper() + word[1:] for word in words)
    if not cls.isidentifier():
        cls = f"Model{cls}"
    fields = {"name": name, "cls": cls, "module": path.stem}
    snippet = _SNIPPET.substitute(fields)
    config = path.parent / CONFIG
    write_text(path, _FILE.substitute(fields))
    there = config.exists()
    if not there:
        write_text(config, snippet)
    where = "" if config == Path(CONFIG) else f" --config {config}"
    return Adapter(
        path, config, snippet, not there, f"bench run --models {name}{where} --data data"
    )


def _refuse_bad_file(path: Path) -> None:
    stem = path.stem
    if path.suffix != ".py" or not stem.isidentifier() or keyword.iskeyword(stem):
        raise ConfigError(
            f"--out {path}: expected a Python file whose name is letters, digits and '_', such as "
            "my_model.py"
        )
    if path.exists():
        raise ConfigError(f"--out {path}: is there already; choose another --out")
    if not path.parent.is_dir():
        raise ConfigError(f"--out {path}: there is no folder {path.parent}; make it first")
    if importlib.util.find_spec(stem) is not None:
        raise ConfigError(
            f"--out {path}: there is a Python module {stem!r} already; choose another file name"
        )
