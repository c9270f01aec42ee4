"""What every model of the benchmark is, where it comes from and how far it may be trusted.

A built-in model's card is ``benchmarks/cards/<name>.toml``; a third party's entry carries its own
`ModelCard`. The pages in docs/models are rendered from the cards:

    python -m benchmarks.cards docs/models
"""

from benchmarks.cards.model import GRADES, ModelCard, Speed
from benchmarks.cards.read import built_in_card, read_card

__all__ = ["GRADES", "ModelCard", "Speed", "built_in_card", "read_card"]
