"""Spotting in raw video: chunks of frames, the faces in them, scores, found micro-expressions.

film        reads a film once, chunk by chunk, and hands each face to the model    (read this first)
chunks      which frames are looked at together
faces       pieces of one person's track, linked over chunks, their scores blended
settled     what can no longer change while the film is still read (``--live``)
found       the result
output      the result as ELAN file, tables and picture
"""

from meldae.spot.chunks import CHUNK_S, OVERLAP_S, plan_chunks
from meldae.spot.film import spot
from meldae.spot.found import SpottedFace, SpottedSegment, Spotting

__all__ = [
    "CHUNK_S",
    "OVERLAP_S",
    "SpottedFace",
    "SpottedSegment",
    "Spotting",
    "plan_chunks",
    "spot",
]
