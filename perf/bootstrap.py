"""How long do the intervals of one model take, for a result of the size of WDMD?

    python perf/bootstrap.py [--recordings 450] [--draws 10000] [--json]

2,253 clips, about 502 of them with a micro-expression, two random predictions in each, spread over the
recordings. The same run times the metrics of a result from before details were stored (12 of them), all
of them, and the same draws made once per metric instead of once for all.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console

from benchmarks.scoring import ClipOutcome, Score
from benchmarks.summary import METRICS, point_values, statistics_of, summarise
from wdmd_tools.intervals import Interval
from wdmd_tools.metrics.bootstrap import cluster_bootstrap
from wdmd_tools.metrics.details import SpottingDetails, spotting_details
from wdmd_tools.metrics.dialogue import DialogueCounts, dialogue_counts

CLIPS, WITH_ME, FRAMES, FPS = 2253, 502, 200, 60


def make_score(recordings: int) -> Score:
    """A random result of the size of WDMD."""
    rng = np.random.default_rng(0)
    events: dict[str, DialogueCounts] = {}
    details: dict[str, SpottingDetails] = {}
    clips = []
    for number in range(CLIPS):
        name = f"r{number % recordings:04d}"
        has_me, speaks = bool(rng.random() < WITH_ME / CLIPS), bool(rng.random() < 0.6)
        references = [Interval(60, 90)] if has_me else []
        starts = rng.integers(0, FRAMES - 30, 2)
        said = [(Interval(int(one), int(one) + 30), float(rng.random())) for one in starts]
        state = np.full(FRAMES, speaks, dtype=np.int8)
        counts = dialogue_counts([one for one, _ in said], references, state)
        more = spotting_details(said, references, 1000 / FPS)
        events[name] = events.get(name, DialogueCounts()) + counts
        details[name] = details[name] + more if name in details else more
        p_me, p_state = rng.random(2).tolist()
        clips.append(ClipOutcome(f"c{number}", name, has_me, speaks, p_me, p_state))
    return Score(events, tuple(clips), 0, details)


def seconds(work: Callable[[], object]) -> float:
    """Best of three."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return round(min(times), 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--recordings", type=int, default=450)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    score = make_score(options.recordings)
    before = Score(score.events, score.clips)

    def one_by_one() -> None:
        names = sorted(score.events)
        values = point_values(score)
        for name, statistic in statistics_of(score, names).items():
            if values[name] is not None:
                cluster_bootstrap(np.eye(len(names)), statistic, draws=options.draws)

    found = {
        "recordings": options.recordings,
        "draws": options.draws,
        "metrics": len(METRICS),
        "seconds_without_details": seconds(lambda: summarise([before], draws=options.draws)),
        "seconds_all": seconds(lambda: summarise([score], draws=options.draws)),
        "seconds_drawn_once_per_metric": seconds(one_by_one),
    }
    console = Console()
    if options.json:
        console.print_json(json.dumps(found))
        return
    for name, value in found.items():
        console.print(f"{name:<32}{value}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
