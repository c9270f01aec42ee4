"""Which tier means what: the annotation protocol of a lab, as data.

    film.eaf      ME@A1  State@A1  AU@A1  ME@A2 ...    one file, tiers by annotator
    film.A1.eaf   ME     State     AU                  one file per annotator

Both habits are read by the built-in protocol. Who annotated a tier is told, first to last, by the suffix
after ``@``, the tier's ANNOTATOR attribute, and the name of the file. PARTICIPANT names the person shown.

A lab with other names writes them into ``protocol.yaml``::

    tiers:
      me: [MicroExpr, "{subject}-ME-{annotator}"]
      state: [Sprecher]
    state_values:
      speaking: [spricht]
      listening: ["hört zu"]
    labels:
      emotion: {happiness: [happy, Freude]}
    durations:
      me: {min_ms: 40, max_ms: 500}
    ratings:
      intensity: {tiers: [Intensity], level: ordinal, values: [A, B, C]}
"""

from wdmd_tools.protocol.interpret import Event, FileNames, Interpretation, interpret
from wdmd_tools.protocol.load import load_protocol
from wdmd_tools.protocol.model import KINDS, Duration, Protocol, Rating

__all__ = [
    "KINDS",
    "Duration",
    "Event",
    "FileNames",
    "Interpretation",
    "Protocol",
    "Rating",
    "interpret",
    "load_protocol",
]
