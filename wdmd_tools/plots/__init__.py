"""Pictures. Matplotlib is loaded inside the functions, without pyplot, so no window system is needed.

style              size, colours, saving; shared by all
timeline           one clip: scores of several models, reference, found MEs, speaking (paper, figure 5)
distributions      a dataset: share of states, durations (paper, figures 1 and 2)
agreement_matrix   annotator by annotator
"""
