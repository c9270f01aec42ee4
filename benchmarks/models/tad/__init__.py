"""Temporal action detectors, small, for micro-expressions. Read `spotter` first.

spotter    fit and predict: what a row of a leaderboard needs
training   the epochs; which epoch and threshold the validation split prefers
network    features ──► pyramid ──► heads; TemporalMaxer and ActionFormer differ in the pyramid only
layers     masked convolution, local attention, the two kinds of pyramid blocks
points     where the heads look, and what they should say there
losses     focal loss and distance IoU in one dimension
grid       frames to the steps of the network and back
nms        soft non-maximum suppression

Reference:
    Zhang, Wu and Li, ActionFormer: Localizing Moments of Actions with Transformers, ECCV 2022.
    Tang, Kim and Sohn, TemporalMaxer: Maximize Temporal Context with only Max Pooling for Temporal
    Action Localization, 2023. Our own code, from the published descriptions.
"""
