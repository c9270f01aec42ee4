"""ActionFormer, small: the pyramid is made by blocks of local self-attention.

Reference:
    Zhang, Wu and Li, ActionFormer: Localizing Moments of Actions with Transformers, ECCV 2022. Its card
    (`benchmarks.cards`) lists what differs here.
"""

from benchmarks.models.tad.network import Pyramid
from benchmarks.models.tad.spotter import TadSpotter


class ActionFormer(TadSpotter):
    """Anchor-free detector on a pyramid of local attention."""

    pyramid: Pyramid = "attention"
    name = "action-former"
