"""What the model returns."""

from typing import NamedTuple

from torch import Tensor


class MeldaeOutput(NamedTuple):
    """What the model says about a batch of clips; logits, not probabilities.

    Args:
        me_logits: (B,) whether the clip holds an ME.
        state_logits: (B,) whether the subject speaks.
        frame_logits: (B, T) whether the frame is inside an ME; meaningless on padding.
        attention: (B, T, N, P) of the enhancer, or `None` when not asked for or without enhancer.
        emotions: (B, T, 1 + K), see `meldae.layers.emotion_head`; `None` without that head.
        macro_logits: (B, T) whether the frame is inside a macro-expression; `None` without that locator.
    """

    me_logits: Tensor
    state_logits: Tensor
    frame_logits: Tensor
    attention: Tensor | None = None
    emotions: Tensor | None = None
    macro_logits: Tensor | None = None
