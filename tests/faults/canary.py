"""How long until all is caught up: sales that are watched from the till to PostgreSQL.

There is one watched location for each partition. As a partition is read in order, whoever has
the watched sale has all that was acknowledged before it.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg

from tests.acceptance.outside.changes import Change
from tests.acceptance.outside.message import message_of
from tests.acceptance.outside.partition import partition_of
from tests.acceptance.outside.plan import Plan, rfc3339, uuid7
from tests.acceptance.outside.world import Movement

from .business import Business
from .feed import Feed, eventually

PRICE_MINOR = 100
DELIVERED = 1_000


class Canary:
    """Sells and delivers one product at a location of every partition."""

    def __init__(self, plan: Plan, dsn: str, feed: Feed, business: Business) -> None:
        self._plan = plan
        self._dsn = dsn
        self._feed = feed
        self._business = business
        self._rng = random.Random(f"canary-{plan.seed}")
        self._sku = f"{plan.prefix}canary"
        self.locations = _one_for_each(feed.partitions, f"{plan.prefix}canary-")
        self._sequences: Counter[str] = Counter()
        self._on_hand: Counter[str] = Counter()

    def caught_up(self, seconds: float) -> bool:
        """Sell and deliver everywhere; whether PostgreSQL shows both within some seconds."""
        for location in self.locations:
            self._feed.send(message_of(self._sale(location), 0.0, self._rng))
            self._on_hand[location] += DELIVERED - 1
        self._business.commit(Change(movements=[self._delivery(one) for one in self.locations]))
        return eventually(seconds, self._shown)

    def _shown(self) -> bool:
        with psycopg.connect(self._dsn, connect_timeout=5) as connection:
            return all(
                dict(connection.execute(query, (self._sku,)).fetchall()) == self._on_hand
                for query in (
                    "SELECT location_id, on_hand FROM stock_levels WHERE sku = %s",
                    "SELECT location_id, sum(quantity)::bigint FROM stock_ledger"
                    " WHERE sku = %s GROUP BY location_id",
                )
            )

    def _sale(self, location: str) -> dict[str, Any]:
        now, till = datetime.now(UTC), f"{location}-t"
        self._sequences[till] += 1
        number = self._sequences[till]
        line = {"line_no": 1, "sku": self._sku, "quantity": 1, "unit": "each"}
        line |= {"unit_price_minor": PRICE_MINOR, "amount_minor": PRICE_MINOR}
        return {
            "type": "cart_completed",
            "event_id": uuid7(now, self._rng),
            "location_id": location,
            "till_id": till,
            "epoch": 1,
            "sequence": number,
            "occurred_at": rfc3339(now, self._rng),
            "business_date": self._plan.business_date(0).isoformat(),
            "cart_id": f"{till}-c{number}",
            "receipt_no": f"R{number}",
            "currency": "EUR",
            "lines": [line],
            "discounts": [],
            "taxes": [],
            "tenders": [{"kind": "cash", "amount_minor": PRICE_MINOR}],
            "total_minor": PRICE_MINOR,
        }

    def _delivery(self, location: str) -> Movement:
        now = datetime.now(UTC)
        movement_id = uuid7(now, self._rng)
        return Movement(movement_id, location, self._sku, DELIVERED, "delivery", None, now)


def _one_for_each(partitions: int, stem: str) -> list[str]:
    found: dict[int, str] = {}
    for number in count():
        location = f"{stem}{number}"
        found.setdefault(partition_of(location, partitions), location)
        if len(found) == partitions:
            return sorted(found.values())
    raise AssertionError
