"""MOL: recognition, optical flow and facial landmarks learnt together on F5C blocks.

    stem ──► F5C of each frame ──┬─► landmarks of the pair's second frame
                                 ├─► flow of the pair (a correlation network helps)
                                 └─► emotion, over all pairs

Reference:
    Chen et al., Micro-action-aware network with joint recognition, optical flow and landmarks ("MOL"),
    IEEE TPAMI 2025, doi 10.1109/TPAMI.2025.3581162. Written from the facts of the paper; where the released
    program departs from it, an option follows the program (`benchmarks.models.mol.config`).
"""
