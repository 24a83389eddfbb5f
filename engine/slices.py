"""How much of what was fetched is folded at once. Pure."""

from collections.abc import Sequence

from engine.contract import Record

SLICE_RECORDS_MAX = 1_000
"""Records folded before the event loop may breathe, another partition has its turn and the next
transaction may begin: some 25 ms. At a fifth, eight busy partitions pushed each other's values out
of the processor's cache: an event took a tenth more CPU, measured. Ten times as many are felt at
the board, and by heartbeats."""

SLICE_BYTES_MAX = 640 * 1024
"""Bytes of values folded at once: what a record changes is hardly more than what it says. Less
cuts everyday records into slices of a few."""

SLICE_KEYS_MAX = 5_000
"""Keys that a slice shall change at most, judged by the slice before: a twentieth of what may wait
for one transaction, and more than a thousand sales change. Far less, and what changes many keys is
folded one by one."""


class Slices:
    """Cuts records so that no slice changes many more keys than it may."""

    def __init__(self) -> None:
        self._records = 1

    def end(self, records: Sequence[Record], start: int) -> int:
        """Where the slice that begins at index ``start`` ends; it has one record at least."""
        most = min(start + self._records, len(records))
        room = SLICE_BYTES_MAX
        for at in range(start, most):
            room -= len(records[at].value or b"")
            if room < 0:
                return max(at, start + 1)
        return most

    def note(self, records: int, keys: int) -> None:
        """A slice of ``records`` changed ``keys`` keys that nothing had changed before."""
        allowed = SLICE_RECORDS_MAX if not keys else records * SLICE_KEYS_MAX // keys
        self._records = max(1, min(SLICE_RECORDS_MAX, allowed, 2 * self._records))
