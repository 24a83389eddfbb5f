"""Real workers on a broker of their own, and what they have said so far."""

import json
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from tests.integration.process import PATIENCE_SECONDS, Process
from tests.integration.sink_world import PARTITIONS, Message
from tests.integration.topic_tail import TopicTail

Headers = list[tuple[str, bytes]]


class WorkerProcess(Process):
    """`tillstream worker ROLE` in a process of its own."""

    def __init__(
        self, kafka: str, folder: Path, name: str, application_id: str, role: str = "agents"
    ) -> None:
        settings = {
            "home": str(folder),
            "kafka": kafka,
            "worker_name": name,
            "application_id": application_id,
            "partitions": str(PARTITIONS),
        }
        log = folder / f"{name}-{application_id}.log"
        super().__init__(["-m", "tillstream", "worker", role], log, settings)


class Topics:
    """What the topics of one broker hold."""

    def __init__(self, kafka: str) -> None:
        self.kafka = kafka
        self._tails: dict[str, TopicTail] = {}

    def messages(self, topic: str) -> list[Any]:
        """All committed messages, each partition in order."""
        if topic not in self._tails:
            self._tails[topic] = TopicTail(self.kafka, topic)
        return list(self._tails[topic].look())

    def history(self, topic: str, key: str) -> list[dict[str, Any]]:
        """Every value that ``key`` has had."""
        wanted = key.encode()
        return [json.loads(m.value) for m in self.messages(topic) if m.key == wanted]

    def now(self, topic: str) -> dict[str, dict[str, Any]]:
        """The newest value of each key."""
        newest = {message.key: message.value for message in self.messages(topic)}
        return {key.decode(): json.loads(value) for key, value in newest.items()}

    def send(
        self,
        messages: Sequence[Message],
        headers: Headers | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Send in order, and return when all are acknowledged; stamped now unless told."""
        sent = [
            self._producer.send(topic, value, key.encode(), headers or [], partition, timestamp_ms)
            for topic, key, value, partition in messages
        ]
        for each in sent:
            each.get(timeout=PATIENCE_SECONDS)

    @cached_property
    def _producer(self) -> KafkaProducer:
        """One for all that is sent: to make one takes longer than most of that."""
        return KafkaProducer(bootstrap_servers=self.kafka, max_request_size=2_000_000)


def eventually(what: str, holds: Callable[[], bool], log: Callable[[], str]) -> None:
    """Wait until ``holds``; say what did not come, and the worker's last words."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, f"{what} did not come; the worker said:\n{log()[-3000:]}"
        time.sleep(0.2)
