"""ELAN annotation files (EAF), in and out. No other module of this project knows their XML.

`read_eaf` guards, parses and resolves; `write_eaf` (in `wdmd_tools.elan.writer`) writes EAF 3.0.
"""

from wdmd_tools.elan.reader import read_eaf

__all__ = ["read_eaf"]
