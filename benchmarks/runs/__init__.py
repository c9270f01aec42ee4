"""A benchmark's run: what is to be done, doing it, and the record that proves it.

settings    what a run is told
plan        the grid, and what is finished
execute     the rest, on an engine
"""
