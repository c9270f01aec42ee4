"""How well the baselines' recognition sides name emotions, without training what spots.

    python perf/recognition.py data --emotions 3

Annotated intervals of the test split; what is chosen is chosen on the validation split, as in `bench run`,
whose numbers these are: recognition of these models does not depend on their spotting.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.models.base import FitContext, no_progress
from benchmarks.models.emotion_svm import EmotionSide, labels_of, learning_samples
from benchmarks.models.flow_emotions import FlowEmotions
from benchmarks.models.lbp import LbpSipSvm, LbpSvm, LbpTopSvm
from benchmarks.models.lbp_mop import LbpMopSvm
from benchmarks.models.tad.spotter import TadSpotter, _scale_of
from benchmarks.protocols import blind_view, training_view
from wdmd_tools.emotions import EmotionScheme, scheme
from wdmd_tools.manifest import Dataset
from wdmd_tools.manifest.samples import emotion_samples
from wdmd_tools.metrics.bootstrap import cluster_bootstrap
from wdmd_tools.metrics.recognition import Matrix, confusion_counts, uar_statistic, uf1_statistic

LBP: dict[str, type[LbpSvm]] = {"lbp-top": LbpTopSvm, "lbp-sip": LbpSipSvm, "lbp-mop": LbpMopSvm}
NAMES = ("flow", "region-motion", *LBP)


def fitted(
    name: str, dataset: Dataset, classes: EmotionScheme, seed: int, cache: Path
) -> EmotionSide | FlowEmotions:
    """A recognition side, trained."""
    if name == "flow":
        flow = FlowEmotions()
        flow.fit(dataset, classes, seed, no_progress)
        return flow
    context = FitContext(seed, cache, cache, cache)
    train = list(dataset.iter_clips("train"))
    model: TadSpotter | LbpSvm
    if name == "region-motion":
        model = TadSpotter()
        model._context = context
        found = model._each(dataset, train, no_progress)
        model._scale = _scale_of([motion for _, motion in found])
    else:
        model = LBP[name]()
        model._context = context
        durations = [
            one.duration_ms / clip.fps
            for clip in train
            for one in dataset.reference_intervals(clip.clip_id)
        ]
        model.window_s = float(np.median(durations))
    side = model._emotions
    side.fit(dataset, classes, seed)
    return side


def main() -> None:
    """Print what each recogniser does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--emotions", default="3")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", default="flow,region-motion", help=", ".join(NAMES))
    parser.add_argument("--cache", type=Path, default=None)
    given = parser.parse_args()
    dataset, classes = Dataset.open(given.data), scheme(given.emotions)
    learn, check = learning_samples(dataset, classes, given.seed)
    test = emotion_samples(dataset, classes, "test")
    print(f"{len(learn)} training, {len(check)} validation, {len(test)} test samples")
    for name in given.models.split(","):
        begin = time.process_time()
        cache = given.cache or Path(tempfile.mkdtemp())
        side = fitted(name, training_view(dataset), classes, given.seed, cache)
        blind = blind_view(dataset, "test")
        said = [one.emotion for one in side.recognise(blind, [one.blind for one in test])]
        confusions: dict[str, Matrix] = {}
        for one, emotion in zip(test, said, strict=True):
            now = confusion_counts([emotion], labels_of([one]), classes.classes)
            confusions[one.recording_id] = (
                confusions.get(one.recording_id, np.zeros_like(now)) + now
            )
        rows = np.stack([one.ravel() for one in confusions.values()])
        whole = rows.sum(0).reshape(len(classes.classes), -1)
        taken = time.process_time() - begin
        for what, statistic in (("UF1", uf1_statistic), ("UAR", uar_statistic)):
            (value,) = statistic(rows.sum(0, keepdims=True))
            found = cluster_bootstrap(rows, statistic)
            edges = "" if found is None else f" [{100 * found.low:.1f}, {100 * found.high:.1f}]"
            print(f"{name:14} {what} {100 * value:.1f}{edges}")
        print(f"{name:14} accuracy {100 * np.trace(whole) / whole.sum():.1f}, {side.facts}")
        print(f"{name:14} true by said {whole.astype(int).tolist()}, {taken:.0f} s of processor")


if __name__ == "__main__":
    main()
