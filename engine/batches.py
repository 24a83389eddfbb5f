"""Messages to record batches as they go over the wire, built at once and never touched again."""

import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from engine.clients import BatchBuilder
from engine.contract import Message
from engine.errors import EngineError

BATCH_BYTES_MAX = 512 * 1024
"""Bytes in one record batch. Above a topic's ``max.message.bytes`` (1 MiB) the broker refuses
it; far smaller ones cost a request each."""

_LARGE_MESSAGE_BYTES = 256 * 1024
"""From here a message travels in a compressed batch of its own."""

MESSAGE_BYTES_MAX = 8 * 1024 * 1024
"""Compressed. The largest ``max.message.bytes`` of a topic that is written to: the changelog's.
A message above it has no way out. Far above it a broker does not even refuse, but breaks off the
connection, and a producer would try for ever."""

_NO_COMPRESSION = 0

_GZIP = 1
"""Compression attribute of a record batch (KIP-98). A message that came compressed may be larger
than a topic allows; compressed again it fits where it fitted before."""

_SPEED = 6
"""zlib's level for a first look at how small a large message becomes: its usual one."""

_NO_HEADERS: list[Any] = []
"""Shared by all messages without: the builder only reads it."""


class MessageTooLarge(EngineError):
    """A message that an agent made is larger than its topic takes, even compressed."""


class RecordBatch(BatchBuilder):
    """aiokafka's batch, filled without its two calls per record (a third of their cost)."""

    first_key: bytes | None = None

    def __init__(self, compression: int = _NO_COMPRESSION) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            BATCH_BYTES_MAX, compression, is_transactional=True
        )

    def fill(self, messages: Iterator[Message], first: Message, now_ms: int) -> Message | None:
        """Take ``first`` and what fits after it; the message that did not go in, if any."""
        append = self._builder.append
        self.first_key = first.key
        offset = 0
        message: Message | None = first
        while message is not None:
            headers = list(message.headers) if message.headers else _NO_HEADERS
            value = message.value
            is_large = value is not None and len(value) > _LARGE_MESSAGE_BYTES
            if offset and is_large:
                break
            if append(offset, now_ms, message.key, value, headers) is None:
                break
            offset += 1
            message = next(messages, None)
            if is_large:
                break
        self._relative_offset = offset
        return message


def batches(messages: Iterable[Message]) -> Iterator[RecordBatch]:
    """All of ``messages``, in order, in as few batches as hold them.

    Raises `MessageTooLarge` for one that no topic would take.
    """
    now_ms = int(time.time() * 1000)
    rest = iter(messages)
    message = next(rest, None)
    while message is not None:
        batch = RecordBatch(_compression(message))
        message = batch.fill(rest, message, now_ms)
        yield batch


def _compression(first: Message) -> int:
    value = first.value
    if value is None or len(value) <= _LARGE_MESSAGE_BYTES:
        return _NO_COMPRESSION
    if len(value) > MESSAGE_BYTES_MAX:
        _require_sendable(first.key, value)
    return _GZIP


def _require_sendable(key: bytes | None, value: bytes) -> None:
    compressed = len(zlib.compress(value, _SPEED))
    if compressed > MESSAGE_BYTES_MAX:
        raise MessageTooLarge(
            f"a message with the key {key!r} has {len(value)} bytes, {compressed} compressed: no "
            f"topic takes more than {MESSAGE_BYTES_MAX}. What was folded into it grows without "
            "bound; each start would make it again"
        )
