"""A file of baskets to Kafka: at the file's own pace or as fast as possible."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import msgspec

from edge.producer import TillProducer
from edge.replay.baskets import baskets
from edge.replay.receipts import Numbering, ReplayTills
from edge.replay.rows import BasketFile, Reading, RefusedRow


@dataclass(slots=True)
class ReplayTold:
    """How far a replay is; ``first`` and ``last`` are times in the file."""

    baskets: int = 0
    rows: int = 0
    events: int = 0
    refused: int = 0
    interrupted: bool = False
    first: datetime | None = None
    last: datetime | None = None
    locations: set[str] = field(default_factory=set[str])
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Real time since the start."""
        return max(time.monotonic() - self.started, 0.001)

    def note(self, at: datetime, rows: int, events: int, location_id: str) -> None:
        """One more basket is on its way."""
        self.baskets += 1
        self.rows += rows
        self.events += events
        self.locations.add(location_id)
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        seconds = self.seconds
        return {
            "baskets": self.baskets,
            "rows": self.rows,
            "rows_refused": self.refused,
            "events": self.events,
            "locations": len(self.locations),
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "interrupted": self.interrupted,
            "seconds": round(seconds, 3),
            "events_per_second": round(self.events / seconds, 1),
        }


class ReplayPace:
    """``speed`` seconds of the file a second; None does not wait."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._anchor: tuple[datetime, float] | None = None

    def wait(self, at: datetime, wished: Event) -> None:
        """Return when ``at`` has come, or when an end is wished for. A basket that the file has
        out of order does not wait."""
        if self._speed is None:
            return
        first, began = self._anchor = self._anchor or (at, time.monotonic())
        due = began + (at - first).total_seconds() / self._speed
        wished.wait(max(0.0, due - time.monotonic()))


class Replay:
    """One replay of ``path``. The producer is None where events are only counted."""

    def __init__(
        self, path: Path, reading: Reading, numbering: Numbering, producer: TillProducer | None
    ) -> None:
        self.file = BasketFile(path, reading)
        self.told = ReplayTold()
        self._tills = ReplayTills(numbering)
        self._producer = producer
        self._encode = msgspec.json.Encoder().encode

    def run(
        self,
        pace: ReplayPace,
        wished: Event,
        refuse: Callable[[RefusedRow], None],
        progress: Callable[[], None],
    ) -> None:
        """Send every basket, until an end is wished for; all that was sent is acknowledged then.

        ``refuse`` hears of every row that is not sent, ``progress`` is called after each basket.
        Raises `edge.replay.rows.UnreadableFile` and `edge.producer.DeliveryFailed`.
        """

        def count(refusal: RefusedRow) -> None:
            self.told.refused += 1
            refuse(refusal)

        for basket in baskets(self.file.rows(), count):
            at = max(row.at for row in basket)
            pace.wait(at, wished)
            if wished.is_set():
                self.told.interrupted = True
                break
            sent = [self._send(event.location_id, event) for event in self._tills.events(basket)]
            self.told.note(at, len(basket), len(sent), basket[0].location_id)
            progress()
        if self._producer is not None:
            self._producer.flush()

    def _send(self, location_id: str, event: msgspec.Struct) -> None:
        value = self._encode(event)
        if self._producer is not None:
            self._producer.publish(location_id, value)
