"""A location is where Kafka's Java client puts it."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import given
from hypothesis import strategies as st

from topics.partitioning import murmur2, partition_of


def signed(value: int) -> int:
    """As Java prints it."""
    return value - 2**32 if value >= 2**31 else value


@pytest.mark.parametrize(
    ("data", "hashed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_vectors_of_kafkas_own_test(data: bytes, hashed: int) -> None:
    assert signed(murmur2(data)) == hashed


@given(st.binary(max_size=80))
def test_the_same_hash_as_another_client(data: bytes) -> None:
    assert murmur2(data) == murmur2_of_aiokafka(data) & 0xFFFFFFFF


@given(st.text("abcXYZ019._-", min_size=1, max_size=64), st.integers(1, 64))
def test_the_same_partition_as_the_default_partitioner(location: str, partitions: int) -> None:
    everywhere = list(range(partitions))
    assert partition_of(location, partitions) == DefaultPartitioner.__call__(
        location.encode(), everywhere, everywhere
    )
