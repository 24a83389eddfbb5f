"""A receipt as a page of PDF, as wide as the printer's paper and as long as it needs.

reportlab draws it, and brings Pillow along: import this only where a page is asked for. Each sign
is put at its own column, so that the amounts stand under each other in any font. Latin letters are
in Courier, which every reader has; what is Chinese, Japanese, Greek or Cyrillic is in a font that
readers bring for East Asia; any other sign is shown as a question mark.
"""
# pyright: reportUnknownMemberType=false

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from edge.till.receipts.layout import Receipt, ReceiptLine
from edge.till.receipts.widths import cells

_WIDTH = 80 * mm
_MARGIN = 4 * mm
_QR_SIDE = 42 * mm
"""Of a code of some 73 squares: half a millimetre each, as on paper."""

_COURIER_WIDTH = 0.6
"""Of a sign of Courier, in its size."""

_LEADING = 1.25
_EAST_ASIAN = "STSong-Light"
_UNKNOWN = "?"

_Placed = tuple[int, str]


def page_of(receipt: Receipt) -> bytes:
    """The PDF; the same receipt has the same bytes."""
    size = (_WIDTH - 2 * _MARGIN) / receipt.columns / _COURIER_WIDTH
    leading = size * _LEADING
    rows = len(receipt.lines) + len(receipt.ending)
    height = rows * leading + _QR_SIDE + 4 * _MARGIN
    held = BytesIO()
    canvas = Canvas(held, pagesize=(_WIDTH, height), invariant=1)
    canvas.setTitle(receipt.receipt_no)
    pdfmetrics.registerFont(UnicodeCIDFont(_EAST_ASIAN))
    top = _draw_lines(canvas, receipt.lines, height - _MARGIN, size)
    _draw_code(canvas, receipt.qr, top - _MARGIN - _QR_SIDE)
    _draw_lines(canvas, receipt.ending, top - 2 * _MARGIN - _QR_SIDE, size)
    canvas.save()
    return held.getvalue()


def _draw_lines(canvas: Canvas, lines: tuple[ReceiptLine, ...], top: float, size: float) -> float:
    """Draw them downwards from ``top``; where they end."""
    for line in lines:
        top -= size * _LEADING
        for font, at, text in _runs(line):
            canvas.setFont(font, size)
            canvas.drawString(_MARGIN + at * size * _COURIER_WIDTH, top, text)
    return top


def _runs(line: ReceiptLine) -> Iterator[tuple[str, int, str]]:
    """Font, column and text of what is drawn at once: Latin letters together, others alone."""
    latin = "Courier-Bold" if line.is_bold else "Courier"
    for font, group in groupby(_signs(line.text), key=lambda sign: _font_of(sign[1], latin)):
        placed = list(group)
        if font == latin:
            yield font, placed[0][0], "".join(text for _, text in placed)
        else:
            yield from ((font, at, text) for at, text in placed)


def _signs(text: str) -> Iterator[_Placed]:
    """Columns and signs; marks that stand apart are left out."""
    at = 0
    for cell, width in cells(text):
        if _is_in(cell[0], "cp1252") or _is_in(cell[0], "gb2312"):
            yield at, cell[0]
        else:
            yield from ((at + each, _UNKNOWN) for each in range(width))
        at += width


def _font_of(sign: str, latin: str) -> str:
    return latin if _is_in(sign, "cp1252") else _EAST_ASIAN


def _is_in(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _draw_code(canvas: Canvas, text: str, bottom: float) -> None:
    squares = list(
        segno.make(text, error="l", boost_error=False, micro=False).matrix_iter(border=2)
    )
    side = _QR_SIDE / len(squares)
    left = (_WIDTH - _QR_SIDE) / 2
    for row, cols in enumerate(squares):
        y = bottom + _QR_SIDE - (row + 1) * side
        for is_dark, group in groupby(enumerate(cols), key=lambda square: bool(square[1])):
            if is_dark:
                dark = [column for column, _ in group]
                canvas.rect(left + dark[0] * side, y, len(dark) * side, side, stroke=0, fill=1)
