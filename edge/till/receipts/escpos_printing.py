"""A receipt as the bytes of an ESC/POS printer.

python-escpos brings Pillow along, which takes some 18 MiB: import this only where there is a
printer. Two of its ways are gone around here: it passes control characters on (they are out of the
lines already), and a single Chinese sign makes it write the whole text in GB18030, which any other
printer prints as nonsense.
"""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from escpos.printer import Dummy

from edge.till.receipts.layout import Receipt, ReceiptLine
from edge.till.receipts.widths import cells

_PROFILES = {42: "TM-T20II-42col", 48: "TM-T20II"}
"""Whose code pages and columns are assumed. Those of the common printers are the same."""

_QR_DOTS = 4
"""Of one of its squares: half a millimetre, which a telephone reads from creased paper. A code of
450 signs has some 73 squares a side, and 4 dots each fit the paper."""

_UNKNOWN = "?"


class _Paper(Dummy):
    """Gathers what a printer would be sent."""

    def send(self, data: bytes) -> None:
        """As it is, past python-escpos' choice of a code page."""
        self._raw(data)


def printed(receipt: Receipt, is_chinese: bool = False) -> bytes:
    """All that the printer is sent, with the cut. ``is_chinese`` printers take GB18030."""
    printer = _Paper(profile=_PROFILES[receipt.columns])
    printer.hw("INIT")
    _print(printer, receipt.lines, is_chinese)
    printer.set(align="center")
    printer.qr(receipt.qr, size=_QR_DOTS, native=True)  # nothing for an empty one
    printer.set(align="left")
    _print(printer, receipt.ending, is_chinese)
    printer.cut()
    return printer.output


def drawer_opened() -> bytes:
    """The pulse that opens the drawer at the printer."""
    printer = _Paper()
    printer.cashdraw(2)
    return printer.output


def _print(printer: _Paper, lines: tuple[ReceiptLine, ...], is_chinese: bool) -> None:
    for line in lines:
        printer.set(bold=line.is_bold)
        if is_chinese:
            printer.send(line.text.encode("gb18030") + b"\n")
        else:
            printer.textln(_printable(printer, line.text))


def _printable(printer: _Paper, text: str) -> str:
    """The text with what no code page of the printer has replaced, column for column. Marks that
    stand apart are left out: a printer would give them a column of their own."""
    find = printer.magic.encoder.find_suitable_encoding
    return "".join(
        cell[0] if cell[0].isascii() or find(cell[0]) else _UNKNOWN * width
        for cell, width in cells(text)
    )
