"""What holds for every single message of the outputs, and the last value of every key."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from .findings import Findings
from .limits import VERSION_MAX
from .partition import partition_of
from .plan import ALERTS, OUTPUTS, TILLS, TOTALS, parse_time

Value = dict[str, Any]
Values = dict[str, Value]

TIMES = ("as_of", "last_seen", "raised_at", "cleared_at")

CLOCKS_APART = timedelta(seconds=2)
"""No output tells a time that is later than itself, but for what a broker's stamp is rounded."""


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
        self._times(value, where, getattr(record, "timestamp", None))
        self.last[topic][key] = value
        if topic == ALERTS:
            self.alerts[key].append(value)

    def _times(self, value: Value, where: str, stamp_ms: int | None) -> None:
        """A till's clock that is years ahead shows in no time of an output."""
        for name in TIMES:
            told = value.get(name)
            if told is None or not stamp_ms:
                continue
            latest = datetime.fromtimestamp(stamp_ms / 1000, UTC) + CLOCKS_APART
            if parse_time(told) > latest:
                self.findings.add(f"{name} is not credible", f"{where}: {told} at {latest}")

    def _versions(self, topic: str, key: str, value: Value, where: str) -> None:
        if not 0 <= value["version"] <= VERSION_MAX:
            self.findings.add(f"{topic} version out of range", f"{where}: {value['version']}")
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
        goes_on = before["state"] == "raised"
        if goes_on and value["raised_at"] != before["raised_at"]:
            self.findings.add(f"{ALERTS} raised_at moved", f"{where}: {before} then {value}")
        cleared = value.get("cleared_at")
        if cleared is not None and parse_time(cleared) < parse_time(value["raised_at"]):
            self.findings.add(f"{ALERTS} cleared before raised", f"{where}: {value}")
        if (cleared is None) != (value["state"] == "raised"):
            self.findings.add(f"{ALERTS} cleared_at", f"{where}: {value}")
        if all(value[field] == before[field] for field in ("state", "reason", "reorder_point")):
            self.findings.add(f"{ALERTS} repeated", f"{where}: {before} then {value}")


def _key_of(topic: str, value: Value) -> str:
    if topic == TILLS:
        return f"{value['location_id']}/{value['till_id']}"
    if topic != TOTALS:
        return f"{value['location_id']}/{value['sku']}"
    parts = (value["location_id"], value["till_id"], value["business_date"])
    return "/".join(part for part in parts if part is not None)
