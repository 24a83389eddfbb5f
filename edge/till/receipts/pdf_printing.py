"""A receipt as PDF, as wide as the printer's paper and as long as it needs.

reportlab draws it, and brings Pillow along: import this only where a page is asked for. Letters of
Western Europe are in Courier, which every reader has. Any other sign is in the TrueType font that
the till is given, of which the page brings along what it uses; each stands at its own column, so
that the amounts stand under each other in any font. What no font has is shown as question marks,
not left blank as readers do without the font that a page only names.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from pathlib import Path

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
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
_FURTHER = "further"
"""What the given font is called in a page."""

_UNKNOWN = "?"

LINES_MAX = 1_000
"""Of a page, some 3.4 metres. Readers show 5.08 at most; the largest sales have several pages."""

_Lines = tuple[ReceiptLine, ...]
_Further = frozenset[str]
"""Signs that the given font has."""


def page_of(receipt: Receipt, font: Path | None = None) -> bytes:
    """The PDF; the same receipt has the same bytes. Raises OSError and `TTFError` where ``font``
    cannot be used."""
    size = (_WIDTH - 2 * _MARGIN) / receipt.columns / _COURIER_WIDTH
    held = BytesIO()
    canvas = Canvas(held, invariant=1)
    canvas.setTitle(receipt.receipt_no)
    further = _registered(font)
    *before, last = _sheets(receipt.lines)
    for lines in before:
        top = _begin(canvas, len(lines) * size * _LEADING)
        _draw_lines(canvas, lines, top, size, further)
        canvas.showPage()
    rows = len(last) + len(receipt.ending)
    code_height = _QR_SIDE + 2 * _MARGIN if receipt.qr else 0
    top = _begin(canvas, rows * size * _LEADING + code_height)
    top = _draw_lines(canvas, last, top, size, further)
    if receipt.qr:
        _draw_code(canvas, receipt.qr, top - _MARGIN - _QR_SIDE)
    _draw_lines(canvas, receipt.ending, top - code_height, size, further)
    canvas.save()
    return held.getvalue()


def _sheets(lines: _Lines) -> list[_Lines]:
    return [lines[at : at + LINES_MAX] for at in range(0, len(lines), LINES_MAX)] or [()]


def _begin(canvas: Canvas, height: float) -> float:
    """Begin a page for so much; where its first line begins."""
    canvas.setPageSize((_WIDTH, height + 2 * _MARGIN))
    return height + _MARGIN


def _registered(font: Path | None) -> _Further:
    if font is None:
        return frozenset()
    loaded = TTFont(_FURTHER, str(font))
    pdfmetrics.registerFont(loaded)
    return frozenset(map(chr, loaded.face.charToGlyph))


def _draw_lines(canvas: Canvas, lines: _Lines, top: float, size: float, further: _Further) -> float:
    """Draw them downwards from ``top``; where they end."""
    for line in lines:
        top -= size * _LEADING
        for font, at, text in _runs(line, further):
            canvas.setFont(font, size)
            canvas.drawString(_MARGIN + at * size * _COURIER_WIDTH, top, text)
    return top


def _runs(line: ReceiptLine, further: _Further) -> Iterator[tuple[str, int, str]]:
    """Font, column and text of what is drawn at once: Courier's together, others alone."""
    courier = "Courier-Bold" if line.is_bold else "Courier"
    for is_courier, group in groupby(_signs(line.text, further), key=lambda sign: sign[1]):
        placed = list(group)
        if is_courier:
            yield courier, placed[0][0], "".join(text for _, _, text in placed)
        else:
            yield from ((_FURTHER, at, text) for at, _, text in placed)


def _signs(text: str, further: _Further) -> Iterator[tuple[int, bool, str]]:
    """Columns, whether Courier has it, and what is drawn; marks that stand apart are left out."""
    at = 0
    for cell, width in cells(text):
        sign = cell[0]
        if _is_couriers(sign):
            yield at, True, sign
        elif sign in further:
            yield at, False, sign
        else:
            yield at, True, _UNKNOWN * width
        at += width


def _is_couriers(sign: str) -> bool:
    try:
        sign.encode("cp1252")
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
