"""How a model that looks at short pieces, or at single frames, becomes a spotter.

``window``: a classifier of pieces slides over the clip; ``shared``: an encoder of frames gets MELDAE's
Bi-LSTM, heads and loss. Both end in the same decoder, whose thresholds come from the validation split.
"""
