"""A worker in which something goes quiet ends by itself and says what, on a real broker."""

import asyncio
import time
import uuid
from collections.abc import Generator
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic
from kafka import KafkaProducer

from engine.app import EXIT_FAILED
from tests.integration.process import PATIENCE_SECONDS, Process
from tests.integration.topic_admin import topic_admin

KINDS = ("fold", "commit", "fetch", "recovery")

WORDS = {
    "fold": ("the event loop has run nothing", "time.sleep(600)"),
    "commit": ("partition 0 waits for commit", "1 records folded and not committed"),
    "fetch": ("partition 0 waits for fetch", "at 0, 1 behind"),
    "recovery": ("partition 0 waits for assignment", "not taken up"),
}
"""What the log must name: the part, and where it stands."""


async def _make_topic(kafka: str, name: str) -> None:
    async with topic_admin(kafka) as admin:
        await admin.create_topics([NewTopic(name, 1, 1)])


class QuietWorker(Process):
    """A worker whose part ``kind`` goes quiet before its first record comes."""

    def __init__(self, kafka: str, folder: Path, kind: str) -> None:
        self.topic = f"quiet-{kind}-{uuid.uuid4().hex[:8]}"
        asyncio.run(_make_topic(kafka, self.topic))
        program = ["-m", "tests.integration.stalling_worker", kind, kafka, self.topic]
        super().__init__(program, folder / f"{kind}.log", {"home": str(folder)})


def _send_once_quiet(kafka: str, kind: str, worker: QuietWorker) -> None:
    """Give it something to do, which it will not get done."""
    until = time.monotonic() + PATIENCE_SECONDS
    while "quiet now" not in worker.log and kind != "recovery":
        assert time.monotonic() < until, worker.log
        time.sleep(0.1)
    producer = KafkaProducer(bootstrap_servers=kafka)
    producer.send(worker.topic, b"something").get(timeout=PATIENCE_SECONDS)
    producer.close()


@pytest.fixture(scope="module")
def quiet(
    kafka: str, tmp_path_factory: pytest.TempPathFactory
) -> Generator[dict[str, QuietWorker]]:
    """One worker of each kind, at once: each takes as long as the watchdog's patience."""
    folder = tmp_path_factory.mktemp("quiet")
    workers = {kind: QuietWorker(kafka, folder, kind) for kind in KINDS}
    try:
        for kind, worker in workers.items():
            _send_once_quiet(kafka, kind, worker)
        yield workers
    finally:
        for worker in workers.values():
            worker.kill()


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_in_which_a_part_goes_quiet_ends_and_names_it(
    quiet: dict[str, QuietWorker], kind: str
) -> None:
    worker = quiet[kind]
    assert worker.process.wait(timeout=PATIENCE_SECONDS) == EXIT_FAILED, worker.log[-3000:]
    for words in WORDS[kind]:
        assert words in worker.log, f"the log does not say {words!r}:\n{worker.log[-3000:]}"
