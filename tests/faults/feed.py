"""Tills under load: what was acknowledged, and where it lies."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from confluent_kafka import Producer

from tests.acceptance.outside.feed import lead_astray
from tests.acceptance.outside.message import Message
from tests.acceptance.outside.partition import murmur2
from tests.acceptance.outside.plan import INPUT
from tests.acceptance.outside.world import World

SETTINGS = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 10,
    "compression.type": "gzip",
    "message.max.bytes": 1_048_576,
    # A till's buffer: with so many on their way it waits.
    "queue.buffering.max.messages": 1_000,
    "request.timeout.ms": 10_000,
    "delivery.timeout.ms": 240_000,
    "reconnect.backoff.max.ms": 1_000,
    # Nothing but what is fatal: that the broker is away is no news here.
    "log_level": 2,
}

ANSWERS_SECONDS_MAX = 600.0
"""Above the producer's own limit for one message, and for sending it once more."""

FULL_SECONDS = 0.02
"""How long a till waits before it looks again whether its buffer has room."""


@dataclass(frozen=True)
class Acknowledged:
    """A message that Kafka took, and the place that it named."""

    message: Message
    partition: int
    offset: int


class Feed:
    """Sends messages at a steady rate from a thread of its own, until it is told to stop."""

    def __init__(self, kafka: Mapping[str, str], messages: Sequence[Message], world: World) -> None:
        self._messages = messages
        self._world = world
        self._producer = Producer({**kafka, **SETTINGS})
        self.partitions = len(self._producer.list_topics(INPUT, 30).topics[INPUT].partitions)
        self._keyless = count()
        self._again: deque[Message] = deque()
        self._stopping, self._closed = threading.Event(), threading.Event()
        self._sending = threading.Thread(target=self._run, daemon=True)
        self._answering = threading.Thread(target=self._serve_answers, daemon=True)
        self.acknowledged: list[Acknowledged] = []
        self.unanswered: list[Message] = []
        self.buffer_full_seconds = 0.0
        self.failure: BaseException | None = None

    def start(self, seconds: float) -> None:
        """Begin; a message at position 1.0 is sent after ``seconds``."""
        self._seconds = seconds
        self._answering.start()
        self._sending.start()

    def stop(self) -> None:
        """Send nothing new, and wait for the answers to what was sent."""
        self._stopping.set()
        self._sending.join()
        limit = time.monotonic() + ANSWERS_SECONDS_MAX
        while self._again or len(self._producer):
            if time.monotonic() > limit:
                raise RuntimeError(f"{len(self._producer)} messages were never answered")
            self._repeat()
            time.sleep(0.1)
        self._closed.set()
        self._answering.join()

    def send(self, message: Message) -> None:
        """Send one message, waiting while the buffer is full."""
        place = self._place(message)
        while True:
            try:
                self._producer.produce(
                    INPUT,
                    value=message.value,
                    key=message.key,
                    partition=place,
                    headers=list(message.headers),
                    on_delivery=partial(self._answered, message),
                )
                return
            except BufferError:
                self.buffer_full_seconds += FULL_SECONDS
                time.sleep(FULL_SECONDS)

    def _place(self, message: Message) -> int:
        place = lead_astray(message, self._world, self.partitions) if message.astray else None
        if place is not None:
            return place
        number = next(self._keyless) if message.key is None else murmur2(message.key) & 0x7FFFFFFF
        return number % self.partitions

    def _answered(self, message: Message, error: object, placed: Any) -> None:
        """Without an answer it may lie in the topic or not, so a till sends it again."""
        if error is None:
            taken = Acknowledged(message, placed.partition(), placed.offset())
            self.acknowledged.append(taken)
        else:
            self.unanswered.append(message)
            self._again.append(message)

    def _serve_answers(self) -> None:
        while not self._closed.is_set():
            self._producer.poll(0.1)

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


def eventually(seconds: float, holds: Callable[[], bool]) -> bool:
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
