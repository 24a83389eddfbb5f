"""Sending single messages beside others, and remembering where Kafka says that they lie."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from .feed import Place, producer_for
from .message import Message
from .plan import INPUT


class Sender:
    """A producer that several threads share."""

    def __init__(self, kafka: dict[str, Any]) -> None:
        self._producer: Any = producer_for(kafka)
        self._sent: list[tuple[Message, Any]] = []
        self._noting = threading.Lock()
        self.partitions = len(self._producer.partitions_for(INPUT))

    def send(self, messages: Iterable[Message]) -> None:
        """Send messages in order, and wait until Kafka has them."""
        for message in messages:
            self.send_soon(message)
        self._producer.flush()

    def send_soon(self, message: Message) -> None:
        """Send a message without waiting."""
        future = self._producer.send(
            INPUT, value=message.value, key=message.key, headers=list(message.headers)
        )
        with self._noting:
            self._sent.append((message, future))

    def close(self) -> dict[Place, Message]:
        """Where everything lies."""
        self._producer.flush()
        placed = [(future.get(timeout=60), message) for message, future in self._sent]
        self._producer.close()
        return {(one.partition, one.offset): message for one, message in placed}
