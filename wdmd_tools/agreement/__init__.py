"""How far do the annotators agree?

    tracks      a dataset's segments as arrays: annotators x frames
    alpha       Krippendorff's alpha, and coincidence matrices that add up over clips
    overlap     pairwise IoU of micro-expressions: matched, strict, pooled
    bootstrap   intervals of many statistics from one set of resamples
    kappa       Cohen's kappa and confusion of a pair, also without the frames near a change
    boundaries  onset and offset errors; labels: action units and emotions of matched MEs
    ratings     alpha of ordinal and interval tiers
    subset      a random share of the clips; rivals: a model as one more annotator
    figures     what a report holds; details: what of it has no interval
    disagreements, adjudicate    where to look, as a list and as ELAN files
    gate        --fail-under
    report      all of it for one dataset; `measure_agreement` is the way in
    render      the report as table rows and Markdown

Undefined is `None` with a reason, never NaN.
"""
