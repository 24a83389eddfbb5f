"""Where a partition's state is kept on this machine: RocksDB, or memory in tests.

The store is a copy of the changelog up to a position that it holds itself, written in the same
batch as the values: after any crash it is a true prefix, and recovery reads on from there.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, cast

from rocksdict import (
    BlockBasedOptions,
    Cache,
    DBCompressionType,
    Options,
    Rdict,
    ReadOptions,
    WriteBatch,
    WriteBufferManager,
)

from engine.memory import give_back_what_is_free, keep_few_heaps

_POSITION = b"\x00position"
_CONFIRMED_AT = b"\x00confirmed-at"
"""No table's key starts with the separator, so these cannot meet one."""

_FILTER_BITS_PER_KEY = 10
"""Of each file's filter. A key that was never seen is asked for once per file without one; with
more bits the filters of ten million keys outgrow what they save (10 bits are 12 MB)."""

_MEMTABLE_FILTER_RATIO = 0.1
"""Share of a memtable for a filter of its keys: a look-up of what is not there, as of a cart that
closes, walks the memtable without one. A tenth of it misses often, more takes room from keys."""

_INDEX_RESTART_KEYS = 16
"""Every so many keys a file's index, which stays in memory, has one in full: of ten million keys
it takes 2 MB, by RocksDB's default of 1 it took 9. More is searched key by key."""

_BLOCK_CACHE_BYTES = 32 * 1024 * 1024
"""Decompressed blocks kept by all partitions of a process together. Values in use are live
objects above the store, so this serves first looks only."""

_MEMTABLE_BYTES = 40 * 1024 * 1024
"""Unflushed writes of all partitions together. RocksDB's default is two times 64 MiB for each;
less makes many small files that are merged again, more does not fit into the 200 MiB of a process
with ten million keys."""

_FILE_BYTES = 16 * 1024 * 1024
"""Of one file. While files are merged, filter and index of each new one are in memory: with
RocksDB's 64 MiB that took 60 MB at ten million keys, so a third. A tenth makes thousands of
files."""

Entries = Iterable[tuple[bytes, bytes]]

_blocks = Cache(_BLOCK_CACHE_BYTES)
_memtables = WriteBufferManager(_MEMTABLE_BYTES, allow_stall=False)


class Store(Protocol):
    """Encoded values by key, with the changelog position that they stand for."""

    def read(self, key: bytes) -> bytes | None: ...
    def scan(self, prefix: str, start: str = "") -> Iterator[tuple[str, bytes]]: ...
    def write(self, values: Mapping[bytes, bytes | None], position: int) -> None: ...
    def position(self) -> int | None: ...
    def confirm(self, at_seconds: float) -> None: ...
    def confirmed_at(self) -> float | None: ...
    def close(self) -> None: ...


class MemoryStore:
    """A store that is gone with its process; always recovered from the first offset."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._keys: list[bytes] | None = None
        self._position: int | None = None
        self._confirmed_at: float | None = None

    def read(self, key: bytes) -> bytes | None:
        """The value of ``key``."""
        return self._values.get(key)

    def scan(self, prefix: str, start: str = "") -> Iterator[tuple[str, bytes]]:
        """See `RocksStore.scan`."""
        if self._keys is None:
            self._keys = sorted(self._values)
        first = bisect_left(self._keys, max(prefix, start).encode())
        last = bisect_left(self._keys, _behind(prefix)) if prefix else len(self._keys)
        found = self._keys[first:last]
        return iter([(key.decode(), self._values[key]) for key in found])

    def write(self, values: Mapping[bytes, bytes | None], position: int) -> None:
        """Apply ``values`` (None deletes) and remember ``position``."""
        self._keys = None
        for key, value in values.items():
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value
        self._position = position

    def position(self) -> int | None:
        """The changelog offset to read on from; None for a store that was never written."""
        return self._position

    def confirm(self, at_seconds: float) -> None:
        """See `RocksStore.confirm`."""
        self._confirmed_at = at_seconds

    def confirmed_at(self) -> float | None:
        """See `RocksStore.confirmed_at`."""
        return self._confirmed_at

    def close(self) -> None:
        """Nothing to release."""


class RocksStore:
    """A store in a RocksDB folder of its own, one per partition."""

    def __init__(self, folder: Path) -> None:
        keep_few_heaps()
        folder.parent.mkdir(parents=True, exist_ok=True)
        options = _options()
        # Named once more: for a store that is there already only these reach its files, and those
        # that were saved with it know neither filter nor shared cache.
        self._db = Rdict(str(folder), options, column_families={"default": options})

    def read(self, key: bytes) -> bytes | None:
        """The value of ``key``."""
        return self._db.get(key)

    def scan(self, prefix: str, start: str = "") -> Iterator[tuple[str, bytes]]:
        """Keys from ``start`` on that begin with ``prefix``, in order, as of this moment.

        Each key that was deleted within these bounds costs a step, until it is compacted away.
        """
        bounds = ReadOptions()
        bounds.set_iterate_upper_bound(_behind(prefix))
        first = max(prefix, start).encode()
        return _decoded(cast(Entries, self._db.items(from_key=first, read_opt=bounds)), bounds)

    def write(self, values: Mapping[bytes, bytes | None], position: int) -> None:
        """Apply ``values`` (None deletes) and ``position`` in one atomic batch.

        The write-ahead log is not synced: after power loss the store is an older prefix, and
        the changelog has the rest.
        """
        batch = WriteBatch(raw_mode=True)
        for key in sorted(values):  # in order they cost a quarter less, measured
            value = values[key]
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(_POSITION, b"%d" % position)
        self._db.write(batch)
        give_back_what_is_free()

    def position(self) -> int | None:
        """The changelog offset to read on from; None for a store that was never written."""
        position: bytes | None = self._db.get(_POSITION)
        return None if position is None else int(position)

    def confirm(self, at_seconds: float) -> None:
        """Note that the store held all of the changelog at that moment, in seconds since 1970."""
        self._db.put(_CONFIRMED_AT, b"%d" % at_seconds)

    def confirmed_at(self) -> float | None:
        """The last moment that was confirmed, in whole seconds; None where none ever was."""
        confirmed: bytes | None = self._db.get(_CONFIRMED_AT)
        return None if confirmed is None else float(confirmed)

    def close(self) -> None:
        """Flush and release the folder's lock."""
        self._db.close()


def _decoded(entries: Entries, bounds: ReadOptions) -> Iterator[tuple[str, bytes]]:
    """Holds ``bounds``, which the iterator points into: freed, it would read on without any."""
    for key, value in entries:
        yield key.decode(), value
    del bounds


def _behind(prefix: str) -> bytes:
    """The least key above all that begin with ``prefix``, which is not empty.

    Without it as a bound an iterator that finds nothing more runs on over what was deleted behind.
    """
    encoded = prefix.encode()
    return encoded[:-1] + bytes([encoded[-1] + 1])  # UTF-8 has no byte 255


def _options() -> Options:
    blocks = BlockBasedOptions()
    blocks.set_index_block_restart_interval(_INDEX_RESTART_KEYS)
    blocks.set_block_cache(_blocks)
    blocks.set_bloom_filter(_FILTER_BITS_PER_KEY, block_based=False)
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_keep_log_file_num(2)
    options.set_write_buffer_manager(_memtables)
    options.set_target_file_size_base(_FILE_BYTES)
    options.set_memtable_whole_key_filtering(True)
    options.set_memtable_prefix_bloom_ratio(_MEMTABLE_FILTER_RATIO)
    options.set_block_based_table_factory(blocks)
    options.set_compression_type(DBCompressionType.lz4())
    return options
