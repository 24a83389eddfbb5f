"""Lets the C library give memory back that RocksDB has used for a while.

Compactions fill buffers of a megabyte in threads of their own. By glibc's default such buffers
come, after the first few, out of heaps of each thread that never shrink: a partition of ten million
keys kept a hundred megabytes that nobody used.
"""

import ctypes
from functools import cache

M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
"""glibc's numbers for what is to be set (``malloc.h``)."""

LARGE_BYTES = 128 * 1024
"""From so many on a buffer has pages of its own, given back with it. It is glibc's own beginning,
which rises by itself unless it is set. Much less asks the kernel for each message."""

HEAPS_MAX = 2
"""One for the event loops' threads, one for RocksDB's: each keeps what it has had once."""


@cache
def give_back_what_is_free() -> None:
    """Set both for this process; another C library is left as it is."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
        set_option(M_ARENA_MAX, HEAPS_MAX)
