"""How much of each input is not folded yet.

The position in the state is behind the last record that was folded. Behind that may lie offsets
without a record: the markers of transactions, and what was taken back. They count until they have
been read, and no longer: the inputs that workers write for each other end in a marker for ever.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from faust.types import TP

from engine.contract import Record


class HandedOn(NamedTuple):
    """Offsets up to which, exclusive, records were handed to the fold, and everything was read."""

    records_to: int
    read_to: int


class InputLag:
    """Written by the consumer's loop, asked from any thread. It never counts too little: of what is
    on its way from the fetch to the fold, the earlier word holds."""

    def __init__(self) -> None:
        self._handed: dict[TP, HandedOn] = {}

    def begin(self, starts: Mapping[TP, int]) -> None:
        """Partitions are read from there, whatever was read of them before."""
        self._handed |= {tp: HandedOn(at, at) for tp, at in starts.items()}

    def take(self, fetched: Mapping[TP, Sequence[Record]], read_to: Mapping[TP, int]) -> None:
        """Records were handed on, and with them all that lies before ``read_to``."""
        for tp, to in read_to.items():
            records = fetched.get(tp)
            before = self._handed.get(tp, HandedOn(0, 0))
            records_to = records[-1].offset + 1 if records else before.records_to
            self._handed[tp] = HandedOn(records_to, to)

    def of(self, tp: TP, end: int, folded_to: int) -> int:
        """Offsets of a partition that ends at ``end`` which are still to be folded or passed."""
        handed = self._handed.get(tp, HandedOn(0, 0))
        done_to = folded_to if folded_to < handed.records_to else max(folded_to, handed.read_to)
        return max(0, end - done_to)
