"""Shelf labels as PDF: name, price, and the product's code as bars; three by eight on A4.

A GTIN of 8, 12 or 13 digits whose check digit is right is drawn as EAN; any other, and a SKU, as
Code 128, which scanners read as well. Letters that Helvetica lacks are shown as question marks.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import msgspec
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

COLUMNS, ROWS = 3, 8

LABELS_MAX = 500
"""Of one file: twenty sheets, which takes a second to draw."""

_WIDTH, _HEIGHT = A4[0] / COLUMNS, A4[1] / ROWS
_MARGIN = 5 * mm
_BARS_HEIGHT = 11 * mm
_NAME_CHARACTERS = 34
"""Of a line on a label, at its size."""

_EAN = {8: "EAN8", 13: "EAN13"}


class Label(msgspec.Struct, frozen=True):
    """What stands on a label. ``price`` is in words, for each or for a kilogram."""

    sku: str
    name: str
    gtin: str | None
    price: str


def sheet_of(labels: Sequence[Label]) -> bytes:
    """The PDF; the same labels have the same bytes."""
    held = BytesIO()
    canvas = Canvas(held, pagesize=A4, invariant=1)
    canvas.setTitle("Labels")
    for at, label in enumerate(labels):
        place = at % (COLUMNS * ROWS)
        if at and not place:
            canvas.showPage()
        row, column = divmod(place, COLUMNS)
        _draw(canvas, label, column * _WIDTH + _MARGIN, A4[1] - (row + 1) * _HEIGHT + _MARGIN)
    canvas.save()
    return held.getvalue()


def symbology_of(label: Label) -> tuple[str, str]:
    """How its code is drawn, and the code."""
    gtin = label.gtin or ""
    digits = gtin.zfill(13) if len(gtin) == 12 else gtin
    if digits.isascii() and digits.isdigit() and len(digits) in _EAN and _is_checked(digits):
        return _EAN[len(digits)], digits
    return "Code128", gtin if gtin.isascii() and gtin else label.sku


def _is_checked(digits: str) -> bool:
    """By GS1: from the right, every second digit counts three times."""
    backwards = [int(each) for each in reversed(digits)]
    return (sum(backwards[::2]) + 3 * sum(backwards[1::2])) % 10 == 0


def _draw(canvas: Canvas, label: Label, left: float, bottom: float) -> None:
    top = bottom + _HEIGHT - 2 * _MARGIN
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(left, top - 9, _within(label.name))
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawRightString(left + _WIDTH - 2 * _MARGIN, top - 26, _printable(label.price))
    canvas.setFont("Helvetica", 6)
    canvas.drawString(left, top - 18, label.sku)
    kind, code = symbology_of(label)
    bars: Any = createBarcodeDrawing(
        kind, value=code, width=_WIDTH - 2 * _MARGIN, height=_BARS_HEIGHT, humanReadable=True
    )
    renderPDF.draw(bars, canvas, left, bottom)


def _within(name: str) -> str:
    shown = _printable(name)
    return shown if len(shown) <= _NAME_CHARACTERS else shown[: _NAME_CHARACTERS - 1] + "."


def _printable(text: str) -> str:
    """In the letters that the font has, among them the sign of the euro."""
    return text.encode("cp1252", "replace").decode("cp1252")
