"""Texts in files that people open with a spreadsheet: none of them is run. Pure."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}",
                  "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}",
                  "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
"""How a text begins that a spreadsheet would run: such a text gets an apostrophe before it."""

_APOSTROPHE = "'"


def guarded(text: str) -> str:
    """The text as a cell that stays a text; one that looks guarded already is guarded again, so
    that `unguarded` gives back what there was."""
    return f"{_APOSTROPHE}{text}" if _would_run(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell that was `guarded`, or that a person typed."""
    is_guarded = cell.startswith(_APOSTROPHE) and _would_run(cell)
    return cell.removeprefix(_APOSTROPHE) if is_guarded else cell


def _would_run(text: str) -> bool:
    return text.lstrip(_APOSTROPHE).startswith(FORMULA_STARTS)
