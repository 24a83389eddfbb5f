"""Record batches as a broker keeps them: at their offsets, with holes, and with markers.

The bytes are those of KIP-98, built by aiokafka's own builder; what a broker adds (the place in
the log, what a compaction leaves out) is written into them as a broker does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

_BASE_OFFSET, _CRC, _ATTRIBUTES, _LAST_DELTA = 0, 17, 21, 23
"""Where these fields lie in a batch's header, in bytes from its start."""

_AFTER_LENGTH = 12
"""From here a batch has as many bytes as its length says."""

_CONTROL = 0x20

_NO_LIMIT = 1 << 30


class Kept(NamedTuple):
    """One record at its offset."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Any = ()


def placed(batch: bytes | bytearray, base: int) -> bytes:
    """A producer's batch as the broker writes it into the log; its checksum does not change."""
    whole = bytearray(batch)
    struct.pack_into(">q", whole, _BASE_OFFSET, base)
    return bytes(whole)


def batch_of(
    records: Iterable[Kept], base: int, end: int, producer: int = -1, compression: int = 0
) -> bytes:
    """What a compaction leaves of the batch of offsets ``base`` up to ``end``: ``records``.

    ``producer`` is the id of a transactional producer, -1 of one without transactions.
    """
    builder = _builder(producer, compression)
    for each in records:
        builder.append(each.offset - base, 0, each.key, each.value, list(each.headers))
    return placed(_summed(builder.build(), end - base), base)


def marker(offset: int, producer: int, *, commit: bool) -> bytes:
    """The control batch that ends a producer's transaction in one partition."""
    builder = _builder(producer, 0)
    builder.append(0, 0, struct.pack(">HH", 0, int(commit)), struct.pack(">HI", 0, 0), [])
    return placed(_summed(builder.build(), 1, _CONTROL), offset)


def fetched(batches: bytes, at: int) -> bytes:
    """What a broker sends for a fetch from ``at`` on: from the batch that holds it or is next."""
    start = 0
    while start < len(batches):
        base, length = struct.unpack_from(">qi", batches, start)
        (last,) = struct.unpack_from(">i", batches, start + _LAST_DELTA)
        if base + last >= at:
            break
        start += _AFTER_LENGTH + length
    return batches[start:]


def _builder(producer: int, compression: int) -> Any:
    transactional = int(producer >= 0)
    return DefaultRecordBatchBuilder(2, compression, transactional, producer, 0, 0, _NO_LIMIT)


def _summed(batch: bytearray, offsets: int, more_attributes: int = 0) -> bytearray:
    """The batch with its number of offsets and attributes, and the checksum over both."""
    (attributes,) = struct.unpack_from(">h", batch, _ATTRIBUTES)
    struct.pack_into(">hi", batch, _ATTRIBUTES, attributes | more_attributes, offsets - 1)
    struct.pack_into(">I", batch, _CRC, calc_crc32c(bytes(batch[_ATTRIBUTES:])))
    return batch
