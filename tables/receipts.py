"""Which sales and returns have been said, so that none is said twice."""

import msgspec

from tables.times import KEPT_US

NUMBERS = 1_024
"""Numbers of a till in one row: 128 bytes, which are written with each sale. Far more is written
for nothing; far fewer is a row for a handful of sales."""


class Said(msgspec.Struct, array_like=True, gc=False):
    """A bit for each of `NUMBERS` numbers of one epoch; key ``location/till/epoch/block``.

    ``clock_us`` is how far the location's clock was when the last one was said.
    """

    bits: bytes = bytes(NUMBERS // 8)
    clock_us: int = 0

    def has(self, sequence: int) -> bool:
        """Whether the number was said."""
        at, bit = _place(sequence)
        return bool(self.bits[at] & bit)

    def note(self, sequence: int, clock_us: int) -> None:
        """The number is said, by a clock that says so."""
        at, bit = _place(sequence)
        self.bits = self.bits[:at] + bytes((self.bits[at] | bit,)) + self.bits[at + 1 :]
        self.clock_us = clock_us

    @property
    def ends_us(self) -> int:
        """When the row may go, by its location's clock."""
        return self.clock_us + KEPT_US


def block_of(sequence: int) -> int:
    """The number of the row that has ``sequence``."""
    return sequence // NUMBERS


def has_left(at_us: int, clock_us: int) -> bool:
    """Whether an event of that time is so old that nobody remembers whether it was said."""
    return at_us <= clock_us - KEPT_US


def _place(sequence: int) -> tuple[int, int]:
    at, bit = divmod(sequence % NUMBERS, 8)
    return at, 1 << bit
