"""The models of the benchmark, each behind `benchmarks.models.base.Spotter`; imported when they run."""
