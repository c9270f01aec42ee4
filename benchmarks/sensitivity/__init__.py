"""How a spotter's recall depends on a micro-expression's (ME's) amplitude, its duration, and speech.

    footage       films with injected MEs (`wdmd demo --from`), built into a dataset; all of it is test data
    predictions   every model, trained on another dataset, on these films; kept for a rerun
    outcomes      which injected ME was found, which detections were false alarms
    factors       recall, precision and false alarms per minute by level of a factor, with intervals
    psychometric  a curve through the single MEs and its 50 % point
    report        JSON, CSV, Markdown
    picture       one panel per factor, all models in it

What counts as found is the benchmark's own rule (`wdmd_tools.metrics.matching`): IoU > 0.5, one to one.
"""
