"""What the tills of the day sell, and the goods that they sell it of."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from tests.acceptance.outside_till import OutsideTill

SKUS = tuple(f"day-{number}" for number in range(200))

BATCH_EVENTS = 250
"""Of some 800 bytes each: within the 512 KiB that a gateway takes."""


class DayTill:
    """One till; ``sold`` are its sales by event id, with their amounts."""

    def __init__(self, till: OutsideTill, seed: str) -> None:
        self.till = till
        self.sold: dict[str, int] = {}
        self.moved: Counter[str] = Counter()
        self._rng = random.Random(seed)

    def sell(self, events: int) -> dict[str, Any]:
        """So many events as one batch: each is a sale."""
        return self.till.batch(*(self._sale() for _ in range(events)))

    def _sale(self) -> dict[str, Any]:
        sku, price_minor = self._rng.choice(SKUS), self._rng.randint(5, 5_000)
        event = self.till.written(self.till.sale(sku, price_minor))
        self.sold[event["event_id"]] = price_minor
        self.moved[sku] += 1
        return event
