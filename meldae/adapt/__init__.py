"""A trained model in another laboratory's films, without labels of theirs.

settings    which method, how far
channels    normalise: the input of each recording brought to the source's mean and spread
match_rate  a threshold at which as much is found per minute as in the source
self_train  some epochs with an averaged teacher's labels
adapted     one of them applied to a run; predictions
"""

from meldae.adapt.adapted import Adapted, adapt
from meldae.adapt.settings import AdaptConfig

__all__ = ["AdaptConfig", "Adapted", "adapt"]
