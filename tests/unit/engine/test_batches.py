"""Messages fill record batches in order; what is too large for any topic is said at once."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from aiokafka.record.memory_records import MemoryRecords

from engine import batches as batches_module
from engine.batches import BATCH_BYTES_MAX, MESSAGE_BYTES_MAX, MessageTooLarge, batches
from engine.contract import Message

HEADER_BYTES = 100
"""More than a record batch's own header."""

GZIP = 1


def _noise(size: int) -> bytes:
    """What does not get smaller by compression."""
    return random.Random(size).randbytes(size)


def _sent(messages: Iterable[Message]) -> list[Any]:
    """The batches as they go over the wire, read again."""
    read: list[Any] = []
    for built in batches(messages):
        built._set_producer_state(7, 0, 0)  # noqa: SLF001  (as the producer does on its way out)
        records = MemoryRecords(bytes(built._build()))  # noqa: SLF001
        batch: Any = records.next_batch()
        assert not records.has_next()
        read.append((batch.compression_type, built.size(), [(r.key, r.value) for r in batch]))
    return read


def test_no_message_is_lost_or_turned_round_at_the_end_of_a_batch() -> None:
    messages = [Message(b"k%d" % at, _noise(at % 700)) for at in range(5_000)]
    sent = _sent(messages)

    assert [each for _, _, some in sent for each in some] == [(m.key, m.value) for m in messages]
    assert len(sent) > 2
    assert all(size <= BATCH_BYTES_MAX for _, size, _ in sent)


def test_a_large_message_travels_compressed_and_alone_in_its_place() -> None:
    large = Message(b"large", b"x" * BATCH_BYTES_MAX)
    sent = _sent([Message(b"a", b"1"), large, large, Message(b"b", None)])

    assert [[key for key, _ in some] for _, _, some in sent] == [
        [b"a"],
        [b"large"],
        [b"large"],
        [b"b"],
    ]
    assert [compression for compression, _, _ in sent] == [0, GZIP, GZIP, 0]


def test_a_message_that_is_huge_but_becomes_small_is_sent() -> None:
    ((compression, size, _),) = _sent([Message(b"key", bytes(5 * MESSAGE_BYTES_MAX))])
    assert compression == GZIP and size < 100_000


def test_a_message_that_no_topic_takes_is_named_and_not_tried_for_ever() -> None:
    value = _noise(MESSAGE_BYTES_MAX + HEADER_BYTES)
    with pytest.raises(MessageTooLarge, match=r"key b'till-1' has 83887\d\d bytes") as said:
        list(batches([Message(b"before", b"1"), Message(b"till-1", value)]))
    assert "grows without bound" in str(said.value)


def test_a_record_larger_than_a_batch_may_be_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches_module, "BATCH_BYTES_MAX", 200)
    sent = _sent([Message(b"%d" % at, _noise(300)) for at in range(3)])
    assert [len(some) for _, _, some in sent] == [1, 1, 1]
