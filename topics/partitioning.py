"""Where a location lives: murmur2 of its UTF-8 bytes, as Kafka's Java client places keys.

All that happens to one location is in one partition of every topic that concerns it, in order.
librdkafka's default partitioner differs (CRC-32): such producers set ``murmur2_random``.
"""

from functools import lru_cache

_SEED = 0x9747B28C
_M = 0x5BD1E995
_R = 24
_MASK = 0xFFFFFFFF

_LOCATIONS_REMEMBERED = 65_536
"""Locations whose hash is kept. Fewer than a fleet has costs 10 us an event; more is memory."""


def murmur2(data: bytes) -> int:
    """32-bit murmur2 with Kafka's seed (org.apache.kafka.common.utils.Utils.murmur2)."""
    length = len(data)
    h = (_SEED ^ length) & _MASK
    whole = length - length % 4
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * _M & _MASK
        k = (k ^ (k >> _R)) * _M & _MASK
        h = (h * _M & _MASK) ^ k
    if length > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


def partition_of_key(key: bytes, partitions: int) -> int:
    """The partition, from 0, that Kafka's Java client chooses for ``key``."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


@lru_cache(maxsize=_LOCATIONS_REMEMBERED)
def partition_of(location_id: str, partitions: int) -> int:
    """The partition, from 0, of everything that concerns ``location_id``."""
    return partition_of_key(location_id.encode(), partitions)
