"""Text that is safe in a cell of a spreadsheet."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe goes before the signs that start one.

    Example:
        >>> safe_cell("=1+1"), safe_cell("AU12"), safe_cell("@A1")
        ("'=1+1", 'AU12', "'@A1")
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
