"""Real workers on a broker of their own, and what they have said so far."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from tests.integration.sink_world import HOME, PARTITIONS, PATIENCE_SECONDS, Message
from tillstream.topic_reader import TopicReader

Headers = list[tuple[str, bytes]]


class WorkerProcess:
    """`tillstream worker` in a process of its own."""

    def __init__(self, kafka: str, folder: Path, name: str, application_id: str) -> None:
        self._log = folder / f"{name}-{application_id}.log"
        self._environment = {
            "TILLSTREAM_HOME": str(folder),
            "TILLSTREAM_KAFKA": kafka,
            "TILLSTREAM_WORKER_NAME": name,
            "TILLSTREAM_APPLICATION_ID": application_id,
            "TILLSTREAM_PARTITIONS": str(PARTITIONS),
        }
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tillstream", "worker"],
                cwd=HOME,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        """All that its processes have said."""
        return self._log.read_text()

    def kill(self) -> None:
        """End it as a power cut would, by its own pid."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start it again after `kill`."""
        self.process = self._start()

    def stop(self) -> int:
        """Ask it to stop; its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE_SECONDS)


class Topics:
    """What the topics of one broker hold."""

    def __init__(self, kafka: str) -> None:
        self.kafka = kafka

    def messages(self, topic: str) -> list[Any]:
        """All committed messages, each partition in order."""
        with TopicReader(self.kafka, [topic]) as reader:
            return list(reader)

    def history(self, topic: str, key: str) -> list[dict[str, Any]]:
        """Every value that ``key`` has had."""
        wanted = key.encode()
        return [json.loads(m.value) for m in self.messages(topic) if m.key == wanted]

    def now(self, topic: str) -> dict[str, dict[str, Any]]:
        """The newest value of each key."""
        return {m.key.decode(): json.loads(m.value) for m in self.messages(topic)}

    def send(
        self,
        messages: Sequence[Message],
        headers: Headers | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Send in order, and return when all are acknowledged; stamped now unless told."""
        producer = KafkaProducer(bootstrap_servers=self.kafka, max_request_size=2_000_000)
        sent = [
            producer.send(topic, value, key.encode(), headers or [], partition, timestamp_ms)
            for topic, key, value, partition in messages
        ]
        for each in sent:
            each.get(timeout=PATIENCE_SECONDS)
        producer.close()


def eventually(what: str, holds: Callable[[], bool], log: Callable[[], str]) -> None:
    """Wait until ``holds``; say what did not come, and the worker's last words."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, f"{what} did not come; the worker said:\n{log()[-3000:]}"
        time.sleep(0.2)
