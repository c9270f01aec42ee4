"""The emotion of an interval: its frames vote.

    onset | e1 e1 n e2 e1 | offset      most frames say e1

A frame says *neutral* when no emotion's logit is above 0 (neutral's own is set to 0, as published). An
interval whose frames mostly say neutral is no micro-expression: recognition takes it back.
"""

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


def inner(logits: Float, onset: int, offset: int) -> Float:
    """The rows of an interval that vote: strictly inside, or all where there is nothing inside.

    Args:
        logits: Shape (N, K).
        onset: First frame.
        offset: Last frame.
    """
    return logits[onset + 1 : offset] if offset - onset > 1 else logits[onset : offset + 1]


def spotted_emotion(logits: Float, onset: int, offset: int) -> int | None:
    """The class of a spotted interval.

    Args:
        logits: Shape (N, K), neutral last.
        onset: First frame.
        offset: Last frame.

    Returns:
        Index of the emotion; `None` when neutral has the most frames, or no frame lies strictly inside.
        Equal votes go to the emotion with the larger mean probability, and to neutral before any.
    """
    if offset - onset <= 1:
        return None
    rows = inner(logits, onset, offset).copy()
    rows[:, -1] = 0
    winner = _majority(rows)
    votes = np.bincount(rows.argmax(axis=1), minlength=rows.shape[1])
    neutral = rows.shape[1] - 1
    return None if winner == neutral or votes[neutral] == votes[winner] else winner


def given_emotion(logits: Float, onset: int, offset: int) -> tuple[int, Float]:
    """The class of an interval that is known to be a micro-expression: neutral has no vote.

    Args:
        logits: Shape (N, K), neutral last.
        onset: First frame.
        offset: Last frame.

    Returns:
        Index of the emotion, and the mean of the frames' probabilities, shape (K - 1,).
    """
    rows = inner(logits, onset, offset)[:, :-1]
    return _majority(rows), probabilities(rows).mean(axis=0)


def probabilities(logits: Float) -> Float:
    """Softmax over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def _majority(rows: Float) -> int:
    votes = np.bincount(rows.argmax(axis=1), minlength=rows.shape[1])
    # Means are below 1, so they only decide between equals.
    return int(np.argmax(votes + 0.5 * probabilities(rows).mean(axis=0)))
