"""Which carts of a till are over, so that their late events change nothing.

A till closes its carts one after another, so the newest are kept with the till itself, in blocks
of eight; a cart that is over costs sixteen bytes, and no value of its own. A block that is full is
written once. Each entry is a hash of the cart's id and the time of its last event.
"""

from struct import Struct
from zlib import crc32

BLOCK_CARTS = 8
"""Carts in one block. The newest block is written with each event of its till: more make that
larger, fewer make more values."""

_HASH_BYTES = 8
"""Two carts of one till in four hours share a hash once in 10^16."""

_HASH = Struct(">II")

_ENTRY = Struct(f">{_HASH_BYTES}sq")

_NEW_ENTRY = Struct(">IIq")
"""The same bytes, of the two checksums: each sale makes one."""

ENTRY_BYTES = _ENTRY.size

BLOCK_BYTES = BLOCK_CARTS * ENTRY_BYTES


def hash_of(cart_id: str) -> bytes:
    """What an entry keeps of the cart's id: its checksums forwards and backwards.

    Nobody gains by a collision, and a checksum costs a third of a hash that withstands attacks.
    """
    written = cart_id.encode()
    return _HASH.pack(crc32(written), crc32(written[::-1]))


def entry(cart_id: str, last_event_us: int) -> bytes:
    """A cart that is over since its last event, in microseconds since 1970."""
    written = cart_id.encode()
    return _NEW_ENTRY.pack(crc32(written), crc32(written[::-1]), last_event_us)


def last_event_of(block: bytes, cart_hash: bytes) -> int | None:
    """The time of the cart's last event, the newest where it is there twice; None otherwise."""
    at = block.rfind(cart_hash)
    while at >= 0 and at % ENTRY_BYTES:  # the bytes of two entries may look like a third
        at = block.rfind(cart_hash, 0, at + _HASH_BYTES - 1)
    if at < 0:
        return None
    _, last_event_us = _ENTRY.unpack_from(block, at)
    return int(last_event_us)


def newest_of(block: bytes) -> int:
    """The latest time in a block."""
    return max(last_event_us for _, last_event_us in _ENTRY.iter_unpack(block))
