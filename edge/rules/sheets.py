"""What all files of a table come to: lines of cells, and mistakes named by row and column."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from edge.rules.faults import FaultKind, TableFault, UnsoundTable

FILE_BYTES_MAX = 1 << 18
"""Of one file; the database takes no more rows of one table either."""

SAID = ("table", "version", "hit policy", "valid from", "locations")
"""What is said of the whole table, in this order. ``locations`` may be empty: everywhere."""


class SheetLine(NamedTuple):
    """A line of cells, and which of the file's lines it is."""

    number: int
    cells: list[str]


class TableSheet(NamedTuple):
    """A table as it was written down: what is said of it, and the lines below, columns first."""

    said: dict[str, str]
    lines: Sequence[SheetLine]


class SheetReader:
    """One file, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = str(path)
        self.faults: list[TableFault] = []

    def wrong(self, reason: str, row: str = "", column: str = "", kind: FaultKind = "form") -> None:
        """Note a mistake, and go on."""
        self.faults.append(TableFault(kind, self.file, row, column, reason))

    def stop(self, reason: str, row: str = "") -> UnsoundTable:
        """To be raised: nothing more can be read."""
        self.wrong(reason, row)
        return UnsoundTable(self.faults)

    def content(self) -> bytes:
        """The file's bytes; raises `UnsoundTable` where they are too many, or OSError."""
        content = self.path.read_bytes()
        if len(content) > FILE_BYTES_MAX:
            raise self.stop(f"{len(content)} bytes; {FILE_BYTES_MAX} may be")
        return content

    def said(self, told: dict[str, str], name: str, value: str, row: str) -> None:
        """Note what is said of the whole table."""
        if name not in SAID or name in told:
            why = "is said twice" if name in told else f"is none of {', '.join(SAID)}"
            self.wrong(f"{name!r} {why}", row)
        told[name] = value
