"""Every metric of this project, defined once.

- `catalogue`: all of them in one table: name, direction, what it needs, its card in the docs;
- `matching`: one-to-one matching of spotted and reference intervals at a temporal IoU threshold;
- `events`: TP, FP, FN and what follows from them (precision, recall, F1);
- `dialogue`: the same by conversational state, and F1_DR;
- `megc`: the challenges' rule, and how public copies of their evaluator count;
- `detection`: average precision of ranked segments, mAP, AR@k;
- `boundaries`: how far onsets and offsets are off, in frames and milliseconds;
- `error_types`: missed, short, long, shifted, duplicate, background;
- `clips`: accuracy, balanced accuracy, AUROC of clip-level probabilities;
- `recognition`: UF1 and UAR of emotion classes;
- `strs`: spot then recognise, as it should be and as the public evaluator does it;
- `bootstrap`: intervals by resampling whole recordings; `measured`: a number or a reason.

All are pure functions of numbers. Counts are additive, one row per recording, and every score is a function
of their sum, so ten thousand resamples are one matrix product. Undefined is `None`, never 0 or NaN (NaN
stands for it inside a bootstrap only).
"""
