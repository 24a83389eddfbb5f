"""Text on a grid: what it is cleaned to, how many columns it takes, and how it is cut. Pure.

A product's name is anybody's text. What would steer a printer, turn a line's direction or hide
behind another sign is taken out before anything is measured.
"""

import unicodedata
from collections.abc import Iterator

_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that print nothing or anything: controls, marks of direction, halves of
pairs, private and unassigned ones."""

_WIDE = frozenset({"W", "F"})
_MARKS = frozenset({"Mn", "Me"})
_SPACES = frozenset("\t\n\v\f\r\x85\u2028\u2029")

MARKS_MAX = 2
"""On one character, after composition. Vietnamese needs two; hundreds would run over the lines
above and below."""


def clean(text: str) -> str:
    """The text as it may be printed: composed, one line, without controls, single spaces."""
    spaced = "".join(" " if each in _SPACES else each for each in text)
    composed = unicodedata.normalize(
        "NFC", "".join(each for each in spaced if unicodedata.category(each) not in _REMOVED)
    )
    return " ".join("".join(_few_marks(composed)).split())


def _few_marks(text: str) -> Iterator[str]:
    marks = MARKS_MAX  # a mark has nothing to stand on at the begin
    for each in text:
        marks = marks + 1 if unicodedata.category(each) in _MARKS else 0
        if marks <= MARKS_MAX:
            yield each


def columns_of(text: str) -> int:
    """Columns that cleaned text takes: two for a wide character, none for a mark."""
    return sum(map(_width, text))


def _width(each: str) -> int:
    if unicodedata.category(each) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(each) in _WIDE else 1


def cells(text: str) -> Iterator[tuple[str, int]]:
    """Characters with the marks on them, and the columns of each."""
    cell = ""
    for each in text:
        if cell and _width(each):
            yield cell, columns_of(cell)
            cell = ""
        cell += each
    if cell:
        yield cell, columns_of(cell)


def fitting(text: str, columns: int) -> str:
    """As much of it from its begin as fits."""
    kept, used = "", 0
    for cell, width in cells(text):
        if used + width > columns:
            break
        kept, used = kept + cell, used + width
    return kept


def wrapped(text: str, columns: int, lines_max: int) -> list[str]:
    """Lines of at most so many columns, broken between words where that can be; what does not fit
    the last line is cut off. At least one line. ``columns`` is 2 or more."""
    lines: list[str] = []
    left = text
    while left and len(lines) < lines_max:
        line = fitting(left, columns)
        is_within_word = len(line) < len(left) and left[len(line)] != " "
        if is_within_word and " " in line.strip():
            line = line[: line.rindex(" ")]
        lines.append(line.rstrip())
        left = left[len(line) :].lstrip()
    return lines or [""]


def spread(left: str, right: str, columns: int) -> str:
    """Both in one line, ``right`` at its end; ``left`` is cut where they do not fit."""
    room = columns - columns_of(right) - 1
    kept = fitting(left, max(room, 0))
    return kept + " " * (columns - columns_of(kept) - columns_of(right)) + right


def centred(text: str, columns: int) -> str:
    """In the middle of the line, without spaces behind it."""
    kept = fitting(text, columns)
    return " " * ((columns - columns_of(kept)) // 2) + kept
