"""A small student that learns from a trained model, beside the annotators' labels: read `run` first.

    clips ──► teacher, once ──► lessons (frame, ME and state logits, features) ──┐
      └─────► student ──────────────────────────────────────────────────────────┴──► loss

run        dataset, teacher and configuration to a run folder
lessons    what the teacher says of every frame, computed once and kept
data       windows of clips with their lessons
losses     how far the student is from the teacher
loop       the epochs, as in `meldae.training`
settings   what may be set

A student is a run like any other: ``meldae eval``, ``spot`` and ``export`` open it.
"""

from meldae.distill.run import distill
from meldae.distill.settings import DistillConfig

__all__ = ["DistillConfig", "distill"]
