"""What the enhancer looks at (the paper, figures 6 to 8).

regions     names of the rows of the attention grid
attention   attention of every frame of a clip
shares      by face region while speaking, listening and inside micro-expressions, with intervals
moments     which frames of a clip to show
pictures    maps over the face, and attention over time
"""
