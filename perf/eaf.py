"""Reading an EAF of 9,000 annotations: ours against pympi-ling alone, interleaved in one process.

    python perf/eaf.py [--repeat 9] [--files 1000]

Both read the same generated file of about 2.4 MB from disk. Printed are medians and the ratio (aim: at most
1.5); then the time of `wdmd check` without films on as many small files as asked for.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from pympi.Elan import Eaf

from wdmd_tools.elan import read_eaf
from wdmd_tools.elan.writer import EafAligned, EafDocument, EafRef, EafTier, write_eaf
from wdmd_tools.pipeline.check import check_annotations
from wdmd_tools.protocol import Protocol


def big_document() -> EafDocument:
    """4,500 MEs by three annotators, each with a reference, and long values."""
    tiers = []
    for name in ("A1", "A2", "A3"):
        cells = tuple(
            EafAligned(t * 400, t * 400 + 300, f"subtle {'raise of brow '}{t}") for t in range(1500)
        )
        units = tuple(EafRef(index, "1+2 seen") for index in range(1500))
        tiers.append(EafTier(f"ME@{name}", cells, participant="P1", annotator=name))
        tiers.append(EafTier(f"AU@{name}", units, "association-lt", "P1", name, f"ME@{name}"))
    return EafDocument(tuple(tiers))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--files", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.eaf"
        write_eaf(path, big_document())
        found = sum(len(tier.annotations) for tier in read_eaf(path).tiers)
        ours, theirs = [], []
        for _ in range(given.repeat):
            started = time.perf_counter()
            Eaf(str(path))
            middle = time.perf_counter()
            read_eaf(path)
            theirs.append(middle - started)
            ours.append(time.perf_counter() - middle)
        ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
        print(f"{path.stat().st_size / 1e6:.2f} MB, {found} annotations, {given.repeat} repeats")
        print(f"pympi alone  {statistics.median(theirs):.3f} s")
        print(f"read_eaf     {statistics.median(ours):.3f} s")
        print(f"ratio        {statistics.median(ratios):.2f}  (aim: at most 1.5)")
        check_many(Path(folder) / "many", given.files)


def check_many(folder: Path, count: int) -> None:
    """Check small files without films."""
    folder.mkdir()
    for number in range(count):
        cells = tuple(EafAligned(t * 1000, t * 1000 + 300, "ME") for t in range(10))
        states = (EafAligned(0, 10_000, "Speaking"),)
        tiers = (EafTier("ME", cells, participant="P1"), EafTier("State", states))
        write_eaf(folder / f"film{number:04d}.A1.eaf", EafDocument(tiers))
    started = time.perf_counter()
    report = check_annotations(folder, Protocol())
    print(
        f"check        {time.perf_counter() - started:.2f} s for {report.n_eaf} files without films, "
        f"{len(report.problems)} problems"
    )


if __name__ == "__main__":
    main()
