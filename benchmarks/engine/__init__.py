"""Where jobs are run: on this machine, or on a Ray cluster.

Every engine runs `benchmarks.engine.process.run_process` on every job; results do not depend on it.
"""
