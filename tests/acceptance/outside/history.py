"""What holds for every single message of the outputs, and the last value of every key."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from .findings import Findings
from .partition import partition_of
from .plan import ALERTS, OUTPUTS

Value = dict[str, Any]
Values = dict[str, Value]


class History:
    """The messages of the output topics so far, each held against the one before it."""

    def __init__(self, partitions: dict[str, int]) -> None:
        self.findings = Findings()
        self.last: dict[str, Values] = {topic: {} for topic in OUTPUTS}
        self.alerts: defaultdict[str, list[Value]] = defaultdict(list)
        self._partitions = partitions

    def partition_counts(self) -> set[int]:
        """The numbers of partitions among the outputs (there should be one)."""
        return {self._partitions[topic] for topic in OUTPUTS}

    def take(self, topic: str, record: Any) -> None:
        """Check one message, and remember it as the newest of its key."""
        key = record.key.decode()
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
        if topic == ALERTS:
            self.alerts[key].append(value)

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
