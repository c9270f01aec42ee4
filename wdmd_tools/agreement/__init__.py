"""How far do the annotators agree?

    tracks      a dataset's segments as arrays: annotators x frames
    alpha       Krippendorff's alpha, and coincidence matrices that add up over clips
    overlap     pairwise IoU of micro-expressions: matched, strict, pooled
    bootstrap   intervals of many statistics from one set of resamples
    report      all of it for one dataset; `measure_agreement` is the way in
    render      the report as table rows and Markdown

Undefined is `None` with a reason, never NaN.
"""
