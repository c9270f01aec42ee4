"""Writes the pages of docs/models: ``python -m benchmarks.cards docs/models``."""

import sys
from pathlib import Path

from benchmarks.cards.pages import write_pages

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.cards FOLDER")
    write_pages(Path(sys.argv[1]))
