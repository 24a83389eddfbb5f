"""Lines as people type and scan them, and as they come in a file. Pure.

A line is a code and a quantity, apart by blanks, a comma, a semicolon or a tab; without a quantity
it is one. A scanner types a code and ends the line, so what is scanned three times is three.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from dashboards.backoffice.asked import LINES_MAX, AskedGoods
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked

MISTAKES_TOLD = 20
"""Of one text: whoever has a column wrong has it wrong in each line."""

CHARACTERS_MAX = 1_000_000
"""Of one text or file: some 5,000 lines with room to spare."""

_APART = re.compile(r"\s*[,;\t]\s*|\s+")

_CODE_COLUMNS = ("code", "sku", "gtin")


def typed(text: str) -> list[AskedGoods]:
    """The lines of a form's field; raises `BookingRefused` with each mistake by its line."""
    found: list[tuple[int, str, str]] = []
    for number, each in enumerate(_within(text).splitlines(), 1):
        parts = [part for part in _APART.split(each.strip()) if part]
        if len(parts) > 2:
            raise _wrong([f"line {number}: a code and a quantity, and nothing else"])
        if parts:
            found.append((number, parts[0], parts[1] if len(parts) > 1 else "1"))
    return _read(found)


def of_file(text: str) -> list[AskedGoods]:
    """The rows of a file of comma-separated values with a head: ``code`` (or ``sku``, ``gtin``) and
    ``quantity``; further columns are passed over. Raises `BookingRefused`."""
    text = _within(text.removeprefix("\N{BYTE ORDER MARK}"))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=True))
    except csv.Error as fault:
        raise _wrong([f"the file: {fault}"]) from fault
    head = [name.strip().lower() for name in rows[0]] if rows else []
    code = next((head.index(name) for name in _CODE_COLUMNS if name in head), None)
    if code is None or "quantity" not in head:
        raise _wrong(["the first line must name the columns code (or sku, gtin) and quantity"])
    return _read(_cells(rows[1:], code, head.index("quantity")))


def id_of_file(*parts: str) -> str:
    """An id that follows from what a file says, and where: sent again, it is the same."""
    return "csv-" + sha256("\0".join(parts).encode()).hexdigest()[:32]


def _within(text: str) -> str:
    if len(text) > CHARACTERS_MAX:
        raise _wrong([f"more than {CHARACTERS_MAX:,} characters: make several of it"])
    return text


def _dialect(text: str) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = ";" if ";" in text.partition("\n")[0] else ","

    return Found


def _cells(
    rows: Sequence[Sequence[str]], code: int, quantity: int
) -> Iterator[tuple[int, str, str]]:
    for number, row in enumerate(rows, 2):
        if any(cell.strip() for cell in row):
            # A spreadsheet's apostrophe keeps the zeros of a code.
            cells = [cell.strip().removeprefix("'") for cell in row]
            padded = [*cells, *([""] * (max(code, quantity) + 1 - len(cells)))]
            yield number, padded[code], padded[quantity]


def _read(found: Iterable[tuple[int, str, str]]) -> list[AskedGoods]:
    lines: list[AskedGoods] = []
    mistakes: list[str] = []
    for number, code, quantity in found:
        if not 0 < len(code) <= 64:
            mistakes.append(f"line {number}: a code has 1 to 64 characters")
        elif not re.fullmatch(r"[+-]?[0-9]{1,12}", quantity):
            mistakes.append(f"line {number}, {code}: {quantity[:20]!r} is no whole number")
        else:
            lines.append(AskedGoods(code=code, quantity=int(quantity)))
    if len(lines) > LINES_MAX:
        mistakes.append(f"more than {LINES_MAX:,} lines: make several documents of it")
    if mistakes:
        raise _wrong(mistakes)
    return lines


def _wrong(mistakes: Sequence[str]) -> BookingRefused:
    more = len(mistakes) - MISTAKES_TOLD
    told = "; ".join(mistakes[:MISTAKES_TOLD]) + (f"; and {more} more" if more > 0 else "")
    return BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, f"Not understood: {told}.")
