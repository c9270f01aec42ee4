"""Where recordings are built: in this process, in worker processes, or on a Ray cluster.

Every engine runs `wdmd_tools.pipeline.work.attempt` on every task; the bytes do not depend on it.
"""
