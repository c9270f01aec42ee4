"""What many hours of film cost, from the rates that perf/build.py has just measured."""

from collections.abc import Mapping

HOURS = 1000.0
FPS = 60.0
CORES = (1, 16, 256)
SHARES = (1.0, 0.1)
"""Of the film that is built: all of it, or a tenth near annotations."""


def cost_table(
    rates: Mapping[str, Mapping[str, float]], walls: Mapping[int, Mapping[str, float]]
) -> str:
    """Markdown: wall time and storage of `HOURS` hours of film.

    Args:
        rates: By stage: CPU seconds, frames and bytes of crops.
        walls: By number of processes: CPU seconds of a whole build; may be empty.
    """
    build = rates["build"]
    per_frame = build["cpu"] / build["frames"]
    kept = efficiency(walls)
    said = f"{kept:.0%}, measured" if kept is not None else "taken as 100 %"
    stored = build["bytes"] / build["frames"]
    lines = [
        f"{1000 * per_frame:.2f} ms CPU, {stored / 1000:.1f} kB a frame; efficiency {said}",
        "",
        f"| {HOURS:.0f} h at {FPS:.0f} fps | frames | core hours | "
        + " | ".join(f"{n} core{'s' if n > 1 else ''}" for n in CORES)
        + " | crops |",
        "| --- | ---: | ---: |" + " ---: |" * (len(CORES) + 1),
    ]
    for share in SHARES:
        frames = HOURS * 3600 * FPS * share
        hours = frames * per_frame / 3600
        spans = [_span(hours / (n * (kept or 1.0) if n > 1 else 1)) for n in CORES]
        what = "all of it" if share == 1 else f"{share:.0%} of it, near annotations"
        crops = f"{frames * stored / 1e12:.1f} TB"
        lines.append(
            f"| {what} | {frames / 1e6:.1f} M | {hours:,.0f} | {' | '.join(spans)} | {crops} |"
        )
    return "\n".join(lines)


def efficiency(walls: Mapping[int, Mapping[str, float]]) -> float | None:
    """CPU seconds with one process over those with the most; `None` where it was not measured.

    What processes take from each other (memory, caches, starts) shows in their CPU time. Wall time would
    also count whatever else runs on the machine.
    """
    if 1 not in walls or len(walls) < 2:
        return None
    most = max(walls)
    return walls[1]["cpu"] / walls[most]["cpu"]


def _span(hours: float) -> str:
    return f"{hours / 24:.1f} days" if hours > 48 else f"{hours:.1f} h"
