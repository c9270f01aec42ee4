"""The parts of MELDAE, one concept a module, torch and timm only.

Dimensions: B batch, T frames, P regions (or patches), N query tokens, D width. A `mask` is (B, T) bool,
true on real frames; padding is at the end of a clip and never changes what real frames get.
"""
