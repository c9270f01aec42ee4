"""The dataset on disk: schemas, reading, writing, integrity.

`schema` says what the columns mean, `tables` writes and reads one Parquet file safely, `dataset` opens a
whole built folder.
"""

from wdmd_tools.manifest.dataset import Clip, Dataset
from wdmd_tools.manifest.schema import SCHEMA_VERSION, TABLES
from wdmd_tools.manifest.tables import read_table, write_table

__all__ = ["SCHEMA_VERSION", "TABLES", "Clip", "Dataset", "read_table", "write_table"]
