"""Every metric of this project, defined once.

- `matching`: one-to-one matching of spotted and reference intervals at a temporal IoU threshold;
- `events`: TP, FP, FN and what follows from them (precision, recall, F1);
- `dialogue`: the same by conversational state, and F1_DR;
- `clips`: accuracy, balanced accuracy, AUROC of clip-level probabilities;
- `bootstrap`: intervals by resampling whole recordings.

All are pure functions of numbers. Undefined is `None`, never 0 or NaN.
"""
