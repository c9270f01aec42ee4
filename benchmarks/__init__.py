"""Models times datasets: results, then leaderboards.

    bench.yaml ──► datasets ─┐
                             ├─► runner ──► results/**/result.json ──► leaderboard ──► report/*
    registry ──► models ─────┘   one process per job                   tables          md csv html png

The core (everything here but `models` and `features`) loads neither torch nor `meldae`: models are named as
``"module:object"`` and imported only in the process that runs them. Metrics come from
`wdmd_tools.metrics`, and from nowhere else.
"""
