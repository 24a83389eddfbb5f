"""What can be wrong with a decision table, and where."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

FaultKind = Literal[
    "form",
    "unknown attribute",
    "wrong type",
    "null compare",
    "gap",
    "overlap",
    "shadowed row",
    "missing test",
    "failing test",
    "unnoticed row",
    "too large",
]


class TableFault(NamedTuple):
    """One mistake; ``row`` and ``column`` are empty where it is not of one row or column."""

    kind: FaultKind
    file: str
    row: str
    column: str
    reason: str

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: {self.kind}: {self.reason}"


class UnsoundTable(Exception):
    """A table that nobody may decide by; `faults` has all that was found."""

    def __init__(self, faults: Iterable[TableFault]) -> None:
        self.faults: Sequence[TableFault] = tuple(faults)
        super().__init__("\n".join(str(each) for each in self.faults))
