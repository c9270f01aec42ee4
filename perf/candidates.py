"""How many true micro-expressions a person finds who looks at the k best candidates per hour of film.

python perf/candidates.py DATA RESULTS [MODEL ...]

RESULTS is a folder of `bench run`; only test films count, which no model has seen. A true micro-expression
is found when a candidate overlaps it at all.
"""

import sys
from pathlib import Path

from benchmarks.results import read_results
from meldae.search.rank import Candidate, found_within
from wdmd_tools.intervals import Interval
from wdmd_tools.manifest import Dataset
from wdmd_tools.predictions import read_predictions

PER_HOUR = (100, 250, 500, 750, 1000, 1500)


def main() -> None:
    """Print one row per model."""
    data, results = Path(sys.argv[1]), Path(sys.argv[2])
    dataset = Dataset.open(data)
    clips = list(dataset.iter_clips("test"))
    hours = sum(clip.n_frames / clip.fps for clip in clips) / 3600
    truths = {
        clip.clip_id: [_ms(one, clip.fps) for one in dataset.reference_intervals(clip.clip_id)]
        for clip in clips
    }
    count = sum(len(spans) for spans in truths.values())
    print(
        f"{hours:.3f} h of test film, {count} true micro-expressions ({count / hours:.0f} an hour)"
    )
    print(f"{'candidates per hour':<40}" + "".join(f"{rate:>8}" for rate in PER_HOUR))
    rates = {clip.clip_id: clip.fps for clip in clips}
    for job in read_results(results):
        if job.status != "ok" or job.data_hash != dataset.data_hash or job.job.seed:
            continue
        if sys.argv[3:] and job.job.model not in sys.argv[3:]:
            continue
        found = [
            Candidate(name, _ms(s.interval, rates[name]), 0, 0, s.score)
            for name, one in read_predictions(job.job.folder(results)).items()
            if name in rates
            for s in one.segments
        ]
        shares = found_within(found, truths, hours, PER_HOUR)
        cells = "".join(f"{100 * (shares[rate] or 0):>7.0f}%" for rate in PER_HOUR)
        print(f"{job.display:<40}{cells}   of {len(found)} candidates")


def _ms(span: Interval, fps: float) -> Interval:
    start = round(span.start_ms * 1000 / fps)
    return Interval(start, max(start + 1, round(span.end_ms * 1000 / fps)))


if __name__ == "__main__":
    main()
