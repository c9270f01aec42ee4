"""The pages of all built-in models' cards."""

from pathlib import Path

from benchmarks.built_in import default_registry
from benchmarks.cards.text import MADE, card_page, index_page
from wdmd_tools.atomic import write_text


def all_pages() -> dict[str, str]:
    """File name and text of every page, of the built-in models only."""
    entries = [entry for entry in default_registry() if entry.card is not None]
    pages = {f"{entry.name}.md": card_page(entry) for entry in entries}
    return {"index.md": index_page(entries), **pages}


def write_pages(folder: Path) -> list[Path]:
    """Write the pages, and remove those of models that are gone.

    Args:
        folder: docs/models.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = all_pages()
    for old in folder.glob("*.md"):
        if old.name not in pages and old.read_text(encoding="utf-8").startswith(MADE):
            old.unlink()
    for name, text in pages.items():
        write_text(folder / name, text)
    return [folder / name for name in pages]
