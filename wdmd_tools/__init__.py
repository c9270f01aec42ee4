"""From ELAN annotations and raw video to a face-crop dataset with Parquet manifests.

The light lower half is the vocabulary that `meldae` and `benchmarks` share: `intervals`, `annotations`,
`manifest`, `predictions`, `metrics` and `errors`. Importing this package loads none of the heavy
libraries (torch is never loaded; MediaPipe, OpenCV and PyAV only where they are used).
"""

__version__ = "0.1.0"
