"""A receipt as the bytes of an ESC/POS printer.

python-escpos writes a file when it is imported, which a full disk refuses, and leaves it behind at
each start. A till must print then too, so these few commands are written here; the tests hold them
against that library's.
"""

from collections.abc import Callable, Iterable

from edge.till.receipts.layout import Receipt, ReceiptLine
from edge.till.receipts.widths import cells

_INITIALISE = b"\x1b@"
_BOLD = (b"\x1bE\x00", b"\x1bE\x01")
_LEFT, _CENTRE = b"\x1ba\x00", b"\x1ba\x01"
_CUT = b"\x1bd\x06\x1dV\x00"
"""Six lines on, to bring the last one out from under the head, and a full cut."""

DRAWER_PULSE = b"\x1bp\x00\x32\x32"
"""Opens the drawer at the printer's second pin: 100 ms on, 100 ms off."""

_PAGES = {
    "cp437": 0, "cp858": 19, "cp1252": 16, "cp852": 18, "cp866": 17, "iso8859_7": 15,
    "cp1257": 51, "cp1254": 48,
}  # fmt: skip
"""Code pages and their numbers, which Epson's printers and those that follow them share: letters of
Western and Central Europe, Cyrillic, Greek, Baltic and Turkish ones."""

_QR_DOTS = 4
"""Of one of its squares: half a millimetre, which a telephone reads from creased paper. A code of
450 signs has some 73 squares a side, and 4 dots each fit the paper."""

_UNKNOWN = "?"


def printed(receipt: Receipt, is_chinese: bool = False) -> bytes:
    """All that the printer is sent, with the cut. ``is_chinese`` printers take GB18030."""
    encode = _in_chinese if is_chinese else _in_pages
    code = _CENTRE + _qr(receipt.qr.encode()) + _LEFT if receipt.qr else b""
    return b"".join(
        (_INITIALISE, *_lines(receipt.lines, encode), code, *_lines(receipt.ending, encode), _CUT)
    )


def _lines(lines: Iterable[ReceiptLine], encode: Callable[[str], bytes]) -> Iterable[bytes]:
    return (_BOLD[line.is_bold] + encode(line.text) + b"\n" for line in lines)


def _in_chinese(text: str) -> bytes:
    return text.encode("gb18030")


def _in_pages(text: str) -> bytes:
    """In the code pages that have it, column for column. Each line begins in the first one. Marks
    that stand apart are left out: a printer would give them a column of their own."""
    page = next(iter(_PAGES))
    told = _chosen(page)
    for cell, width in cells(text):
        sign = cell[0]
        found = next((each for each in (page, *_PAGES) if _has(each, sign)), None)
        if found is None:
            told += _UNKNOWN.encode() * width
            continue
        if found != page:
            page, told = found, told + _chosen(found)
        told += sign.encode(found)
    return told


def _chosen(page: str) -> bytes:
    return b"\x1bt" + bytes([_PAGES[page]])


def _has(page: str, sign: str) -> bool:
    try:
        sign.encode(page)
    except UnicodeEncodeError:
        return False
    return True


def _qr(data: bytes) -> bytes:
    """Model 2, the lowest correction; stored and then printed."""
    parts = (b"A2\x00", b"C" + bytes([_QR_DOTS]), b"E0", b"P0" + data, b"Q0")
    return b"".join(
        b"\x1d(k" + (len(part) + 1).to_bytes(2, "little") + b"1" + part for part in parts
    )
