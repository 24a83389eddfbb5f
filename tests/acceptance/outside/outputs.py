"""Reading the output topics as they are, and checking what holds for every single message."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from .findings import Findings
from .partition import partition_of
from .plan import ALERTS, DEAD_LETTERS, OUTPUTS, Plan

Value = dict[str, Any]


class Outputs:
    """Everything about this run in the output topics, read from where the run began."""

    def __init__(self, servers: str, plan: Plan) -> None:
        self._consumer: Any = KafkaConsumer(
            bootstrap_servers=servers, enable_auto_commit=False, max_poll_records=5000
        )
        self._plan = plan
        self.count = 0
        self.findings = Findings()
        self.last: dict[str, dict[str, Value]] = {topic: {} for topic in OUTPUTS}
        self.letters: list[Any] = []
        self._partitions = self._assign()

    def _assign(self) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for topic in (*OUTPUTS, DEAD_LETTERS):
            sizes[topic] = len(self._consumer.partitions_for_topic(topic) or ())
        places = [TopicPartition(topic, at) for topic, size in sizes.items() for at in range(size)]
        self._consumer.assign(places)
        for place, offset in self._consumer.end_offsets(places).items():
            self._consumer.seek(place, offset)
        return sizes

    def partition_counts(self) -> set[int]:
        """The numbers of partitions among the outputs (there should be one)."""
        return {self._partitions[topic] for topic in OUTPUTS}

    def catch_up(self) -> int:
        """Read all there is; the number of messages of this run among them."""
        before = self.count
        while records := self._consumer.poll(timeout_ms=1000):
            for batch in records.values():
                for record in batch:
                    self._take(record)
        return self.count - before

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()

    def _take(self, record: Any) -> None:
        if record.topic == DEAD_LETTERS:
            self.letters.append(record)
            self.count += 1
        elif (record.key or b"").startswith(self._plan.prefix.encode()):
            self.count += 1
            self._check(record.topic, record.key.decode(), record)

    def _check(self, topic: str, key: str, record: Any) -> None:
        if record.value is None:
            self.findings.add(f"{topic} tombstone", key)
            return
        value: Value = json.loads(record.value)
        where = f"{topic} {key} at {record.partition}/{record.offset}"
        self.findings.same("key", where, _key_of(topic, value), key)
        right = partition_of(value["location_id"], self._partitions[topic])
        self.findings.same("partition", where, right, record.partition)
        self._versions(topic, key, value, where)
        self.last[topic][key] = value

    def _versions(self, topic: str, key: str, value: Value, where: str) -> None:
        before = self.last[topic].get(key)
        if before is None:
            return
        if value["version"] < before["version"]:
            text = f"{where}: {before['version']} then {value['version']}"
            self.findings.add(f"{topic} version went back", text)
        elif value["version"] == before["version"] and value != before:
            self.findings.add(f"{topic} version twice", f"{where}: {before} then {value}")
        elif topic == ALERTS and value["version"] != before["version"]:
            self._crossing(value, before, where)

    def _crossing(self, value: Value, before: Value, where: str) -> None:
        if all(value[field] == before[field] for field in ("state", "reason", "reorder_point")):
            self.findings.add(f"{ALERTS} repeated", f"{where}: {before} then {value}")


def _key_of(topic: str, value: Value) -> str:
    if topic == "till.status":
        return value["till_id"]
    if topic != "checkout.totals":
        return f"{value['location_id']}/{value['sku']}"
    parts = (value["location_id"], value["till_id"], value["business_date"])
    return "/".join(part for part in parts if part is not None)


def by_source(letters: list[Any]) -> dict[str, list[Any]]:
    """Dead letters by the place they came from."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for record in letters:
        headers = dict(record.headers)
        found[headers.get("source", b"").decode()].append(record)
    return found
