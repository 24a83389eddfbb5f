"""What the contract allows and forbids at its limits, sent while other shops sell."""

from __future__ import annotations

import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from kafka import KafkaConsumer, KafkaProducer
from kafka.structs import TopicPartition

from .changes import Change
from .database import insert, write_change
from .findings import Findings
from .intruder import Intruder
from .limits import NUMBER_MAX, SUM_MAX
from .partition import partition_of
from .plan import uuid7
from .run import Run
from .scenes import FILL, LINES, make_scenes
from .sender import Sender
from .stack import Stack, say, status
from .teller import Teller, lines_of, sale
from .watch import Watch
from .world import Movement, Policy

ASSORTMENT = "cdc.assortment"
CHUNK = 2_000
"""Messages between two looks: enough that a partition falls behind for a moment."""

WAIT_SECONDS = 60.0


@dataclass
class Edges:
    """One run of all of it."""

    stack: Stack
    run: Run

    def __post_init__(self) -> None:
        self.plan = self.run.plan
        self.rng = random.Random(f"edges-{self.plan.seed}")
        self.sender = Sender(self.stack.kafka)
        self.watch = Watch(self.stack.postgres, self.plan, self.sender)
        self.intruder = Intruder(self.stack.operators_kafka(), self.plan)

    def execute(self, findings: Findings) -> None:
        """Send everything; what comes of it is judged with the rest of the run."""
        before = _restarts()
        self.watch.start()
        self.intruder.start()
        try:
            self._scenes()
            self._movements_at_the_limit()
            self._stale_policy()
            self.watch.pass_all()
        finally:
            self.intruder.stop()
            with suppress(RuntimeError):
                self.watch.stop(findings)
            self.run.placed |= self.sender.close()
        findings.same("restarts at the edges", "processes", before, _restarts())
        rounds = sorted(self.watch.rounds) or [0.0]
        say(
            f"  watched sales: {rounds[len(rounds) // 2]:.2f} s at the median of {len(rounds)}, "
            f"{rounds[-1]:.2f} s at the most; {self.intruder.written} intrusions"
        )

    def _scenes(self) -> None:
        messages = sorted(make_scenes(self.plan, self.rng), key=lambda one: one.position)
        say(f"  {len(messages)} messages at the contract's limits")
        for start in range(0, len(messages), CHUNK):
            self.sender.send(messages[start : start + CHUNK])
        self.watch.pass_all()

    def _movements_at_the_limit(self) -> None:
        """Sales take the stock to its limit; the movements behind it are refused."""
        shop, sku = f"{self.plan.prefix}edge-moves", f"{self.plan.prefix}edge.moves"
        till = Teller(self.plan, shop, "1", self.rng)
        for number in range(FILL):
            till.say(0.5, **sale(lines_of(sku, LINES, NUMBER_MAX), str(number)))
        self.sender.send(till.said)
        self.watch.pass_all()
        room = (SUM_MAX - FILL * LINES * NUMBER_MAX) // NUMBER_MAX
        for number in range(room + 2):
            self._commit(Change(movements=[self._movement(shop, sku, -NUMBER_MAX, number)]))
        self._from_the_future(self._movement(f"{shop}-2099", sku, 5, 0))

    def _from_the_future(self, movement: Movement) -> None:
        now = datetime.now(UTC)
        self.run.booked_ahead[movement.movement_id] = now
        ahead = replace(movement, occurred_at=now + timedelta(days=26_000))
        self._commit(Change(movements=[ahead]))

    def _movement(self, shop: str, sku: str, quantity: int, number: int) -> Movement:
        moment = self.plan.moment(number / 100)
        movement_id = uuid7(moment, self.rng)
        return Movement(movement_id, shop, sku, quantity, "adjustment", None, moment)

    def _stale_policy(self) -> None:
        """Somebody sends an old row of the assortment again: the newer one stays."""
        shop, sku = f"{self.plan.prefix}edge-policy", f"{self.plan.prefix}edge.policy"
        first, second = (Policy(shop, sku, True, point, 90) for point in (5, 50))
        rows = _Rows(self.stack.kafka, shop)
        with psycopg.connect(self.stack.postgres) as connection:
            insert(connection, "assortment", [vars(first)])
        self.run.changes.append(Change(changed=first))
        stale = rows.wait()
        self._commit(Change(changed=second))
        rows.wait()
        self._commit(Change(movements=[self._movement(shop, sku, 100, 1)]))
        rows.send_again(stale)
        self.watch.pass_all()
        till = Teller(self.plan, shop, "1", self.rng)
        till.say(0.9, **sale(lines_of(sku, 1, 60), "1"))
        self.sender.send(till.said)

    def _commit(self, change: Change) -> None:
        with psycopg.connect(self.stack.postgres) as connection:
            write_change(connection, change)
        self.run.changes.append(change)


class _Rows:
    """The assortment's rows of one location, as the connector wrote them."""

    def __init__(self, kafka: dict[str, Any], location: str) -> None:
        self._kafka = kafka
        self._location = location
        self._consumer: Any = KafkaConsumer(
            **kafka, isolation_level="read_committed", enable_auto_commit=False
        )
        partitions = len(self._consumer.partitions_for_topic(ASSORTMENT))
        self._place = TopicPartition(ASSORTMENT, partition_of(location, partitions))
        self._consumer.assign([self._place])
        self._consumer.seek_to_end(self._place)
        self._consumer.position(self._place)

    def wait(self) -> Any:
        """The next row of the location."""
        limit = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < limit:
            for records in self._consumer.poll(timeout_ms=500, max_records=1).values():
                for record in records:
                    if json.loads(record.value or b"{}").get("location_id") == self._location:
                        return record
        raise TimeoutError(f"no row of {self._location} in {ASSORTMENT}")

    def send_again(self, record: Any) -> None:
        """Put a row behind all others."""
        producer: Any = KafkaProducer(**self._kafka)
        headers = list(record.headers)
        producer.send(
            ASSORTMENT, record.value, record.key, headers, partition=self._place.partition
        ).get(timeout=30)
        producer.close()
        self._consumer.close()


def _restarts() -> dict[str, int]:
    return {str(one["name"]): int(one["restarts"]) for one in status().processes}
