"""Video files, in and out; the only place that loads PyAV.

`media` finds the video of an ELAN file, `probe` lists the times of its frames, `decode` yields frames,
`crops` writes and reads the crop videos of a dataset.
"""
