"""Training: read `run` first, then `loop`.

run         dataset and configuration to a run folder
loop        the epochs, on Lightning Fabric
processes   how the windows of a step are shared among processes and micro-batches
optimizer   the optimizer, its rates, the loss
average     averaged weights
curves      what TensorBoard shows
"""

from meldae.training.optimizer import make_loss, make_optimizer, set_rate
from meldae.training.run import train

__all__ = ["make_loss", "make_optimizer", "set_rate", "train"]
