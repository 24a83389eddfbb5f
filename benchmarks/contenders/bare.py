"""No framework: librdkafka both ways, state in a dict, one message per touched key and batch.

Tuned: batches of 4,000, larger fetches and producer batches, a linger that fills them, delivery
reports for errors only, and a garbage collector that leaves the dict alone. It commits what it
has flushed, once a second. Its state goes to changelogs but is never read back: it cannot
recover, has no offsets in its values, and repeats its last second after a crash.
"""

# pyright: reportPrivateImportUsage=false
# Its admin package does not list what it exports.

import gc
import signal
import time
from collections.abc import Iterable
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.job import PARTITIONS, FirstEvents, Job, job_from_environment

BATCH = 4_000

COMMIT_SECONDS = 1.0


class Loop:
    """Consume, fold, produce, commit."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._first = FirstEvents()
        self._on_hand: dict[str, int] = {}
        self._sequences: dict[str, int] = {}
        self._positions: dict[int, int] = {}
        self._failed: list[str] = []
        self._running = True
        self._producer = Producer(self._producer_settings())
        self._consumer = Consumer(self._consumer_settings())

    def make_changelogs(self) -> None:
        """Compacted, as state is kept elsewhere too."""
        admin: Any = AdminClient({"bootstrap.servers": self._job.bootstrap})
        names = [self._job.changelog(table) for table in ("tills", "stock")]
        config = {"cleanup.policy": "compact"}
        made = admin.create_topics([NewTopic(name, PARTITIONS, 1, config=config) for name in names])
        for each in made.values():
            each.result()

    def _producer_settings(self) -> dict[str, object]:
        return {
            "bootstrap.servers": self._job.bootstrap,
            "linger.ms": 20,
            "batch.size": 256 * 1024,
            "batch.num.messages": 100_000,
            "queue.buffering.max.messages": 1_000_000,
            "enable.idempotence": True,
            "delivery.report.only.error": True,
            "on_delivery": self._refused,
        }

    def _consumer_settings(self) -> dict[str, object]:
        return {
            "bootstrap.servers": self._job.bootstrap,
            "group.id": self._job.name,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.message.max.bytes": 2 * 1024 * 1024,
            "queued.max.messages.kbytes": 64 * 1024,
            "check.crcs": False,
        }

    def run(self) -> None:
        """Until SIGTERM."""
        self._consumer.subscribe([self._job.input_topic])
        commit_at = time.monotonic() + COMMIT_SECONDS
        while self._running:
            messages = self._consumer.consume(BATCH, 0.05)
            if messages:
                self._first.come()
                self._emit(*self._fold(messages))
                self._producer.poll(0)
            if time.monotonic() >= commit_at:
                self._commit()
                commit_at = time.monotonic() + COMMIT_SECONDS
        self._commit()
        self._consumer.close()

    def stop(self, *_: object) -> None:
        """Leave after the batch at hand."""
        self._running = False

    def _fold(self, messages: Iterable[Any]) -> tuple[dict[str, int], dict[str, int]]:
        """The tills and keys that changed, with their partitions."""
        tills: dict[str, int] = {}
        touched: dict[str, int] = {}
        loads, sequences, on_hand = orjson.loads, self._sequences, self._on_hand
        for message in messages:
            partition = message.partition()
            self._positions[partition] = message.offset() + 1
            event = loads(message.value())
            till, sequence = event["till_id"], event["sequence"]
            if sequence <= sequences.get(till, 0):
                continue
            sequences[till] = sequence
            tills[till] = partition
            location = event["location_id"]
            for line in event["lines"]:
                key = f"{location}/{line['sku']}"
                on_hand[key] = on_hand.get(key, 0) - line["quantity"]
                touched[key] = partition
        return tills, touched

    def _emit(self, tills: dict[str, int], touched: dict[str, int]) -> None:
        produce, output = self._producer.produce, self._job.output_topic
        marks, levels = self._job.changelog("tills"), self._job.changelog("stock")
        for till, partition in tills.items():
            produce(marks, str(self._sequences[till]), till, partition)
        for key, partition in touched.items():
            level = self._on_hand[key]
            location, _, sku = key.partition("/")
            text = f'{{"location_id":"{location}","sku":"{sku}","on_hand":{level}}}'
            produce(levels, str(level), key, partition)
            produce(output, text, key, partition)

    def _commit(self) -> None:
        left = self._producer.flush(30)
        if left or self._failed:
            raise RuntimeError(f"not delivered: {left} waiting, {self._failed[:3]}")
        if self._positions:
            topic = self._job.input_topic
            offsets = [TopicPartition(topic, p, at) for p, at in self._positions.items()]
            self._consumer.commit(offsets=offsets, asynchronous=False)
            self._positions.clear()

    def _refused(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            self._failed.append(str(error))


def main() -> None:
    """Run the job that the environment names."""
    loop = Loop(job_from_environment())
    loop.make_changelogs()
    signal.signal(signal.SIGTERM, loop.stop)
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    loop.run()


if __name__ == "__main__":
    main()
