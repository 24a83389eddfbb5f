"""Tills under load: what was acknowledged, and where it lies."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from tests.acceptance.outside.feed import send
from tests.acceptance.outside.message import Message
from tests.acceptance.outside.plan import INPUT
from tests.acceptance.outside.world import World

UNACKNOWLEDGED_MAX = 1_000
"""A till's buffer: with so many on their way it waits."""

ANSWERS_SECONDS_MAX = 300.0
"""Above the producer's own limit for one message."""


@dataclass(frozen=True)
class Acknowledged:
    """A message that Kafka took, and the place that it named."""

    message: Message
    partition: int
    offset: int


class Feed:
    """Sends messages at a steady rate from a thread of its own, until it is told to stop."""

    def __init__(self, servers: str, messages: Sequence[Message], world: World) -> None:
        self._messages = messages
        self._world = world
        self._producer: Any = _producer(servers)
        self.partitions = len(self._producer.partitions_for(INPUT))
        self._room = threading.BoundedSemaphore(UNACKNOWLEDGED_MAX)
        self._again: deque[Message] = deque()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.acknowledged: list[Acknowledged] = []
        self.unanswered: list[Message] = []
        self._outstanding = 0
        self._counting = threading.Lock()
        self.buffer_full_seconds = 0.0
        self.failure: BaseException | None = None

    def start(self, seconds: float) -> None:
        """Begin; a message at position 1.0 is sent after ``seconds``."""
        self._seconds = seconds
        self._thread.start()

    def stop(self) -> None:
        """Send nothing new, and wait for the answers to what was sent."""
        self._stopping.set()
        self._thread.join()
        limit = time.monotonic() + ANSWERS_SECONDS_MAX
        while self._again or self._outstanding:
            if time.monotonic() > limit:
                raise RuntimeError(f"{self._outstanding} messages were never answered")
            self._repeat()
            time.sleep(0.1)
        self._producer.close()

    def send(self, message: Message) -> None:
        """Send one message, waiting while the buffer is full."""
        began = time.monotonic()
        self._room.acquire()
        self.buffer_full_seconds += time.monotonic() - began
        self._count(1)
        future = self._handed_over(message)
        future.add_callback(self._note, message)
        future.add_errback(self._not_taken, message)

    def _handed_over(self, message: Message) -> Any:
        while True:
            try:
                return send(self._producer, message, self._world, self.partitions)
            except KafkaError:  # no broker to ask where the message belongs: nothing was sent
                time.sleep(0.2)

    def _note(self, message: Message, placed: Any) -> None:
        self.acknowledged.append(Acknowledged(message, placed.partition, placed.offset))
        self._count(-1)

    def _not_taken(self, message: Message, _error: BaseException) -> None:
        """No answer: it may lie in the topic or not, so a till sends it again."""
        self.unanswered.append(message)
        self._again.append(message)
        self._count(-1)

    def _count(self, change: int) -> None:
        with self._counting:
            self._outstanding += change
        if change < 0:
            self._room.release()

    def _repeat(self) -> None:
        while self._again:
            self.send(self._again.popleft())

    def _run(self) -> None:
        try:
            self._send_all()
        except BaseException as error:
            self.failure = error

    def _send_all(self) -> None:
        began = time.monotonic()
        for message in self._messages:
            due = began + message.position * self._seconds
            if self._stopping.wait(max(0.0, due - time.monotonic())):
                return
            self._repeat()
            self.send(message)


def eventually(what: str, seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something becomes true in time; faults on the way count as not yet."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            if holds():
                return True
        except Exception:  # noqa: S110 - the service is away: that is the fault at work
            pass
        time.sleep(0.2)
    return False


def _producer(servers: str) -> Any:
    return KafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        linger_ms=10,
        max_request_size=1_048_576,
        compression_type="gzip",
        request_timeout_ms=10_000,
        delivery_timeout_ms=240_000,
        max_block_ms=5_000,
        reconnect_backoff_max_ms=1_000,
    )
