"""The Java client's default partitioner, written out again from its definition."""

from __future__ import annotations

from functools import cache

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995


def _tail(data: bytes, value: int) -> int:
    rest = data[len(data) & ~3 :]
    if not rest:
        return value
    return ((value ^ int.from_bytes(rest, "little")) * _M) & _MASK


def murmur2(data: bytes) -> int:
    """Hash bytes as Kafka does, unsigned."""
    value = 0x9747B28C ^ len(data)
    for at in range(0, len(data) & ~3, 4):
        word = (int.from_bytes(data[at : at + 4], "little") * _M) & _MASK
        word = ((word ^ (word >> 24)) * _M) & _MASK
        value = ((value * _M) & _MASK) ^ word
    value = _tail(data, value)
    value = ((value ^ (value >> 13)) * _M) & _MASK
    return value ^ (value >> 15)


@cache
def partition_of(location_id: str, partitions: int) -> int:
    """The partition that holds everything about a location."""
    return (murmur2(location_id.encode()) & 0x7FFFFFFF) % partitions
