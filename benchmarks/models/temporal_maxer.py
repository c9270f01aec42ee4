"""TemporalMaxer, small: the pyramid is made by maximum pooling alone.

Reference:
    Tang, Kim and Sohn, TemporalMaxer: Maximize Temporal Context with only Max Pooling for Temporal
    Action Localization, 2023. Its card (`benchmarks.cards`) lists what differs here.
"""

from benchmarks.models.tad.network import Pyramid
from benchmarks.models.tad.spotter import TadSpotter


class TemporalMaxer(TadSpotter):
    """Anchor-free detector on a pyramid of maxima."""

    pyramid: Pyramid = "max"
    name = "temporal-maxer"
