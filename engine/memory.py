"""Lets the C library give memory back that RocksDB has used for a while.

Compactions and cached blocks come and go in threads of their own. By glibc's default each thread
has a heap, and none shrinks from its middle: a partition of ten million keys kept a hundred
megabytes that nobody used.
"""

import ctypes
from functools import cache

M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
"""glibc's numbers for what is to be set (``malloc.h``)."""

LARGE_BYTES = 1024 * 1024
"""From so many on a buffer has pages of its own, given back with it. By default that begins at an
eighth of it and rises by itself to 32 MiB. At 64 KiB the kernel was asked for every batch of
records, fetched or sent: 4 us of each event, a tenth."""

HEAPS_MAX = 2
"""One for the event loops' threads, one for RocksDB's: each keeps what it has had once."""


_library = ctypes.CDLL(None)


@cache
def keep_few_heaps() -> None:
    """Set both for this process; another C library than glibc is left as it is."""
    set_option = getattr(_library, "mallopt", None)
    if set_option is not None:
        set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
        set_option(M_ARENA_MAX, HEAPS_MAX)


def give_back_what_is_free() -> None:
    """Return free pages to the system: half a millisecond, where it can be done."""
    trim = getattr(_library, "malloc_trim", None)
    if trim is not None:
        trim(0)
