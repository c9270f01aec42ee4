"""A trained run as one ONNX file, and back: read `run` first.

run        a run folder to a file, with what it takes to use it inside
graph      weights to an ONNX graph
int8       the same in whole numbers, calibrated on training crops
compare    how far an exported model is from the one that it was made of
session    an exported file as a run: `meldae spot` and `meldae eval` open it through onnxruntime

Making a file takes the packages of the extra ``onnx``; using one takes onnxruntime alone of them.
"""

from meldae.export.run import export_run
from meldae.export.session import OnnxModel, OnnxRun

__all__ = ["OnnxModel", "OnnxRun", "export_run"]
