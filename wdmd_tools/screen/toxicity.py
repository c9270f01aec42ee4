"""Toxicity of dialogue by a text classifier such as Toxic-BERT, from a local folder, never downloaded.

The scores are of English models trained on comments in the web; they rank lines for a person, they decide
nothing.
"""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wdmd_tools.errors import MissingDependencyError, ModelFileError

_BATCH = 32
_HOW = (
    "on a machine with network: `hf download unitary/toxic-bert --local-dir toxic-bert`, then give that "
    "folder"
)


class ToxicModel:
    """A sequence classifier of the transformers library.

    Args:
        folder: With ``config.json``, the tokenizer's files and ``*.safetensors``. Pickled weights
            (``pytorch_model.bin``) are not read, since they can run code.

    Raises:
        ModelFileError: The folder is absent, or has no safetensors or cannot be loaded.
        MissingDependencyError: transformers is not installed.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "config.json").is_file():
            raise ModelFileError(f"--toxic-model: {folder}: no model here (config.json); {_HOW}")
        if not list(folder.glob("*.safetensors")):
            raise ModelFileError(
                f"--toxic-model: {folder}: no *.safetensors; pickled weights are not read, since they "
                f"can run code: {_HOW}"
            )
        try:
            # Loaded by name: this package may not depend on torch.
            library: Any = importlib.import_module("transformers")
        except ImportError:
            raise MissingDependencyError(
                "--toxic-model needs transformers; run: pip install 'wdmd-meldae[toxic]'"
            ) from None
        library.logging.set_verbosity_error()
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            model = library.AutoModelForSequenceClassification.from_pretrained(
                str(folder), use_safetensors=True, **options
            )
            tokenizer = library.AutoTokenizer.from_pretrained(str(folder), **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = (str(error).strip().splitlines() or ["no reason"])[0]
            raise ModelFileError(f"--toxic-model: {folder}: not loadable ({reason})") from error
        self._classify: Any = library.pipeline(
            "text-classification",
            model=model,
            tokenizer=tokenizer,
            top_k=None,
            function_to_apply="sigmoid",
        )
        # A tokenizer that does not know its model's limit names an absurd one.
        limit = int(getattr(model.config, "max_position_embeddings", 512))
        self._longest = min(int(tokenizer.model_max_length), limit)
        self.name = folder.resolve().name

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Per text each label's score in [0, 1]; long texts are cut at the model's limit."""
        if not texts:
            return []
        found = self._classify(
            list(texts), batch_size=_BATCH, truncation=True, max_length=self._longest
        )
        return [{str(one["label"]): float(one["score"]) for one in labels} for labels in found]
