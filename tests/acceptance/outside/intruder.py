"""Somebody who writes what no reader can use into the derived topics."""

from __future__ import annotations

import json
import random
import threading
from typing import Any

from kafka import KafkaProducer

from .limits import VERSION_MAX
from .outputs import INTRUDER
from .plan import OUTPUTS, Plan

PAUSE_SECONDS = 0.05
LEVEL: dict[str, Any] = {"sku": "s", "on_hand": 1, "in_carts": 0, "available": 1, "version": 1}
LEVEL["as_of"] = "2026-11-21T10:00:00Z"
TIMES = {"as_of": "2026-11-21T10:00:00Z", "last_seen": "2026-11-21T10:00:00Z"}


class Intruder:
    """Writes from a thread of its own; never under a key that anybody else uses."""

    def __init__(self, kafka: dict[str, Any], plan: Plan) -> None:
        self._producer: Any = KafkaProducer(**kafka, linger_ms=5)
        self._rng = random.Random(f"intruder-{plan.seed}")
        self._stem = f"{plan.prefix}intruder"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.written = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; all of it is in the topics then."""
        self._stopping.set()
        self._thread.join()
        self._producer.flush()
        self._producer.close()

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            self._write(self._rng.choice(OUTPUTS))

    def _write(self, topic: str) -> None:
        location = f"{self._stem}{self._rng.randint(1, 30)}"
        key = self._rng.choice(
            (f"{location}/s", f"{location}/s", "no-slash", "\u00e4/\u00f6", "a/b/c/d")
        )
        value = self._rng.choice(unusable(location, self._rng))
        partition = self._rng.randrange(len(self._producer.partitions_for(topic)))
        headers = [(INTRUDER, b"1")]
        self._producer.send(topic, value, key.encode(), partition=partition, headers=headers)
        self.written += 1


def unusable(location: str, rng: random.Random) -> list[bytes]:
    """Values that no contract of a derived topic allows."""
    good = {"location_id": location, **LEVEL, **TIMES}
    wrong: list[dict[str, Any]] = [
        {"version": VERSION_MAX + 1},
        {"version": 2**63},
        {"version": 10**400},
        {"version": -1},
        {"version": 1.5},
        {"version": None},
        {"version": "7"},
        {"location_id": 7},
        {"location_id": "a\x00b"},
        {"location_id": ""},
    ]
    values = [json.dumps({**good, **one}).encode() for one in wrong]
    values += [json.dumps({"location_id": location}).encode(), b"[]", b"7", b"null", b"{}", b""]
    values += [b"\xff\xfe\x00", b"[" * 50_000, json.dumps(good).encode()[:-3]]
    return [*values, rng.randbytes(2_000)]
