"""What a till's newest numbers stood for, so that one that comes with another content is found.

A till that was cloned or restored from an image sends new sales under numbers that were taken:
those are sales at stake, and no repeats. For each number eight bytes are kept: four of the event's
id and four of its hash in the till's journal, zeros where it has none. Blocks of 32 numbers are
one value each, so that an event writes a quarter of a kilobyte at most.
"""

from struct import Struct
from zlib import crc32

BLOCK_NUMBERS = 32
"""Numbers in one block. More are written again with each event; fewer make more values."""

BLOCKS_KEPT = 8
"""Blocks behind the newest: 256 numbers, some hours of a busy till. Further back, a number that
comes again counts as a repeat."""

MARK_BYTES = 8

_UNKNOWN = bytes(MARK_BYTES)
_pack = Struct(">II").pack


def mark_of(event_id: str, journal_hash: str | None) -> bytes:
    """The mark of an event. Two contents share one once in four thousand million."""
    by_id = crc32(event_id.lower().encode()) or 1
    by_hash = (crc32(journal_hash.lower().encode()) or 1) if journal_hash else 0
    return _pack(by_id, by_hash)


def contradicts(known: bytes, mark: bytes) -> bool:
    """Whether two marks of one number are of different events.

    Ids that differ do; and so do hashes that differ, where both events have one.
    """
    if known == _UNKNOWN:
        return False
    if known[:4] != mark[:4]:
        return True
    both = known[4:] != bytes(4) and mark[4:] != bytes(4)
    return both and known[4:] != mark[4:]


def place(sequence: int) -> tuple[int, int]:
    """The block of a number, and its index there."""
    return divmod(sequence, BLOCK_NUMBERS)


def written(block: bytes, at: int, mark: bytes) -> bytes:
    """The block with ``mark`` at index ``at``; a block ends with its last mark."""
    begin = at * MARK_BYTES
    if len(block) == begin:
        return block + mark
    if len(block) < begin:
        return block + bytes(begin - len(block)) + mark
    return block[:begin] + mark + block[begin + MARK_BYTES :]


def read(block: bytes, at: int) -> bytes:
    """The mark at index ``at``; zeros where there is none."""
    begin = at * MARK_BYTES
    return block[begin : begin + MARK_BYTES] or _UNKNOWN
